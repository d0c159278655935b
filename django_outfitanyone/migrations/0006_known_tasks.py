from collections.abc import Iterator
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

CHUNK = 500


def remember_tasks(apps: Any, schema_editor: Any) -> None:
    """Keep the ids of all tasks of present try-ons, and of charges, whose try-on may be gone."""
    using = schema_editor.connection.alias
    known = apps.get_model("django_outfitanyone", "KnownTask").objects.using(using)
    for name, column in (("TryOnResult", "remote_task_id"), ("Charge", "task_id")):
        rows = apps.get_model("django_outfitanyone", name).objects.using(using)
        ids = rows.filter(**{f"{column}__isnull": False}).order_by().values_list("account", column)
        for chunk in _chunks(ids.distinct().iterator(CHUNK)):
            known.bulk_create(
                [known.model(account_id=account, task_id=task_id) for account, task_id in chunk],
                ignore_conflicts=True,
            )


def _chunks(pairs: Iterator[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    chunk: list[tuple[str, str]] = []
    for pair in pairs:
        chunk.append(pair)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


class Migration(migrations.Migration):
    dependencies = [("django_outfitanyone", "0005_result_url")]

    operations = [
        migrations.AddField(
            model_name="clothesparse",
            name="uploads_renewed",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="tryonresult",
            name="uploads_renewed",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="tryonresult",
            name="unclear_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.CreateModel(
            name="KnownTask",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("task_id", models.CharField(max_length=100, verbose_name="task id")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="django_outfitanyone.account",
                    ),
                ),
            ],
            options={
                "verbose_name": "known task",
                "verbose_name_plural": "known tasks",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "task_id"), name="outfitanyone_known_task_once"
                    )
                ],
            },
        ),
        migrations.RunPython(remember_tasks, migrations.RunPython.noop, elidable=True),
    ]
