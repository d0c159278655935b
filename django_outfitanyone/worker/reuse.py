"""Reuse of an identical finished result: the same picture is paid for once."""

from __future__ import annotations

from django_outfitanyone.choices import Review
from django_outfitanyone.jobs.parse import request_result_parse
from django_outfitanyone.models import Hotspot, TryOnResult
from django_outfitanyone.models.database import atomic
from django_outfitanyone.models.hotspot import product_id_worn


def duplicate_of(try_on: TryOnResult) -> TryOnResult | None:
    """Return the identical request whose result this one reuses, or will reuse.

    That is the oldest finished one, a rejected one only if there is no other, else an open one
    that came before. One statement, because every new request asks.
    """
    return TryOnResult.objects.identical_to(try_on).reusable_before(try_on).first()


def reuse(source: TryOnResult, *, for_row: TryOnResult) -> None:
    """Step: finish the row with the source's picture and hotspots, at no cost.

    A rejected picture stays rejected: the row waits for the person to approve it. Hotspots
    that the source does not have yet are found by a parse that waits for the source's, at no
    cost either.
    """
    with atomic():
        _copy_hotspots(source, for_row)
        for_row.mark_succeeded(
            image=source.image.name,
            width=source.width,
            height=source.height,
            sha256=source.sha256,
            thumbnail=source.thumbnail.name,
            renditions=source.renditions,
            is_preview=source.is_preview,
            review=Review.REJECTED if source.review == Review.REJECTED else Review.TO_REVIEW,
            currency=source.currency,
            reused_from_id=source.reused_from_id or source.pk,
        )
        if source.clothesparses.open().exists():
            request_result_parse(for_row)


def _copy_hotspots(source: TryOnResult, for_row: TryOnResult) -> None:
    """Give the row the hotspots of the source, in place of any that it still has."""
    Hotspot.objects.filter(try_on=for_row).delete()
    for hotspot in Hotspot.objects.of(source):
        hotspot.pk = None
        hotspot.try_on = for_row
        hotspot.product_id = product_id_worn(for_row, hotspot.clothes_type) or hotspot.product_id
        hotspot.save()
