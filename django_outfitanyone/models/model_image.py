from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.models.picture import StoredPicture

if TYPE_CHECKING:
    from typing_extensions import Self


class ModelImageQuerySet(models.QuerySet["ModelImage"]):
    def active(self) -> Self:
        """Offered for try-ons."""
        return self.filter(is_active=True)

    def with_hotspots(self) -> Self:
        """With everything a page shows of a picture: three queries, however many pictures."""
        return self.prefetch_related("hotspots__product")


class ModelImage(StoredPicture):
    """A photo of one whole person, standing, seen from the front; garments are tried on it."""

    name = models.CharField(_("name"), max_length=100)
    is_active = models.BooleanField(
        _("offered for try-ons"), default=True, help_text=_("Untick instead of deleting.")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = ModelImageQuerySet.as_manager()

    class Meta:
        verbose_name = _("model photo")
        verbose_name_plural = _("model photos")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name
