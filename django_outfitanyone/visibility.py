"""Which rows a user may see. Every id in a request is looked up among these rows only.

All lists, single rows and nested rows of the API use this module, and so do the admin's pages
that request pictures. Visitors see what the storefront shows. Users with the view or change
permission for a model see all of its rows, as in the admin. The user who requested a try-on
always sees it.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_permission_codename
from django.db.models import Model, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from django_outfitanyone.catalogue import catalogue, product_model
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.models import ClothesParse, Garment, Hotspot, ModelImage, TryOnResult
from django_outfitanyone.models.clothes_parse import ClothesParseQuerySet
from django_outfitanyone.models.remote_job import RemoteJob

User = Any
"""``request.user``, of any type that the site's authentication returns."""


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


def products_visible_to(user: User) -> QuerySet[Any]:
    products = product_model()._default_manager.all()
    return products if may_view(user, product_model()) else catalogue().visible(products)


def garments_visible_to(user: User) -> QuerySet[Garment]:
    if may_view(user, Garment):
        return Garment.objects.all()
    return Garment.objects.filter(product__in=products_visible_to(user))


def model_images_visible_to(user: User) -> QuerySet[ModelImage]:
    if may_view(user, ModelImage):
        return ModelImage.objects.all()
    return ModelImage.objects.active()


def try_ons_visible_to(user: User) -> QuerySet[TryOnResult]:
    if may_view(user, TryOnResult):
        return TryOnResult.objects.all()
    return TryOnResult.objects.public() | _requested_by(user, TryOnResult.objects.all())


def check_inputs(
    try_on: TryOnResult, *, photos: QuerySet[ModelImage], garments: QuerySet[Garment]
) -> None:
    """Raise ``RequestRefused`` unless photo and garments of a known try-on are among these.

    A user may see a try-on whose product has been hidden since, but not have it made again. A
    paid result that is only downloaded again needs no inputs.
    """
    if try_on.can_be_downloaded:
        return
    worn = {key for key in (try_on.top_garment_id, try_on.bottom_garment_id) if key is not None}
    has_photo = try_on.model_image_id and photos.filter(pk=try_on.model_image_id).exists()
    if not has_photo or garments.filter(pk__in=worn).count() < len(worn):
        raise RequestRefused(
            _(
                "The model photo or a garment is no longer available. Request the picture again "
                "with other ones."
            ),
            code="InputChanged",
        )


def check_inputs_visible_to(user: User, try_on: TryOnResult) -> None:
    """Raise ``RequestRefused`` unless the user may see the photo and the garments."""
    check_inputs(try_on, photos=model_images_visible_to(user), garments=garments_visible_to(user))


def parses_visible_to(user: User) -> ClothesParseQuerySet:
    """Include users with the add permission: a repeated request returns a known parse to them."""
    may_add = user.has_perm(_permission("add", ClothesParse))
    if may_add or may_view(user, ClothesParse):
        return ClothesParse.objects.all()
    return ClothesParse.objects.none()


def hotspots_visible_to(user: User) -> QuerySet[Hotspot]:
    if may_view(user, Hotspot):
        return Hotspot.objects.current()
    return Hotspot.objects.current().filter(
        Q(model_image__in=model_images_visible_to(user)) | Q(try_on__in=try_ons_visible_to(user)),
        product__in=products_visible_to(user),
    )


def products_prefetched_for(user: User) -> QuerySet[Any]:
    """Return the visible products with their garments."""
    return products_visible_to(user).prefetch_related(
        Prefetch("outfit_garments", garments_visible_to(user))
    )


def garments_prefetched_for(user: User) -> QuerySet[Garment]:
    return garments_visible_to(user).prefetch_related(product_prefetch_for(user))


def model_images_prefetched_for(user: User) -> QuerySet[ModelImage]:
    return model_images_visible_to(user).prefetch_related(hotspots_prefetch_for(user))


def try_ons_prefetched_for(user: User) -> QuerySet[TryOnResult]:
    """Return the visible try-ons with all related rows, in a constant number of queries.

    Use them only for reading: related rows that the user may not see are missing.
    """
    return try_ons_visible_to(user).prefetch_related(
        Prefetch("model_image", model_images_visible_to(user)),
        Prefetch("top_garment", garments_prefetched_for(user)),
        Prefetch("bottom_garment", garments_prefetched_for(user)),
        hotspots_prefetch_for(user),
    )


def hotspots_prefetched_for(user: User) -> QuerySet[Hotspot]:
    """Return the visible hotspots with their pictures, which give the scale of the boxes."""
    return (
        hotspots_visible_to(user)
        .select_related("model_image", "try_on")
        .prefetch_related(product_prefetch_for(user))
    )


def hotspots_prefetch_for(user: User) -> Prefetch[Any]:
    return Prefetch(
        "hotspots", hotspots_visible_to(user).prefetch_related(product_prefetch_for(user))
    )


def product_prefetch_for(user: User) -> Prefetch[Any]:
    return Prefetch("product", products_visible_to(user))


def _requested_by(user: User, jobs: QuerySet[Any]) -> QuerySet[Any]:
    return jobs.filter(requested_by=user.pk) if user.is_authenticated else jobs.none()


def _permission(name: str, model: type[Model]) -> str:
    return f"{model._meta.app_label}.{get_permission_codename(name, model._meta)}"
