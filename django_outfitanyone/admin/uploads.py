"""Uploading pictures: shown beside the field, and a word when the file was changed to fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from django_outfitanyone.admin.classes import AdminMixin, ModelForm
from django_outfitanyone.admin.widgets import PictureInput
from django_outfitanyone.models.picture import PictureField, StoredPicture
from django_outfitanyone.pictures.decoding import human_size

if TYPE_CHECKING:
    from django.http import HttpRequest

PICTURE_WIDGET: dict[Any, Any] = {PictureField: {"widget": PictureInput}}


class UploadMixin(AdminMixin):
    """For admins of models that are a ``StoredPicture``."""

    formfield_overrides = PICTURE_WIDGET

    def save_model(
        self,
        request: HttpRequest,
        obj: StoredPicture,
        form: ModelForm,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        super().save_model(request, obj, form, change)
        tell_of_conversion(request, form.cleaned_data.get("image"), stored=obj)


def tell_of_conversion(request: HttpRequest, upload: object, *, stored: StoredPicture) -> None:
    """Say what became of an upload that is not kept byte for byte."""
    if not isinstance(upload, UploadedFile) or upload.size in {None, stored.image.size}:
        return
    text = _(
        "“%(name)s” was converted to what the try-on system takes: "
        "%(width)d × %(height)d pixels, %(size)s instead of %(original)s."
    )
    messages.info(
        request,
        text
        % {
            "name": upload.name,
            "width": stored.width,
            "height": stored.height,
            "size": human_size(stored.image.size),
            "original": human_size(upload.size or 0),
        },
    )
