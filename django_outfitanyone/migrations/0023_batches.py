import uuid
from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import Count, Max, Min, Q

ROWS_AT_ONCE = 10_000
BATCHES_AT_ONCE = 200
OPEN = ["queued", "preparing", "submitting", "running", "collecting"]


def write_batches(apps: Any, schema_editor: Any) -> None:
    """Write a row for each present batch of two or more try-ons, a bounded number at a time."""
    using = schema_editor.connection.alias
    batches = apps.get_model("django_outfitanyone", "Batch").objects.using(using)
    rows = apps.get_model("django_outfitanyone", "TryOnResult").objects.using(using)
    rows = rows.order_by()
    last = rows.aggregate(last=Max("pk"))["last"] or 0
    for start in range(0, last, ROWS_AT_ONCE):
        # only a batch of several has a second try-on
        here = rows.filter(pk__gt=start, pk__lte=start + ROWS_AT_ONCE, number__gt=0)
        keys = list(here.values_list("batch", flat=True).distinct())
        for first in range(0, len(keys), BATCHES_AT_ONCE):
            found = _batches_of(rows, keys[first : first + BATCHES_AT_ONCE], batches.model)
            batches.bulk_create(found, ignore_conflicts=True)


def _batches_of(rows: Any, keys: Any, model: Any) -> Any:
    rows = rows.filter(batch__in=keys)
    by_number = rows.order_by("-number").values_list("batch", "requested_by")
    requesters = dict(by_number.iterator())  # of the first try-on
    groups = rows.values("batch").annotate(
        size=Count("pk"),
        created=Min("created_at"),
        queued=Max("queued_at"),
        finished=Max("finished_at"),
        open=Count("pk", filter=Q(status__in=OPEN)),
    )
    return [
        model(
            id=group["batch"],
            size=group["size"],
            requested_by_id=requesters[group["batch"]],
            created_at=group["created"],
            queued_at=group["queued"],
            finished_at=None if group["open"] else group["finished"] or group["created"],
        )
        for group in groups
    ]


def user(verbose_name: str) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        editable=False,
        null=True,
        on_delete=django.db.models.deletion.SET_NULL,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        verbose_name=verbose_name,
    )


def moment(verbose_name: str) -> "models.DateTimeField[Any, Any]":
    return models.DateTimeField(
        default=django.utils.timezone.now, editable=False, verbose_name=verbose_name
    )


def moment_or_none(**options: Any) -> "models.DateTimeField[Any, Any]":
    return models.DateTimeField(editable=False, null=True, **options)


class Migration(migrations.Migration):
    """Add batches: try-ons that were requested together, with a name, a pause and an end.

    The table of try-ons gets an index, but no column: it has the key of the batch already.
    """

    dependencies = [
        ("django_outfitanyone", "0022_permissions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=200, verbose_name="name")),
                ("size", models.PositiveIntegerField(editable=False, verbose_name="pictures")),
                ("created_at", moment("created at")),
                ("queued_at", moment("requested at")),
                ("paused_at", moment_or_none(verbose_name="paused at")),
                ("finished_at", moment_or_none(verbose_name="finished at")),
                ("announce_at", moment_or_none()),
                ("paused_by", user("paused by")),
                ("requested_by", user("requested by")),
            ],
            options={
                "verbose_name": "batch",
                "verbose_name_plural": "batches",
                "ordering": ["-created_at", "-pk"],
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            "batch", models.Index(fields=["created_at", "id"], name="outfit_batch_created")
        ),
        migrations.AddIndex(
            "batch",
            models.Index(fields=["finished_at", "created_at"], name="outfit_batch_finished"),
        ),
        migrations.AddIndex(
            "batch", models.Index(fields=["paused_at"], name="outfit_batch_paused")
        ),
        migrations.AddIndex(
            "batch", models.Index(fields=["announce_at"], name="outfit_batch_announce")
        ),
        migrations.AddIndex(
            "tryonresult",
            models.Index(fields=["batch", "status"], name="outfit_tryonresult_batch"),
        ),
        migrations.RunPython(write_batches, migrations.RunPython.noop, elidable=True),
    ]
