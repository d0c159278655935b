"""The garments of a try-on, and the parts of the body that they take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Prefetch, Q
from django.db.models.deletion import Collector
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.choices import AREAS_TAKEN, BodyArea, GarmentKind
from django_outfitanyone.models.garment import Garment

if TYPE_CHECKING:
    from django_outfitanyone.models.try_on import TryOnResult

KIND_OF_KEPT_HALF = {BodyArea.UPPER: GarmentKind.TOP, BodyArea.LOWER: GarmentKind.BOTTOM}


def set_null_and_mark_try_on(
    collector: Collector, field: models.ForeignKey[Any, Any], worn: Any, using: str
) -> None:
    """Set the garment to null, and remember that its try-on lacks an input; for ``on_delete``."""
    try_ons: Any = field.model._meta.get_field("try_on").related_model
    keys = worn.order_by().values_list("try_on", flat=True)
    # by key: MariaDB would read and lock every try-on for an UPDATE with a subquery
    marked = [try_ons(pk=key) for key in keys]
    collector.add_field_update(try_ons._meta.get_field("lacks_inputs"), True, marked)
    models.SET_NULL(collector, field, worn, using)


set_null_and_mark_try_on.lazy_sub_objs = True  # type: ignore[attr-defined]  # as SET_NULL


class WornGarment(models.Model):
    """A part of the body in a try-on: the garment worn there, or what else takes the place.

    A garment that takes two parts, a dress, has a row for each; only the first names it. The
    half of the person's own clothes that stays has a row without a garment. So a plain unique
    constraint keeps every part of the body from being taken twice, on every database.
    """

    try_on = models.ForeignKey(
        "django_outfitanyone.TryOnResult",
        verbose_name=_("try-on result"),
        on_delete=models.CASCADE,
        related_name="worn",
        db_index=False,  # the unique constraints begin with it
    )
    garment = models.ForeignKey(
        Garment,
        verbose_name=_("garment"),
        on_delete=set_null_and_mark_try_on,
        null=True,
        related_name="worn",
        db_index=False,  # the index begins with it
    )
    """``None`` also after the garment was deleted."""
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=10, choices=GarmentKind)
    """The garment's kind when the try-on was requested."""
    area = models.CharField(_("area"), max_length=10, choices=BodyArea)
    is_garment = models.BooleanField(default=True)
    """Whether the row stands for a garment, and not only for a place that is taken."""

    class Meta:
        verbose_name = _("worn garment")
        verbose_name_plural = _("worn garments")
        ordering = ["position"]
        default_permissions = ()
        indexes = [models.Index(fields=["garment", "try_on"], name="outfitanyone_worn_in")]
        constraints = [
            models.UniqueConstraint(
                fields=["try_on", "position"], name="outfitanyone_position_once"
            ),
            models.UniqueConstraint(fields=["try_on", "area"], name="outfitanyone_area_worn_once"),
            models.CheckConstraint(
                condition=Q(kind__in=GarmentKind.values), name="outfitanyone_worn_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(area__in=BodyArea.values), name="outfitanyone_worn_area_known"
            ),
            models.CheckConstraint(
                condition=Q(is_garment=True) | Q(garment__isnull=True),
                name="outfitanyone_taken_place_has_no_garment",
            ),
        ]

    def __str__(self) -> str:
        return str(self.garment or self.get_kind_display())


def in_wearing_order(garments: Iterable[Garment]) -> list[Garment]:
    """Return the garments in the order of ``GarmentKind``, those of one kind as they came."""
    order = {kind: number for number, kind in enumerate(GarmentKind.values)}
    return sorted(garments, key=lambda garment: order.get(garment.kind, len(order)))


def worn_rows(try_on: TryOnResult) -> list[WornGarment]:
    """Return the unsaved rows for the garments of a try-on and for the half that it keeps."""
    return [
        WornGarment(try_on=try_on, position=position, **columns)
        for position, columns in enumerate(_places(try_on))
    ]


def worn_with_garments() -> Prefetch[Any]:
    """Return the prefetch of the garments of try-ons in one query."""
    return Prefetch("worn", WornGarment.objects.select_related("garment"))


def worn_with_products(through: str = "") -> Prefetch[Any]:
    """Return the prefetch of garments and products in one query; ``through`` ends in ``__``."""
    return Prefetch(f"{through}worn", WornGarment.objects.select_related("garment__product"))


def worn_with_a_product() -> models.QuerySet[Any]:
    """Return the garments of try-ons that belong to a product, in no order."""
    return WornGarment.objects.filter(garment__product__isnull=False).order_by()


def _places(try_on: TryOnResult) -> Iterator[dict[str, Any]]:
    """Yield the columns of each row: garments first, then the places that are only taken."""
    garments = in_wearing_order(try_on.garments)
    for garment in garments:
        area = AREAS_TAKEN[garment.kind][0]
        yield {"garment": garment, "kind": garment.kind, "area": area}
    for garment in garments:
        for area in AREAS_TAKEN[garment.kind][1:]:
            yield {"kind": garment.kind, "area": area, "is_garment": False}
    if try_on.keep:
        kept = BodyArea(try_on.keep)
        yield {"kind": KIND_OF_KEPT_HALF[kept], "area": kept, "is_garment": False}
