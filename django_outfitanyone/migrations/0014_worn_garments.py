from collections.abc import Iterator
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import django_outfitanyone.models.worn_garment

ROWS_AT_ONCE = 2000
KINDS = [
    ("top", "top"),
    ("one_piece", "dress or jumpsuit"),
    ("bottom", "bottom"),
    ("outerwear", "jacket or coat"),
    ("shoes", "shoes"),
    ("bag", "bag"),
    ("hat", "hat"),
]
AREAS = [
    ("upper", "upper"),
    ("lower", "lower"),
    ("outer", "over other clothes"),
    ("feet", "feet"),
    ("bag", "bag"),
    ("head", "head"),
]


def copy_garments(apps: Any, schema_editor: Any) -> None:
    """Write the rows of all try-ons, a bounded number at a time."""
    using = schema_editor.connection.alias
    worn = apps.get_model("django_outfitanyone", "WornGarment")
    try_ons = apps.get_model("django_outfitanyone", "TryOnResult").objects.using(using)
    columns = ("pk", "keep", "top_garment", "top_garment__kind", "bottom_garment")
    last = 0
    while True:
        rows = try_ons.filter(pk__gt=last).order_by("pk").values_list(*columns)[:ROWS_AT_ONCE]
        found = list(rows)
        if not found:
            return
        new = [worn(try_on_id=pk, **place) for pk, *row in found for place in places(*row)]
        worn.objects.using(using).bulk_create(new, batch_size=ROWS_AT_ONCE)
        last = found[-1][0]


def places(
    keep: str, top: int | None, top_kind: str | None, bottom: int | None
) -> Iterator[dict[str, Any]]:
    """Yield the columns of the rows of one try-on.

    A garment that was deleted has a row only where the kept half says which one it was.
    """
    taken: list[tuple[str, str, int | None, bool]] = []
    if top or keep == "lower":
        taken.append((top_kind or "top", "upper", top, True))
    if bottom or keep == "upper":
        taken.append(("bottom", "lower", bottom, True))
    if top_kind == "one_piece" and not bottom and keep != "lower":
        taken.append(("one_piece", "lower", None, False))
    if keep:
        taken.append(("top" if keep == "upper" else "bottom", keep, None, False))
    for position, (kind, area, garment, is_garment) in enumerate(taken):
        yield {
            "position": position,
            "kind": kind,
            "area": area,
            "garment_id": garment,
            "is_garment": is_garment,
        }


class Migration(migrations.Migration):
    """Replace two foreign keys of a try-on by a list of worn garments; add kinds of garments."""

    dependencies = [("django_outfitanyone", "0013_picture_check")]

    operations = [
        migrations.RemoveConstraint("garment", "outfitanyone_garment_kind_known"),
        migrations.AlterField(
            "garment", "kind", models.CharField(choices=KINDS, max_length=10, verbose_name="kind")
        ),
        migrations.AddConstraint(
            "garment",
            models.CheckConstraint(
                condition=Q(kind__in=[kind for kind, _label in KINDS]),
                name="outfitanyone_garment_kind_known",
            ),
        ),
        migrations.CreateModel(
            name="WornGarment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                ("kind", models.CharField(choices=KINDS, max_length=10, verbose_name="kind")),
                ("area", models.CharField(choices=AREAS, max_length=10, verbose_name="area")),
                ("is_garment", models.BooleanField(default=True)),
                (
                    "garment",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django_outfitanyone.models.worn_garment.set_null_and_mark_try_on,
                        related_name="worn",
                        to="django_outfitanyone.garment",
                        verbose_name="garment",
                    ),
                ),
                (
                    "try_on",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="worn",
                        to="django_outfitanyone.tryonresult",
                        verbose_name="try-on result",
                    ),
                ),
            ],
            options={
                "verbose_name": "worn garment",
                "verbose_name_plural": "worn garments",
                "ordering": ["position"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["garment", "try_on"], name="outfitanyone_worn_in")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("try_on", "position"), name="outfitanyone_position_once"
                    ),
                    models.UniqueConstraint(
                        fields=("try_on", "area"), name="outfitanyone_area_worn_once"
                    ),
                    models.CheckConstraint(
                        condition=Q(kind__in=[kind for kind, _label in KINDS]),
                        name="outfitanyone_worn_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=Q(area__in=[area for area, _label in AREAS]),
                        name="outfitanyone_worn_area_known",
                    ),
                    models.CheckConstraint(
                        condition=Q(is_garment=True) | Q(garment__isnull=True),
                        name="outfitanyone_taken_place_has_no_garment",
                    ),
                ],
            },
        ),
        migrations.RunPython(copy_garments, migrations.RunPython.noop),
        migrations.RemoveConstraint("tryonresult", "outfitanyone_kept_half_is_free"),
        migrations.RemoveField("tryonresult", "bottom_garment"),
        migrations.RemoveField("tryonresult", "top_garment"),
    ]
