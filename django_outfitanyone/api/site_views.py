"""The view of each resource: the app's own, or the subclass that the site names."""

from __future__ import annotations

from difflib import get_close_matches

from django.utils.module_loading import import_string

from django_outfitanyone.api import views
from django_outfitanyone.api.batch_views import BatchViewSet
from django_outfitanyone.api.try_on_views import TryOnViewSet
from django_outfitanyone.conf import ConfigurationError, conf

RESOURCES: dict[str, tuple[str, type[views.ResourceViewSet]]] = {
    "products": ("product", views.ProductViewSet),
    "garments": ("garment", views.GarmentViewSet),
    "model-images": ("model-image", views.ModelImageViewSet),
    "try-ons": ("try-on", TryOnViewSet),
    "batches": ("batch", BatchViewSet),
    "hotspots": ("hotspot", views.HotspotViewSet),
}
"""For the first part of each path: the resource's name in the names of its URLs, and its view."""


def view_of(name: str) -> type[views.ResourceViewSet]:
    """Return the view of a resource; raise ``ConfigurationError`` if it is no subclass."""
    _check_names()
    _singular, own = RESOURCES[name]
    path = conf.API_VIEWS.get(name)
    chosen = import_string(path) if path else own
    if not (isinstance(chosen, type) and issubclass(chosen, own)):
        message = (
            f"OUTFITANYONE['API_VIEWS']['{name}'] = {path!r} must be a subclass of "
            f"{own.__module__}.{own.__name__}."
        )
        raise ConfigurationError(message)
    return chosen


def _check_names() -> None:
    for name in conf.API_VIEWS:
        if name not in RESOURCES:
            near = get_close_matches(name, RESOURCES, n=1) or [", ".join(RESOURCES)]
            message = f"OUTFITANYONE['API_VIEWS'] has no {name!r}. Did you mean: {near[0]}?"
            raise ConfigurationError(message)
