"""Pictures named on the command line: the number of a row, or a file."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from django.core.files.base import ContentFile
from django.core.management.base import CommandError

from django_outfitanyone.exceptions import PictureRefused
from django_outfitanyone.models import Garment, ModelImage
from django_outfitanyone.models.picture import StoredPicture
from django_outfitanyone.pictures import images

Row = TypeVar("Row", bound=StoredPicture)


def person_from(argument: str) -> ModelImage:
    """The model photo with this number, or one made of this file and offered to nobody else."""
    if argument.isdigit():
        return _existing(ModelImage, argument)
    return _made_of(ModelImage(name=Path(argument).stem, is_active=False), argument)


def garment_from(argument: str, kind: str) -> Garment:
    """The garment with this number, or one made of this file that belongs to no product."""
    if argument.isdigit():
        return _existing(Garment, argument)
    return _made_of(Garment(name=Path(argument).stem, kind=kind), argument)


def _existing(model: type[Row], number: str) -> Row:
    try:
        return model._default_manager.get(pk=number)
    except model.DoesNotExist:
        name = model._meta.verbose_name
        raise CommandError(f"There is no {name} number {number}.") from None


def _made_of(row: Row, argument: str) -> Row:
    """Save the row with the file's picture, or find the one that an earlier call made of it."""
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
    row.image.save(path.name, ContentFile(picture.data), save=True)
    return row
