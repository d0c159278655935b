from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from django_outfitanyone.choices import ClothesType
from django_outfitanyone.conf import product_model_name
from django_outfitanyone.engines.base import Box
from django_outfitanyone.models.model_image import ModelImage
from django_outfitanyone.models.of_picture import (
    OfPicture,
    OfPictureQuerySet,
    Picture,
    has_one_picture,
)
from django_outfitanyone.models.storage_fields import InputFileField, InputImageField

if TYPE_CHECKING:
    from typing_extensions import Self


def product_id_worn(picture: Picture, clothes_type: str | None) -> Any:
    """Return the id of the product worn there: of the garment tried on, or of the half kept."""
    if isinstance(picture, ModelImage):
        return None
    garment = picture.garment_on(clothes_type)
    if garment:
        return garment.product_id
    if clothes_type == picture.keep and picture.model_image:
        kept = Hotspot.objects.of(picture.model_image).filter(clothes_type=clothes_type).first()
        return kept and kept.product_id
    return None


def current_hotspots(picture: Picture) -> list[Hotspot]:
    """Return the picture's hotspots, prefetched or not, as ``current()`` does but without a join.

    Those of a file that was replaced since are left out.
    """
    spots: Any = picture.hotspots
    return [spot for spot in spots.all() if spot.picture_sha256 == picture.sha256]


CROPS_FOLDER = "outfitanyone/crops/%Y/%m/"


class HotspotQuerySet(OfPictureQuerySet["Hotspot"]):
    def current(self) -> Self:
        """Return the hotspots whose picture still has the file in which they were found."""
        return self.filter(
            Q(model_image__sha256=F("picture_sha256")) | Q(try_on__sha256=F("picture_sha256"))
        )


class Hotspot(OfPicture):
    """One piece of clothing in a picture, and the product that it shows.

    The box is in pixels of the picture, x2 and y2 exclusive. ``machine_box`` is what the
    last parse found; once a person has corrected the box, later parses do not change it.
    """

    clothes_type = models.CharField(
        _("area"),
        max_length=10,
        choices=ClothesType,
        null=True,
        blank=True,
        help_text=_("Empty for a hotspot that a person drew."),
    )
    x1 = models.PositiveIntegerField(pgettext_lazy("side of a box", "left"))
    y1 = models.PositiveIntegerField(pgettext_lazy("side of a box", "top"))
    x2 = models.PositiveIntegerField(pgettext_lazy("side of a box", "right"))
    y2 = models.PositiveIntegerField(pgettext_lazy("side of a box", "bottom"))
    machine_box = models.JSONField(_("detected box"), null=True, editable=False)
    product = models.ForeignKey(
        product_model_name(),
        verbose_name=_("product"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    is_corrected = models.BooleanField(_("corrected by a person"), default=False)
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("corrected by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    crop = InputFileField(upload_to=CROPS_FOLDER, blank=True, editable=False)
    """Byte for byte as the engine returned it: sent back, it means "keep this half"."""
    crop_width = models.PositiveIntegerField(null=True, editable=False)
    """``None`` if the crop was stored by a version that did not note its size."""
    crop_height = models.PositiveIntegerField(null=True, editable=False)
    crop_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    cutout = InputImageField(upload_to="outfitanyone/cutouts/%Y/%m/", blank=True, editable=False)
    cutout_width = models.PositiveIntegerField(null=True, editable=False)
    cutout_height = models.PositiveIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = HotspotQuerySet.as_manager()

    class Meta:
        verbose_name = _("hotspot")
        verbose_name_plural = _("hotspots")
        ordering = ["y1", "x1", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["model_image", "clothes_type"], name="outfitanyone_area_once_on_photo"
            ),
            models.UniqueConstraint(
                fields=["try_on", "clothes_type"], name="outfitanyone_area_once_on_result"
            ),
            has_one_picture(name="outfitanyone_hotspot_on_one_picture"),
            models.CheckConstraint(
                condition=Q(x2__gt=F("x1"), y2__gt=F("y1")), name="outfitanyone_box_has_area"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_clothes_type_display() or _('hotspot')}: {self.product or '-'}"

    @property
    def box(self) -> Box:
        return (self.x1, self.y1, self.x2, self.y2)

    def correct(self, corrected_by: Any) -> None:
        """Save box and product as a person's correction of the present picture."""
        self.picture_sha256 = self.picture.sha256
        self.is_corrected, self.corrected_by = True, corrected_by
        self.save()

    def reset(self) -> None:
        """Save the machine's box again, if there is one, and no longer as a correction."""
        if self.machine_box:
            self.x1, self.y1, self.x2, self.y2 = box_inside(self.machine_box, self.picture)
        self.is_corrected, self.corrected_by = False, None
        self.save()


def box_inside(box: Sequence[int], picture: Picture) -> Box:
    """Return the box clipped to the picture and at least one pixel large.

    Boxes in an engine's answer may lie outside of the picture.
    """
    width, height = picture.width or 1, picture.height or 1
    x1 = min(max(0, box[0]), width - 1)
    y1 = min(max(0, box[1]), height - 1)
    return x1, y1, min(max(x1 + 1, box[2]), width), min(max(y1 + 1, box[3]), height)
