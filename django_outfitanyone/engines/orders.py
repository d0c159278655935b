"""What an engine is asked for: pictures, garments and options. Imports no Django.

Sizes are in pixels.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django_outfitanyone.exceptions import PictureRefused


@dataclass(frozen=True, kw_only=True)
class SendWindow:
    """How long a paid request may still leave after its row recorded it.

    A process may be frozen in between, for example with its machine. Two clocks notice it:
    the monotonic one stands still while a machine is suspended, the other one may be set.
    """

    seconds: float
    monotonic: float = field(default_factory=time.monotonic)
    wall: float = field(default_factory=time.time)

    @property
    def is_over(self) -> bool:
        passed = (time.monotonic() - self.monotonic, abs(time.time() - self.wall))
        return max(passed) > self.seconds


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture of an order: its bytes are read only if the engine needs them.

    ``url`` is an address that the engine can read, public or uploaded to it; ``""`` if there
    is none. ``sha256`` is that of the bytes. A side of 0 is not known.
    """

    url: str = ""
    load: Callable[[], bytes] | None = None
    sha256: str = ""
    media_type: str = ""
    size: int = 0
    """Of the file, in bytes."""
    width: int = 0
    height: int = 0

    def read(self) -> bytes:
        """Return the bytes; raise ``PictureRefused`` if the file is missing."""
        if self.load is None:
            raise PictureRefused("The bytes of this picture are not at hand.")
        return self.load()


@dataclass(frozen=True, kw_only=True)
class WornPicture:
    """One garment of an order. ``kind`` is a value of ``choices.GarmentKind``.

    ``is_kept`` marks the person's own clothes, sent as a garment so that they stay on.
    ``name`` is what the shop calls the garment, for prompts; it may be empty.
    """

    picture: Picture
    kind: str
    name: str = ""
    is_kept: bool = False


@dataclass(frozen=True, kw_only=True)
class TryOnOrder:
    """One try-on.

    The garments come in wearing order, a top before a bottom. ``keep`` is the half of the
    person's own clothes that stays on, ``upper``, ``lower`` or ``""``, for engines that keep it
    by themselves. ``resolution`` is the height of the result in pixels, -1 for the person's own
    size. The engine raises ``RequestNotSent`` instead of sending an order whose ``window`` is
    over, and checks that as late as it can.
    """

    model: str
    person: Picture
    garments: Sequence[WornPicture] = ()
    keep: str = ""
    keep_face: bool = True
    resolution: int = -1
    count: int = 1
    seed: int | None = None
    window: SendWindow | None = None

    def garment(self, *kinds: str) -> WornPicture | None:
        """Return the first garment of one of these kinds."""
        return next((garment for garment in self.garments if garment.kind in kinds), None)


@dataclass(frozen=True, kw_only=True)
class RefineOrder:
    """A second pass over a finished try-on, whose picture is ``coarse``."""

    model: str
    person: Picture
    coarse: Picture
    garments: Sequence[WornPicture]
    gender: str
    window: SendWindow | None = None

    def garment(self, *kinds: str) -> WornPicture | None:
        """Return the first garment of one of these kinds."""
        return next((garment for garment in self.garments if garment.kind in kinds), None)
