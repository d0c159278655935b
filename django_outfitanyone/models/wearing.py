"""How a try-on gets its garments, and how they are read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from django.db import models, router, transaction
from django.db.models import prefetch_related_objects

from django_outfitanyone.choices import AREA_OF_GARMENT
from django_outfitanyone.models.worn_garment import (
    WornGarment,
    in_wearing_order,
    worn_rows,
    worn_with_products,
)

if TYPE_CHECKING:
    from django_outfitanyone.models.garment import Garment
    from django_outfitanyone.models.try_on import TryOnResult


class WearsGarments(models.Model):
    """The garments of a ``TryOnResult``: chosen before it is stored, read from ``worn`` then."""

    if TYPE_CHECKING:
        keep: str
        worn: Any

    class Meta:
        abstract = True

    _chosen_garments: tuple[Garment, ...] = ()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new row is stored with its garments."""
        if not self._state.adding:
            super().save(*args, **kwargs)
            return
        worn = worn_rows(cast("TryOnResult", self))
        using = kwargs.get("using") or router.db_for_write(type(self))
        with transaction.atomic(using=using, savepoint=False):
            super().save(*args, **kwargs)
            WornGarment.objects.using(self._state.db).bulk_create(worn)

    @property
    def garments(self) -> list[Garment]:
        """The garments that are tried on, top or dress first; deleted ones are left out."""
        if self._is_not_stored:
            return list(self._chosen_garments)
        return [worn.garment for worn in self._loaded_worn if worn.garment]

    @garments.setter
    def garments(self, garments: Iterable[Garment]) -> None:
        """Choose the garments of a row that is not stored yet; the first save stores them."""
        if not self._is_not_stored:
            raise AttributeError("The garments of a stored try-on do not change.")
        self._chosen_garments = tuple(in_wearing_order(garments))

    @property
    def garment_ids(self) -> list[int]:
        """Primary keys of the garments, also of those that a prefetch left out."""
        if self._is_not_stored:
            return [garment.pk for garment in self._chosen_garments]
        return [worn.garment_id for worn in self._loaded_worn if worn.garment_id is not None]

    def garment_on(self, clothes_type: str | None) -> Garment | None:
        """Return the garment that was tried on in this area; a coat only if no top lies there."""
        for garment in self.garments:
            if clothes_type and AREA_OF_GARMENT.get(garment.kind) == clothes_type:
                return garment
        return None

    @property
    def _loaded_worn(self) -> Iterable[WornGarment]:
        """The rows of ``worn``, loaded once, as foreign keys are."""
        if "worn" not in getattr(self, "_prefetched_objects_cache", ()):
            prefetch_related_objects([self], worn_with_products())
        rows: Iterable[WornGarment] = self.worn.all()
        return rows

    @property
    def _is_not_stored(self) -> bool:
        """Whether the row has no garments in the database: it is new, or was deleted."""
        return self._state.adding or self.pk is None
