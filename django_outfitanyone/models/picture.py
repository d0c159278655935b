"""Pictures that people upload; they are converted to what the engine accepts when stored."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models
from django.db.models.fields.files import ImageFieldFile
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.exceptions import PictureRefused
from django_outfitanyone.pictures import images
from django_outfitanyone.pictures.renditions import thumbnail


def unguessable_name(suffix: str) -> str:
    """Return a random file name, so that no name comes from outside."""
    return f"{uuid.uuid4().hex}{suffix}"


class PictureFormField(forms.FileField):
    """Refuses files that the engine would refuse, with the reason and the remedy."""

    widget = forms.ClearableFileInput

    def to_python(self, data: Any) -> Any:
        """Return the upload unchanged; raise ``ValidationError`` if it cannot be used."""
        file = super().to_python(data)
        if file is not None:
            try:
                images.prepare(images.read_upload(file))
            except PictureRefused as error:
                raise ValidationError(str(error), code=error.code) from error
            file.seek(0)
        return file

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "accept": "image/*"}


class PictureFile(ImageFieldFile):
    """Stores the converted picture under a random name, and its size and hash in the row."""

    def save(self, name: str | None, content: Any, save: bool = True) -> None:  # noqa: ARG002, FBT001
        content.seek(0)
        picture = images.prepare(content.read())
        owner = cast("StoredPicture", self.instance)
        owner.sha256, owner.width, owner.height = picture.sha256, picture.width, picture.height
        owner.picture_changed()
        owner.thumbnail.save(
            unguessable_name(".jpg"), ContentFile(thumbnail(picture.data)), save=False
        )
        super().save(unguessable_name(picture.suffix), ContentFile(picture.data), save=save)


class PictureField(models.ImageField):
    """An image of a ``StoredPicture``."""

    attr_class = PictureFile

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"form_class": PictureFormField, **kwargs})


class StoredPicture(models.Model):
    """A picture that the engine accepts, its size and hash, and a thumbnail."""

    image = PictureField(_("picture"), upload_to="outfitanyone/pictures/%Y/%m/")
    width = models.PositiveIntegerField(_("width in pixels"), editable=False)
    height = models.PositiveIntegerField(_("height in pixels"), editable=False)
    sha256 = models.CharField(max_length=64, db_index=True, editable=False)
    thumbnail = models.ImageField(upload_to="outfitanyone/thumbnails/%Y/%m/", editable=False)

    class Meta:
        abstract = True

    def picture_changed(self) -> None:
        """React to a new file; called before the row is saved."""

    def read(self) -> bytes:
        """Return the stored bytes."""
        with self.image.open("rb") as file:
            data: bytes = file.read()
            return data
