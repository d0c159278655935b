from typing import Any

from django.db import migrations, models
from django.db.models import Q

import django_outfitanyone.models.try_on


def mark_missing_inputs(apps: Any, schema_editor: Any) -> None:
    """Mark present try-ons without their model photo, or without any garment."""
    try_ons = apps.get_model("django_outfitanyone", "TryOnResult").objects
    try_ons.using(schema_editor.connection.alias).filter(
        Q(model_image=None) | Q(top_garment=None, bottom_garment=None)
    ).update(lacks_inputs=True)


def input_field(model: str, **options: Any) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        null=True,
        on_delete=django_outfitanyone.models.try_on.set_null_and_mark,
        to=f"django_outfitanyone.{model}",
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [("django_outfitanyone", "0009_known_task_age")]

    operations = [
        migrations.AddField(
            model_name="tryonresult",
            name="lacks_inputs",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AlterField(
            model_name="tryonresult",
            name="model_image",
            field=input_field("modelimage", verbose_name="model photo", related_name="try_ons"),
        ),
        migrations.AlterField(
            model_name="tryonresult",
            name="top_garment",
            field=input_field(
                "garment",
                blank=True,
                verbose_name="top, dress or jumpsuit",
                related_name="try_ons_as_top",
            ),
        ),
        migrations.AlterField(
            model_name="tryonresult",
            name="bottom_garment",
            field=input_field(
                "garment",
                blank=True,
                verbose_name="trousers, shorts or skirt",
                related_name="try_ons_as_bottom",
            ),
        ),
        migrations.RunPython(mark_missing_inputs, migrations.RunPython.noop),
    ]
