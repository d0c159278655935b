"""The rows that a user may use in requests: those that this admin site shows to the user.

A user who may not view the rows of a model still sees what visitors see.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django_outfitanyone import visibility
from django_outfitanyone.models import Garment, ModelImage, TryOnResult

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
    from django.db.models import QuerySet
    from django.http import HttpRequest

VISIBLE_TO: dict[type[Any], Callable[[Any, Any], QuerySet[Any]]] = {
    Garment: visibility.garments_visible_to,
    ModelImage: visibility.model_images_visible_to,
}


def visible_rows(
    site: AdminSite, request: HttpRequest, model: type[Garment | ModelImage]
) -> QuerySet[Any]:
    """Return the rows of this model that the user may use."""
    visible = VISIBLE_TO[model](request.user, request)
    if not site.is_registered(model):
        return visible
    model_admin = site.get_model_admin(model)
    rows = model_admin.get_queryset(request)
    if model_admin.has_view_or_change_permission(request):
        return rows
    return rows.filter(pk__in=visible.values("pk"))


def check_inputs(site: AdminSite, request: HttpRequest, try_on: TryOnResult) -> None:
    """Raise ``RequestRefused`` unless the user may use the photo and the garments."""
    visibility.check_inputs(
        try_on,
        photos=visible_rows(site, request, ModelImage),
        garments=visible_rows(site, request, Garment),
    )
