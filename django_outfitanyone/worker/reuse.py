"""Reuse of an identical finished result: the same picture is paid for once."""

from __future__ import annotations

from django_outfitanyone.choices import Review
from django_outfitanyone.models import Hotspot, TryOnResult
from django_outfitanyone.models.database import atomic
from django_outfitanyone.models.hotspot import product_id_worn


def finished_duplicate(try_on: TryOnResult) -> TryOnResult | None:
    """Return the oldest finished result of an identical request; a rejected one only at last."""
    finished = TryOnResult.objects.identical_to(try_on).succeeded().order_by("pk")
    return finished.exclude(review=Review.REJECTED).first() or finished.first()


def has_earlier_duplicate(try_on: TryOnResult) -> bool:
    """Whether an identical request is open; the later one waits for it and reuses its result."""
    return TryOnResult.objects.identical_to(try_on).open().filter(pk__lt=try_on.pk).exists()


def reuse(source: TryOnResult, *, for_row: TryOnResult) -> None:
    """Step: finish the row with the source's picture and hotspots, at no cost.

    A rejected picture stays rejected: the row waits for the person to approve it.
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


def _copy_hotspots(source: TryOnResult, for_row: TryOnResult) -> None:
    """Give the row the hotspots of the source, in place of any that it still has."""
    Hotspot.objects.filter(try_on=for_row).delete()
    for hotspot in Hotspot.objects.of(source):
        hotspot.pk = None
        hotspot.try_on = for_row
        hotspot.product_id = product_id_worn(for_row, hotspot.clothes_type) or hotspot.product_id
        hotspot.save()
