"""The stages of a try-on: an outfit may have more pieces than its engine wears in one call.

Stage k wears the next pieces on the picture of stage k - 1. Each stage is a paid request of
its own, with its own charge; what was paid for stays when a later stage fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.engines.capabilities import Keeps
from django_outfitanyone.models.try_on import Keep

if TYPE_CHECKING:
    from django_outfitanyone.models import Garment, TryOnResult

ABOVE = frozenset({GarmentKind.TOP, GarmentKind.ONE_PIECE})
"""Kinds that cover the upper half; a one-piece covers the lower half too."""
BELOW = frozenset({GarmentKind.BOTTOM, GarmentKind.ONE_PIECE})


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One piece of an outfit: a garment, or with ``None`` the person's own half that stays on."""

    kind: str
    garment: Garment | None = None


def pieces_of(try_on: TryOnResult) -> list[Piece]:
    """Return all pieces in wearing order: a kept top before a new bottom."""
    pieces = [Piece(kind=garment.kind, garment=garment) for garment in try_on.garments]
    if not sends_kept_half(try_on):
        return pieces
    kept = Piece(kind=GarmentKind.TOP if try_on.keep == Keep.UPPER else GarmentKind.BOTTOM)
    return [kept, *pieces] if try_on.keep == Keep.UPPER else [*pieces, kept]


def pieces_now(try_on: TryOnResult) -> Sequence[Piece]:
    """Return the pieces of the stage that comes next."""
    most = _most(try_on)
    return pieces_of(try_on)[try_on.stage * most :][:most]


def is_last(try_on: TryOnResult) -> bool:
    """Whether the picture of this stage is the finished one."""
    return (try_on.stage + 1) * _most(try_on) >= len(pieces_of(try_on))


def sends_kept_half(try_on: TryOnResult) -> bool:
    """Whether the half to keep is sent as one more garment, because the engine replaces both."""
    return bool(try_on.keep) and try_on.capabilities.keeps_rest is Keeps.AS_GARMENT


def keep_now(try_on: TryOnResult) -> str:
    """Return the half that this stage must leave as it is: ``upper``, ``lower`` or ``""``.

    In an outfit of several stages that is what an earlier stage has put on, or what is not
    replaced yet.
    """
    if len(pieces_of(try_on)) <= _most(try_on):
        return "" if sends_kept_half(try_on) else try_on.keep
    kinds = {piece.kind for piece in pieces_now(try_on)}
    covers_above, covers_below = bool(kinds & ABOVE), bool(kinds & BELOW)
    if covers_above == covers_below:
        return ""
    return str(Keep.LOWER if covers_above else Keep.UPPER)


def _most(try_on: TryOnResult) -> int:
    """Return how many pieces one call wears; a refinement has one stage."""
    if try_on.refines_id:
        return max(1, len(pieces_of(try_on)))
    return max(1, try_on.capabilities.max_garments)
