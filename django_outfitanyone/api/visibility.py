"""Who sees what. Lists, single rows and everything nested in them ask here and nowhere else.

Visitors see what the storefront shows. Who may view or change rows of a model sees all of
them, as in the admin; and whoever asked for a try-on sees what becomes of it.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_permission_codename
from django.db.models import Model, Prefetch, Q, QuerySet

from django_outfitanyone.catalogue import catalogue, product_model
from django_outfitanyone.models import ClothesParse, Garment, Hotspot, ModelImage, TryOnResult
from django_outfitanyone.models.clothes_parse import ClothesParseQuerySet
from django_outfitanyone.models.remote_job import RemoteJob

User = Any
"""``request.user``, whatever the site's authentication makes of it."""


def may_view(user: User, model: type[Model]) -> bool:
    """Whether this person sees every row of this model."""
    return any(user.has_perm(_permission(verb, model)) for verb in ("view", "change"))


def may_view_job(user: User, job: RemoteJob) -> bool:
    """Whether this person may know how the job went and what it cost."""
    is_own = job.requested_by_id is not None and job.requested_by_id == user.pk
    return is_own or may_view(user, type(job))


def products_for(user: User) -> QuerySet[Any]:
    products = product_model()._default_manager.all()
    return products if may_view(user, product_model()) else catalogue().visible(products)


def garments_for(user: User) -> QuerySet[Garment]:
    if may_view(user, Garment):
        return Garment.objects.all()
    return Garment.objects.filter(product__in=products_for(user))


def model_images_for(user: User) -> QuerySet[ModelImage]:
    if may_view(user, ModelImage):
        return ModelImage.objects.all()
    return ModelImage.objects.active()


def try_ons_for(user: User) -> QuerySet[TryOnResult]:
    if may_view(user, TryOnResult):
        return TryOnResult.objects.all()
    return TryOnResult.objects.public() | _own(user, TryOnResult.objects.all())


def searches_for(user: User) -> ClothesParseQuerySet:
    """Also for those who may ask for one, as asking twice gives them a known one."""
    may_ask = user.has_perm(_permission("add", ClothesParse))
    if may_ask or may_view(user, ClothesParse):
        return ClothesParse.objects.all()
    return ClothesParse.objects.none()


def hotspots_for(user: User) -> QuerySet[Hotspot]:
    if may_view(user, Hotspot):
        return Hotspot.objects.current()
    return Hotspot.objects.current().filter(
        Q(model_image__in=model_images_for(user)) | Q(try_on__in=try_ons_for(user)),
        product__in=products_for(user),
    )


def products_shown_to(user: User) -> QuerySet[Any]:
    """With their garments."""
    return products_for(user).prefetch_related(Prefetch("outfit_garments", garments_for(user)))


def garments_shown_to(user: User) -> QuerySet[Garment]:
    return garments_for(user).prefetch_related(product_shown_to(user))


def model_images_shown_to(user: User) -> QuerySet[ModelImage]:
    return model_images_for(user).prefetch_related(hotspots_in_pictures_shown_to(user))


def try_ons_shown_to(user: User) -> QuerySet[TryOnResult]:
    """With everything a shop needs to show them: as many queries for one as for a hundred.

    For reading only: what this person may not see is missing from the rows.
    """
    return try_ons_for(user).prefetch_related(
        Prefetch("model_image", model_images_for(user)),
        Prefetch("top_garment", garments_shown_to(user)),
        Prefetch("bottom_garment", garments_shown_to(user)),
        hotspots_in_pictures_shown_to(user),
    )


def hotspots_shown_to(user: User) -> QuerySet[Hotspot]:
    """With the pictures that their boxes are measured in."""
    return (
        hotspots_for(user)
        .select_related("model_image", "try_on")
        .prefetch_related(product_shown_to(user))
    )


def hotspots_in_pictures_shown_to(user: User) -> Prefetch[Any]:
    return Prefetch("hotspots", hotspots_for(user).prefetch_related(product_shown_to(user)))


def product_shown_to(user: User) -> Prefetch[Any]:
    return Prefetch("product", products_for(user))


def _own(user: User, jobs: QuerySet[Any]) -> QuerySet[Any]:
    return jobs.filter(requested_by=user.pk) if user.is_authenticated else jobs.none()


def _permission(verb: str, model: type[Model]) -> str:
    return f"{model._meta.app_label}.{get_permission_codename(verb, model._meta)}"
