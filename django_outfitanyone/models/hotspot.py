from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from django_outfitanyone.choices import ClothesType
from django_outfitanyone.conf import product_model_name
from django_outfitanyone.engines.base import Box
from django_outfitanyone.models.clothes_parse import go_with_picture, picture_filter
from django_outfitanyone.models.model_image import ModelImage
from django_outfitanyone.models.try_on import TryOnResult

if TYPE_CHECKING:
    from typing_extensions import Self

Picture: TypeAlias = ModelImage | TryOnResult


def product_id_worn(picture: Picture, clothes_type: str | None) -> Any:
    """Id of the product worn there: that of the garment tried on, or of the half that was kept."""
    if isinstance(picture, ModelImage):
        return None
    garment = picture.garment_on(clothes_type)
    if garment:
        return garment.product_id
    if picture.model_image and clothes_type == picture.keep:
        kept = Hotspot.objects.of(picture.model_image).filter(clothes_type=clothes_type).first()
        return kept and kept.product_id
    return None


class HotspotQuerySet(models.QuerySet["Hotspot"]):
    def of(self, picture: Picture) -> Self:
        """Those of this very picture: boxes of a replaced file mean nothing."""
        return self.filter(**picture_filter(picture), picture_sha256=picture.sha256)

    def current(self) -> Self:
        """Those whose picture still has the file that they were found in."""
        return self.filter(
            Q(model_image__sha256=F("picture_sha256")) | Q(try_on__sha256=F("picture_sha256"))
        )

    def with_product(self) -> Self:
        """Those that lead somewhere."""
        return self.filter(product__isnull=False).select_related("product")


class Hotspot(models.Model):
    """One piece of clothing in a picture and the product it is.

    The box is in pixels of the picture, x2 and y2 exclusive. ``machine_box`` is what
    the last search found; once a person has moved the box, searches leave it alone.
    """

    model_image = models.ForeignKey(
        ModelImage,
        verbose_name=_("model photo"),
        on_delete=go_with_picture,
        null=True,
        blank=True,
        related_name="hotspots",
    )
    try_on = models.ForeignKey(
        TryOnResult,
        verbose_name=_("try-on result"),
        on_delete=go_with_picture,
        null=True,
        blank=True,
        related_name="hotspots",
    )
    picture_sha256 = models.CharField(max_length=64, editable=False)
    clothes_type = models.CharField(
        _("area"),
        max_length=10,
        choices=ClothesType,
        null=True,
        blank=True,
        help_text=_("Empty for one that a person drew."),
    )
    x1 = models.PositiveIntegerField(pgettext_lazy("side of a box", "left"))
    y1 = models.PositiveIntegerField(pgettext_lazy("side of a box", "top"))
    x2 = models.PositiveIntegerField(pgettext_lazy("side of a box", "right"))
    y2 = models.PositiveIntegerField(pgettext_lazy("side of a box", "bottom"))
    machine_box = models.JSONField(_("found box"), null=True, editable=False)
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
    crop = models.FileField(upload_to="outfitanyone/crops/%Y/%m/", blank=True, editable=False)
    """Byte for byte as the API gave it: sent back, it means "keep this"."""
    crop_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    cutout = models.ImageField(upload_to="outfitanyone/cutouts/%Y/%m/", blank=True, editable=False)
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
            models.CheckConstraint(
                condition=Q(model_image__isnull=False, try_on__isnull=True)
                | Q(model_image__isnull=True, try_on__isnull=False),
                name="outfitanyone_hotspot_on_one_picture",
            ),
            models.CheckConstraint(
                condition=Q(x2__gt=F("x1"), y2__gt=F("y1")), name="outfitanyone_box_has_area"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_clothes_type_display() or _('hotspot')}: {self.product or '-'}"

    @property
    def box(self) -> Box:
        return (self.x1, self.y1, self.x2, self.y2)

    @property
    def picture(self) -> Picture | None:
        return self.model_image or self.try_on
