"""What finished parses of the same picture contents say, so that a parse need not be sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django_outfitanyone.models import ClothesParse, Hotspot
from django_outfitanyone.models.of_picture import picture_filter
from django_outfitanyone.worker.hotspots import copy_hotspot


@dataclass(frozen=True, kw_only=True)
class KnownArea:
    """What a finished parse says about one clothes type, and what was stored of it."""

    source: ClothesParse
    clothes_type: str
    hotspot: Hotspot | None = None

    @property
    def area(self) -> dict[str, Any] | None:
        """The area in the source's answer; ``None`` where nothing was found."""
        return self.source.area(self.clothes_type)


def known_areas(parse: ClothesParse, others: Sequence[ClothesParse]) -> list[KnownArea] | None:
    """Return what ``others`` know for each type of this parse; ``None`` unless all are known.

    One call for upper and lower serves each half, and two calls for a half serve both.
    """
    finished = [other for other in others if other.has_succeeded]
    areas = [_known_area(name, finished) for name in parse.types]
    known = [area for area in areas if area]
    return known if len(known) == len(areas) else None


def copy_areas(known: Sequence[KnownArea], parse: ClothesParse) -> list[Hotspot]:
    """Copy the hotspots to the picture of this parse and return them."""
    return [copy_hotspot(one.hotspot, parse.picture) for one in known if one.hotspot]


def answer_columns(known: Sequence[KnownArea]) -> dict[str, Any]:
    """Return the columns of a parse that is answered by these areas."""
    sources = {one.source.pk: one.source for one in known}
    raw = [source.remote_answer.get("raw", {}) for source in sources.values()]
    columns: dict[str, Any] = {
        "remote_answer": {
            "areas": [one.area for one in known],
            "raw": raw[0] if len(raw) == 1 else {"answers": raw},
        },
        "currency": known[0].source.currency,
    }
    for one in known:
        if crop := one.source.crop_without_box(one.clothes_type):
            columns[f"{one.clothes_type}_crop"] = str(crop.name)
    return columns


def _known_area(clothes_type: str, finished: Sequence[ClothesParse]) -> KnownArea | None:
    """Return the newest area of this type of which everything that was stored is still there."""
    for source in finished:
        if not source.covers([clothes_type]):
            continue
        known = KnownArea(source=source, clothes_type=clothes_type)
        if known.area is None or source.crop_without_box(clothes_type):
            return known
        spots = Hotspot.objects.filter(
            **picture_filter(source.picture),
            picture_sha256=source.picture_sha256,  # the picture's file may be another one by now
            clothes_type=clothes_type,
        )
        if spot := spots.first():
            return KnownArea(source=source, clothes_type=clothes_type, hotspot=spot)
    return None
