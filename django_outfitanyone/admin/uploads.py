"""Picture uploads: a preview beside the field, and a message if the file was converted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from django_outfitanyone.admin.check_messages import check_upload
from django_outfitanyone.admin.django_classes import AdminMixin, ModelForm
from django_outfitanyone.admin.widgets import PictureInput
from django_outfitanyone.models.picture import PictureField, StoredPicture
from django_outfitanyone.pictures.decoding import human_size

if TYPE_CHECKING:
    from django.http import HttpRequest

    from django_outfitanyone.models import Garment, ModelImage

PICTURE_WIDGET: dict[Any, Any] = {PictureField: {"widget": PictureInput}}


class UploadMixin(AdminMixin):
    """For admins of models that inherit from ``StoredPicture``."""

    formfield_overrides = PICTURE_WIDGET

    def save_model(
        self,
        request: HttpRequest,
        obj: Garment | ModelImage,
        form: ModelForm,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        super().save_model(request, obj, form, change)
        report_conversion(request, form.cleaned_data.get("image"), stored=obj)
        check_upload(request, obj, form)


def report_conversion(request: HttpRequest, upload: object, *, stored: StoredPicture) -> None:
    """Tell the user how an upload was converted, unless it was stored unchanged."""
    if not isinstance(upload, UploadedFile) or upload.size in {None, stored.image.size}:
        return
    text = _(
        "“%(name)s” was converted to a format that the engine accepts: "
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
