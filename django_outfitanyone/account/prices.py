"""What a job costs: the price of its engine for what the job asks for."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from django_outfitanyone.engines.capabilities import Capabilities, OrderSize
from django_outfitanyone.models import ClothesParse, TryOnResult


def order_size(job: TryOnResult | ClothesParse) -> OrderSize:
    """Return what decides the price of a job; a kept half is no garment of the shop's."""
    photo = job.picture if isinstance(job, ClothesParse) else job.model_image
    size = OrderSize()
    if photo is not None and photo.width and photo.height:
        size = replace(size, width=photo.width, height=photo.height)
    if isinstance(job, ClothesParse):
        return size
    garments = max(1, len(job.garment_ids))
    return replace(size, garments=garments, resolution=job.resolution)


def price_of(
    job: TryOnResult | ClothesParse, *, remote_model: str, images: int = 1, garments: int = 0
) -> Decimal:
    """Return the price of this many pictures in the engine's currency.

    0 if the price is not known, or if the engine is gone from the settings. ``garments`` is
    the number of garments of the call; without it, that of the job's next call.
    """
    if job.engine_settings is None or images < 1:
        return Decimal(0)
    size = order_size(job)
    if isinstance(job, TryOnResult):
        capabilities = job.engine_settings.capabilities(remote_model)
        garments = garments or _garments_of_stage(size.garments, job.stage, capabilities)
    size = replace(size, count=images, garments=garments or size.garments)
    price = job.engine_settings.price(remote_model, size)
    return Decimal(0) if price is None else price


def _garments_of_stage(garments: int, stage: int, capabilities: Capabilities) -> int:
    """Return how many garments of the outfit this call wears; a last one may have none of them.

    It then only sends the half to keep.
    """
    calls = list(capabilities.garments_of_calls(garments))
    return calls[min(stage, len(calls) - 1)]
