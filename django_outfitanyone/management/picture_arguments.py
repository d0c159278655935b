"""Picture arguments of commands: the id of a row, or the path of a file."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from django.core.management.base import CommandError

from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.exceptions import PictureRefused
from django_outfitanyone.models import Garment, ModelImage
from django_outfitanyone.models.picture import StoredPicture
from django_outfitanyone.pictures import images
from django_outfitanyone.storable_text import storable

Row = TypeVar("Row", bound=StoredPicture)


def model_image_from(argument: str) -> ModelImage:
    """Return the model photo with this id, or an inactive one created from this file."""
    if argument.isdecimal():
        return existing(ModelImage, argument)
    return _created_from(ModelImage(name=storable(Path(argument).stem), is_active=False), argument)


def garment_from(argument: str, kind: str) -> Garment:
    """Return the garment with this id, or one without a product created from this file."""
    if argument.isdecimal():
        return existing(Garment, argument)
    return _created_from(Garment(name=storable(Path(argument).stem), kind=kind), argument)


def garment_of_kind(argument: str) -> Garment:
    """Return the garment that ``KIND=FILE|ID`` names; raise ``CommandError`` for another kind."""
    kind, _equals, picture = argument.partition("=")
    if kind not in GarmentKind.values or not picture:
        kinds = ", ".join(GarmentKind.values)
        raise CommandError(f"--garment {argument}: write KIND=FILE|ID, with one of {kinds}.")
    garment = garment_from(picture, kind)
    if garment.kind != kind:
        raise CommandError(f"--garment {argument}: garment {garment.pk} is a {garment.kind}.")
    return garment


def existing(model: type[Row], pk: str) -> Row:
    """Return the row with this id; raise ``CommandError`` if there is none."""
    try:
        return model._default_manager.get(pk=pk)
    except model.DoesNotExist:
        name = model._meta.verbose_name
        raise CommandError(f"There is no {name} with the id {pk}.") from None


def _created_from(row: Row, argument: str) -> Row:
    """Save the row with the file's picture, or return the row that an earlier call created."""
    path = Path(argument)
    try:
        picture = images.prepare(path.read_bytes())
    except OSError as error:
        raise CommandError(f"{argument}: {error.strerror or error}") from error
    except PictureRefused as error:
        raise CommandError(f"{argument}: {error}") from error
    same = type(row)._default_manager.filter(sha256=picture.sha256)
    if isinstance(row, Garment):
        same = same.filter(kind=row.kind, product__isnull=True)
    known = same.first()
    if known:
        return known
    row.image.save(path.name, images.PreparedFile(picture), save=True)
    return row
