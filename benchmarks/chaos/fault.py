"""What the groups of faults have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Fault:
    """One kind of fault: ``inject`` makes it happen once and records that in the log.

    A fault with the weight 2 is drawn twice as often as one with the weight 1.
    """

    name: str
    inject: Callable[[], None]
    weight: int = 1


class Group(Protocol):
    """Faults of one kind of cause, such as the network."""

    def faults(self) -> list[Fault]:
        """Return the faults of this group that can happen on this pair of servers."""

    def tick(self) -> None:
        """Count new hits and end what has lasted long enough; called a few times per second."""

    def stop(self) -> None:
        """End what lasts."""
