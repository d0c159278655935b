from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files import File
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.text import slugify

from django_outfitanyone import actions, starter_set
from django_outfitanyone.choices import Review
from django_outfitanyone.jobs.try_on import TryOnRequest
from django_outfitanyone.models import ClothesParse, Garment, ModelImage, Product, TryOnResult
from outfitanyone_local import samples
from shop.wardrobe import LOOKS, PIECES, Piece

ADMIN = ("admin", "tally-and-twill")
"""Name and password; the demo listens on this machine only."""


class Command(BaseCommand):
    """Adds only what is missing, so that every start may run it and edits are kept."""

    help = "Fill the shop with products, model photos and try-on requests."

    def handle(self, **_options: Any) -> None:
        with transaction.atomic():
            add_admin()
            for piece in PIECES:
                add_piece(piece)
            starter_set.add_model_photos()
            if settings.IS_SANDBOX:  # elsewhere each look costs money
                request_looks()
        publish_looks()


def add_admin() -> None:
    name, password = ADMIN
    users = get_user_model()._default_manager
    if not users.filter(username=name).exists():
        users.create_superuser(name, "", password)


def add_piece(piece: Piece) -> None:
    product, is_new = Product.objects.get_or_create(
        slug=slugify(piece.title),
        defaults={
            "title": piece.title,
            "description": piece.description,
            "price": piece.price,
            "is_available": piece.is_available,
        },
    )
    if is_new:
        with (samples.PICTURES / "garments" / piece.picture).open("rb") as file:
            product.image.save(piece.picture, File(file))
            Garment(product=product, kind=piece.kind).image.save(piece.picture, File(file))


def request_looks() -> None:
    """Request the looks that were never requested, and retry those that are missing."""
    for parse in ClothesParse.objects.needing_attention():
        actions.retry(parse)
    new: list[TryOnRequest] = []
    for request in filter(None, (request_for(person, titles) for person, titles in LOOKS)):
        known = TryOnResult.objects.filter(model_image=request.person)
        for garment in request.garments:
            known = known.for_garment(garment)
        if not known:
            new.append(request)
        for missing in known.failed_or_unclear()[:1]:
            actions.retry(missing)
    if new:
        actions.request_try_ons(new)


def publish_looks() -> None:
    """Publish the finished looks that wait for a review, except those that a person requested.

    Visitors see published pictures only. What you try on in the admin is yours to review.
    """
    for look in TryOnResult.objects.succeeded().filter(
        review=Review.TO_REVIEW, requested_by__isnull=True
    ):
        actions.publish(look)


def request_for(person: str, titles: list[str]) -> TryOnRequest | None:
    """Return the request for a look, or None if its photo or a garment was deleted."""
    photo = ModelImage.objects.filter(name=person).first()
    pieces = [Garment.objects.filter(product__slug=slugify(title)).first() for title in titles]
    garments = [piece for piece in pieces if piece]
    return TryOnRequest.of(photo, garments) if photo and len(garments) == len(titles) else None
