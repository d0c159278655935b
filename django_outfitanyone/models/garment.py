from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.conf import product_model_name
from django_outfitanyone.models.picture import StoredPicture


class Garment(StoredPicture):
    """One wearable item of a product, with a flat-lay picture."""

    product = models.ForeignKey(
        product_model_name(),
        verbose_name=_("product"),
        on_delete=models.CASCADE,
        null=True,  # a command may create one from a file; the admin requires a product
        related_name="outfit_garments",
    )
    kind = models.CharField(_("kind"), max_length=10, choices=GarmentKind)
    name = models.CharField(
        _("name"), max_length=100, blank=True, help_text=_("For products of several pieces.")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("garment")
        verbose_name_plural = _("garments")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=GarmentKind.values),
                name="outfitanyone_garment_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.product or self.get_kind_display())
