"""Which rows a user may see. Every id in a request is looked up among these rows only.

All lists, single rows and nested rows of the API use this module, and so do the admin's pages
that request pictures. Visitors see what the storefront shows. Users with the view or change
permission for a model see all of its rows, as in the admin. The user who requested a try-on
always sees it.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_permission_codename
from django.db.models import Exists, Model, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from django_outfitanyone.catalogue import catalogue_for, product_model
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.models import (
    Batch,
    ClothesParse,
    Garment,
    Hotspot,
    ModelImage,
    TryOnResult,
)
from django_outfitanyone.models.batch import BatchQuerySet
from django_outfitanyone.models.clothes_parse import ClothesParseQuerySet
from django_outfitanyone.models.hotspot import HotspotQuerySet
from django_outfitanyone.models.remote_job import RemoteJob
from django_outfitanyone.models.try_on_queryset import is_public_try_on
from django_outfitanyone.models.worn_garment import WornGarment

User = Any
"""``request.user``, of any type that the site's authentication returns."""

Page = HttpRequest | None
"""The request of a page, for the catalogue adapter; ``None`` if there is none."""


def may_view(user: User, model: type[Model]) -> bool:
    """Return whether the user may see every row of this model."""
    return any(user.has_perm(_permission(name, model)) for name in ("view", "change"))


def may_view_check(user: User, model: type[Model]) -> bool:
    """Return whether the user may see what was found in pictures: staff, also who only adds."""
    return may_view(user, model) or user.has_perm(_permission("add", model))


def may_view_job(user: User, job: RemoteJob) -> bool:
    """Return whether the user may see the progress and the cost of this job."""
    is_own = job.requested_by_id is not None and job.requested_by_id == user.pk
    return is_own or may_view(user, type(job))


def products_visible_to(user: User, request: Page = None) -> QuerySet[Any]:
    products = product_model()._default_manager.all()
    return products if may_view(user, product_model()) else catalogue_for(request).visible(products)


def garments_visible_to(user: User, request: Page = None) -> QuerySet[Garment]:
    if may_view(user, Garment):
        return Garment.objects.all()
    return Garment.objects.filter(product__in=products_visible_to(user, request))


def model_images_visible_to(user: User, request: Page = None) -> QuerySet[ModelImage]:  # noqa: ARG001 - as the others
    return ModelImage.objects.filter(_is_visible_photo(user))


def try_ons_visible_to(user: User, request: Page = None) -> QuerySet[TryOnResult]:  # noqa: ARG001 - as the others
    return TryOnResult.objects.filter(is_visible_try_on(user))


def batches_visible_to(user: User, request: Page = None) -> BatchQuerySet:  # noqa: ARG001 - as the others
    """Return all batches for who may see all try-ons, else those that the user requested."""
    if may_view(user, TryOnResult):
        return Batch.objects.all()
    if not user.is_authenticated:
        return Batch.objects.none()
    return Batch.objects.filter(requested_by=user.pk)


def is_visible_try_on(user: User, through: str = "") -> Q:
    """Return the condition that the user may see a try-on; ``through`` ends in ``__``."""
    if may_view(user, TryOnResult):
        return Q()
    public = is_public_try_on(through)
    return public | Q((f"{through}requested_by", user.pk)) if user.is_authenticated else public


def check_inputs(
    try_on: TryOnResult, *, photos: QuerySet[ModelImage], garments: QuerySet[Garment]
) -> None:
    """Raise ``RequestRefused`` unless photo and garments of a known try-on are among these.

    A user may see a try-on whose product has been hidden since, but not have it made again. A
    paid result that is only downloaded again needs no inputs.
    """
    if try_on.can_be_downloaded:
        return
    worn = set(try_on.garment_ids)
    has_photo = try_on.model_image_id and photos.filter(pk=try_on.model_image_id).exists()
    if not has_photo or garments.filter(pk__in=worn).count() < len(worn):
        raise RequestRefused(
            _(
                "The model photo or a garment is no longer available. Request the picture again "
                "with other ones."
            ),
            code="InputChanged",
        )


def check_inputs_visible_to(user: User, try_on: TryOnResult, request: Page = None) -> None:
    """Raise ``RequestRefused`` unless the user may see the photo and the garments."""
    check_inputs(
        try_on,
        photos=model_images_visible_to(user, request),
        garments=garments_visible_to(user, request),
    )


def with_inputs_among(
    try_ons: QuerySet[TryOnResult], *, photos: QuerySet[ModelImage], garments: QuerySet[Garment]
) -> QuerySet[TryOnResult]:
    """Return those of these try-ons that ``check_inputs`` accepts, without a query for each."""
    worn = WornGarment.objects.filter(try_on=OuterRef("pk"), garment__isnull=False)
    others = worn.exclude(garment__in=garments.order_by().values("pk"))
    return try_ons.filter(model_image__in=photos.order_by().values("pk")).filter(~Exists(others))


def parses_visible_to(user: User) -> ClothesParseQuerySet:
    """Include users with the add permission: a repeated request returns a known parse to them."""
    may_add = user.has_perm(_permission("add", ClothesParse))
    if may_add or may_view(user, ClothesParse):
        return ClothesParse.objects.all()
    return ClothesParse.objects.none()


def hotspots_visible_to(user: User, request: Page = None) -> QuerySet[Hotspot]:
    """State conditions about the joined picture, so that a page reads no other pictures."""
    hotspots = _with_visible_product(user, request).current()
    if may_view(user, Hotspot):
        return hotspots
    on_photo = Q(model_image__isnull=False) & _is_visible_photo(user, "model_image__")
    on_result = Q(try_on__isnull=False) & is_visible_try_on(user, "try_on__")
    return hotspots.filter(on_photo | on_result)


def products_prefetched_for(user: User, request: Page = None) -> QuerySet[Any]:
    """Return the visible products with their garments."""
    return products_visible_to(user, request).prefetch_related(
        Prefetch("outfit_garments", garments_visible_to(user, request))
    )


def garments_prefetched_for(user: User, request: Page = None) -> QuerySet[Garment]:
    return garments_visible_to(user, request).prefetch_related(product_prefetch_for(user, request))


def model_images_prefetched_for(user: User, request: Page = None) -> QuerySet[ModelImage]:
    return model_images_visible_to(user, request).prefetch_related(
        hotspots_prefetch_for(user, request)
    )


def try_ons_prefetched_for(user: User, request: Page = None) -> QuerySet[TryOnResult]:
    """Return the visible try-ons with all related rows, in a constant number of queries.

    Use them only for reading: related rows that the user may not see are missing.
    """
    return try_ons_visible_to(user, request).prefetch_related(
        Prefetch("model_image", model_images_visible_to(user, request)),
        Prefetch("worn__garment", garments_prefetched_for(user, request)),
        hotspots_prefetch_for(user, request),
    )


def hotspots_prefetched_for(user: User, request: Page = None) -> QuerySet[Hotspot]:
    """Return the visible hotspots with their pictures, which give the scale of the boxes."""
    return (
        hotspots_visible_to(user, request)
        .select_related("model_image", "try_on")
        .prefetch_related(product_prefetch_for(user, request))
    )


def hotspots_prefetch_for(user: User, request: Page = None) -> Prefetch[Any]:
    """Return the prefetch of the hotspots that the user may see in pictures that the user sees.

    It joins no pictures, which are loaded already, so it also loads hotspots of replaced files:
    read them with ``current_hotspots``.
    """
    hotspots = _with_visible_product(user, request)
    return Prefetch("hotspots", hotspots.prefetch_related(product_prefetch_for(user, request)))


def product_prefetch_for(user: User, request: Page = None) -> Prefetch[Any]:
    return Prefetch("product", products_visible_to(user, request))


def _with_visible_product(user: User, request: Page = None) -> HotspotQuerySet:
    """Return the hotspots whose product the user may see; with the permission, all hotspots."""
    if may_view(user, Hotspot):
        return Hotspot.objects.all()
    return Hotspot.objects.filter(product__in=products_visible_to(user, request))


def _is_visible_photo(user: User, through: str = "") -> Q:
    return Q() if may_view(user, ModelImage) else Q((f"{through}is_active", True))


def _permission(name: str, model: type[Model]) -> str:
    return f"{model._meta.app_label}.{get_permission_codename(name, model._meta)}"
