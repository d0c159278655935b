from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Sum


def count_images(apps: Any, schema_editor: Any) -> None:
    """Count the images that were charged before the counter existed."""
    using = schema_editor.connection.alias
    charges = apps.get_model("django_outfitanyone", "Charge").objects.using(using)
    counts = apps.get_model("django_outfitanyone", "ImageCount").objects.using(using)
    groups = charges.order_by().values_list("account", "remote_model").annotate(sum=Sum("images"))
    counts.bulk_create(
        [
            counts.model(account_id=account, remote_model=remote_model, images=images)
            for account, remote_model, images in groups
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("django_outfitanyone", "0010_missing_inputs")]

    operations = [
        migrations.AddField(
            model_name="charge",
            name="free_images",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="Covered by the free quota, so that they cost nothing.",
                verbose_name="free pictures",
            ),
        ),
        migrations.CreateModel(
            name="ImageCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("remote_model", models.CharField(max_length=50, verbose_name="model")),
                ("images", models.IntegerField(default=0, verbose_name="pictures")),
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
                "verbose_name": "number of charged pictures",
                "verbose_name_plural": "numbers of charged pictures",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "remote_model"),
                        name="outfitanyone_one_count_of_a_model",
                    )
                ],
            },
        ),
        migrations.RunPython(count_images, migrations.RunPython.noop, elidable=True),
    ]
