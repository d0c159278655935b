from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files import File
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.text import slugify

from django_outfitanyone import actions
from django_outfitanyone.choices import Status
from django_outfitanyone.jobs.try_on import TryOnRequest
from django_outfitanyone.models import Garment, ModelImage, Product, TryOnResult
from shop.wardrobe import LOOKS, PEOPLE, PICTURES, PIECES, Piece

ADMIN = ("admin", "tally-and-twill")
"""Name and password; the demo can be reached from this machine only."""


class Command(BaseCommand):
    """Adds only what is missing, so that it may run at every start: edits are never undone."""

    help = "Fills the shop with products, model photos and try-ons to be made."

    def handle(self, **_options: Any) -> None:
        with transaction.atomic():
            add_admin()
            for piece in PIECES:
                add_piece(piece)
            for name, picture in PEOPLE.items():
                add_person(name, picture)
            if settings.IS_SANDBOX:  # elsewhere each look costs money: the admin asks for them
                ask_for_looks()


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
        with (PICTURES / "garments" / piece.picture).open("rb") as file:
            product.image.save(piece.picture, File(file))
            Garment(product=product, kind=piece.kind).image.save(piece.picture, File(file))


def add_person(name: str, picture: str) -> None:
    if not ModelImage.objects.filter(name=name).exists():
        with (PICTURES / "models" / picture).open("rb") as file:
            ModelImage(name=name).image.save(picture, File(file))


def ask_for_looks() -> None:
    """Ask for what was never asked for, and once more for what failed; the rest is left alone."""
    new: list[TryOnRequest] = []
    for wish in filter(None, (wish_for(person, titles) for person, titles in LOOKS)):
        known = TryOnResult.objects.filter(
            model_image=wish.person, top_garment=wish.top, bottom_garment=wish.bottom
        )
        if not known:
            new.append(wish)
        for failed in known.filter(status=Status.FAILED)[:1]:
            actions.retry(failed)
    if new:
        actions.request_try_ons(new)


def wish_for(person: str, titles: list[str]) -> TryOnRequest | None:
    """The look, unless somebody has deleted a part of it."""
    photo = ModelImage.objects.filter(name=person).first()
    pieces = [Garment.objects.filter(product__slug=slugify(title)).first() for title in titles]
    garments = [piece for piece in pieces if piece]
    return TryOnRequest.of(photo, garments) if photo and len(garments) == len(titles) else None
