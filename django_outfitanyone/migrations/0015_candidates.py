import uuid
from typing import Any

from django.db import migrations, models
from django.db.models import Max, Q
from django.db.models.expressions import RawSQL

ROWS_AT_ONCE = 10_000
UUID_OF_ROW = {
    "sqlite": "printf('%%032x', id)",
    "postgresql": "lpad(to_hex(id), 32, '0')::uuid",
    "mysql": "LPAD(HEX(id), 32, '0')",
}
"""The primary key as a UUID. New ids are random ones, which have a version and so differ."""


def candidates_field(**options: Any) -> "models.UUIDField[Any, Any]":
    return models.UUIDField(
        default=uuid.uuid4, editable=False, verbose_name="candidates", **options
    )


def give_own_ids(apps: Any, schema_editor: Any) -> None:
    """Give each present try-on an id of its own, a bounded number at a time."""
    connection = schema_editor.connection
    rows = apps.get_model("django_outfitanyone", "TryOnResult").objects.using(connection.alias)
    own = RawSQL(UUID_OF_ROW[connection.vendor], [])  # noqa: S611 - a constant of this module
    last = rows.aggregate(last=Max("pk"))["last"] or 0
    for start in range(0, last, ROWS_AT_ONCE):
        rows.filter(pk__gt=start, pk__lte=start + ROWS_AT_ONCE).update(candidates=own)


class Migration(migrations.Migration):
    """Add candidates: several pictures of one request, among which a person chooses."""

    dependencies = [("django_outfitanyone", "0014_worn_garments")]

    operations = [
        migrations.AddField(
            "tryonresult",
            "candidate",
            models.PositiveSmallIntegerField(
                default=1, editable=False, verbose_name="number of the candidate"
            ),
        ),
        migrations.AddField(
            "tryonresult",
            "seed",
            models.PositiveBigIntegerField(blank=True, null=True, verbose_name="seed"),
        ),
        migrations.AddField(
            "tryonresult",
            "is_chosen",
            models.BooleanField(editable=False, null=True, verbose_name="chosen"),
        ),
        # null first: one default for all rows would make them candidates of one request
        migrations.AddField("tryonresult", "candidates", candidates_field(null=True)),
        migrations.RunPython(give_own_ids, migrations.RunPython.noop),
        migrations.AlterField("tryonresult", "candidates", candidates_field()),
        migrations.AddConstraint(
            "tryonresult",
            models.UniqueConstraint(
                fields=("candidates", "is_chosen"), name="outfitanyone_one_chosen"
            ),
        ),
        migrations.AddConstraint(
            "tryonresult",
            models.CheckConstraint(
                condition=Q(is_chosen__isnull=True)
                | Q(is_chosen=True, status="succeeded", review="approved"),
                name="outfitanyone_chosen_is_approved",
            ),
        ),
    ]
