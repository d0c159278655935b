from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.choices import UNCHECKED_KINDS, GarmentKind
from django_outfitanyone.conf import product_model_name
from django_outfitanyone.models.picture import CHECK_COLUMNS, StoredPicture
from django_outfitanyone.models.picture_queryset import StoredPictureQuerySet
from django_outfitanyone.models.storage_fields import InputImageField


class GarmentQuerySet(StoredPictureQuerySet):
    """Garments by what the picture check found in them."""


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
    original = InputImageField(
        _("original picture"), upload_to="outfitanyone/pictures/%Y/%m/", blank=True, editable=False
    )
    """The uploaded file, if ``image`` was cropped or cut out of it; empty otherwise."""

    objects = GarmentQuerySet.as_manager()

    _checked_kind: str | None = None
    """The kind to which ``findings`` belong."""
    _made_columns = (*CHECK_COLUMNS, "original")

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.remember_kind()  # here, because bulk_create() calls no save()

    def __str__(self) -> str:
        return self.name or str(self.product or self.get_kind_display())

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; what was found in the picture of a top does not hold for a dress."""
        fields = kwargs.get("update_fields")
        if self._has_new_kind() and (fields is None or "kind" in fields):
            self.forget_findings()
            if fields is not None:
                kwargs["update_fields"] = {*fields, *CHECK_COLUMNS}
        super().save(*args, **kwargs)
        if fields is None or "kind" in fields:
            self.remember_kind()

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        from_queryset: models.QuerySet[Any] | None = None,
    ) -> None:
        super().refresh_from_db(using, fields, from_queryset)
        if fields is None or "kind" in fields:
            self.remember_kind()

    @property
    def is_checkable(self) -> bool:
        return self.kind not in UNCHECKED_KINDS

    def remember_kind(self) -> None:
        """Note that the findings belong to this kind of garment."""
        self._checked_kind = self.__dict__.get("kind")

    def _has_new_kind(self) -> bool:
        kind = self.__dict__.get("kind")
        is_first = self._state.adding and not self._checked_kind
        return kind is not None and kind != self._checked_kind and not is_first

    def picture_changed(self) -> None:
        super().picture_changed()
        self.original = ""
