"""The same wish is paid once: same pictures, same options, same picture back."""

from __future__ import annotations

import hashlib
import json

from django_outfitanyone.choices import Status
from django_outfitanyone.models import Hotspot, TryOnResult
from django_outfitanyone.models.hotspot import product_id_worn
from django_outfitanyone.models.try_on import TryOnResultQuerySet


def fingerprint_of(try_on: TryOnResult) -> str:
    """Hash of everything that decides the picture: contents of the inputs, model, options.

    What is missing counts too, so the hash of a wish whose garment was deleted or
    whose photo was replaced differs from the one taken when it was asked for.
    """
    wish = {
        "model": try_on.remote_model,
        "person": try_on.model_image and try_on.model_image.sha256,
        "top": try_on.top_garment and try_on.top_garment.sha256,
        "bottom": try_on.bottom_garment and try_on.bottom_garment.sha256,
        "kind": try_on.top_garment and try_on.top_garment.kind,
        "keep": try_on.keep,
        "resolution": try_on.resolution,
        "restore_face": try_on.restore_face,
        "refines": try_on.refines and try_on.refines.sha256,
        "gender": try_on.gender,
    }
    return hashlib.sha256(json.dumps(wish, sort_keys=True).encode()).hexdigest()


def finished_twin(try_on: TryOnResult) -> TryOnResult | None:
    """A finished result of the same wish."""
    return _twins(try_on).succeeded().order_by("pk").first()


def has_earlier_twin(try_on: TryOnResult) -> bool:
    """Whether the same wish is being fulfilled already; the later one waits and then reuses."""
    return _twins(try_on).open().filter(pk__lt=try_on.pk).exists()


def reuse(twin: TryOnResult, *, for_row: TryOnResult) -> None:
    """Step: finish the row with the twin's picture and hotspots, at no cost."""
    for hotspot in Hotspot.objects.of(twin):
        hotspot.pk = None
        hotspot.try_on = for_row
        hotspot.product_id = product_id_worn(for_row, hotspot.clothes_type) or hotspot.product_id
        hotspot.save()
    for_row.move(
        Status.SUCCEEDED,
        image=twin.image.name,
        width=twin.width,
        height=twin.height,
        sha256=twin.sha256,
        thumbnail=twin.thumbnail.name,
        renditions=twin.renditions,
        is_preview=twin.is_preview,
        currency=twin.currency,
        reused_from_id=twin.reused_from_id or twin.pk,
    )


def _twins(try_on: TryOnResult) -> TryOnResultQuerySet:
    return TryOnResult.objects.filter(
        account_id=try_on.account_id, fingerprint=try_on.fingerprint
    ).exclude(pk=try_on.pk)
