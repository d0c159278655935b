"""Orders and engines for tests, from the few values that a test is about."""

from __future__ import annotations

from django_outfitanyone.engines.base import (
    EngineConfig,
    Picture,
    RefineOrder,
    TryOnOrder,
    WornPicture,
)
from django_outfitanyone.engines.dashscope import OutfitAnyone


def worn(**urls):
    """Return the garments of an order by their kind, ``top="https://…"``."""
    pictures = {kind: Picture(url=url) for kind, url in urls.items() if url}
    return tuple(WornPicture(picture=one, kind=kind) for kind, one in pictures.items())


def try_on_order(*, person, top="", bottom="", model="aitryon-plus", **options):
    """Return the order of a try-on whose pictures have these addresses."""
    garments = worn(top=top, bottom=bottom)
    return TryOnOrder(model=model, person=Picture(url=person), garments=garments, **options)


def refine_order(*, person, coarse, top, bottom="", model="aitryon-refiner", **options):
    """Return the order of a refinement whose pictures have these addresses."""
    return RefineOrder(
        model=model,
        person=Picture(url=person),
        coarse=Picture(url=coarse),
        garments=worn(top=top, bottom=bottom),
        **options,
    )


def outfit_anyone(key, *, base_url, workspace="", **settings):
    """Return the engine with this key at this address."""
    options = {"WORKSPACE": workspace}
    return OutfitAnyone(EngineConfig(api_key=key, base_url=base_url, options=options, **settings))
