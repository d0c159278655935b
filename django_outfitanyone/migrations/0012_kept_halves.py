from typing import Any

from django.db import migrations, models


def keep_following_with_dress(apps: Any, schema_editor: Any) -> None:
    """Mark present parses of both halves: a parse of a dress followed each if nothing was found."""
    parses = apps.get_model("django_outfitanyone", "ClothesParse").objects
    parses.using(schema_editor.connection.alias).filter(clothes_types="upper,lower").update(
        is_automatic=True
    )


def crop_field() -> "models.FileField":
    return models.FileField(blank=True, editable=False, upload_to="outfitanyone/crops/%Y/%m/")


class Migration(migrations.Migration):
    """Add crops without a box, sizes of crops and cut-outs, and which parses are automatic."""

    dependencies = [("django_outfitanyone", "0011_free_images")]

    operations = [
        migrations.AddField(
            model_name="clothesparse",
            name="is_automatic",
            field=models.BooleanField(default=False, editable=False),
        ),
        *(
            migrations.AddField(model_name="clothesparse", name=name, field=crop_field())
            for name in ("upper_crop", "lower_crop")
        ),
        *(
            migrations.AddField(
                model_name="hotspot",
                name=name,
                field=models.PositiveIntegerField(editable=False, null=True),
            )
            for name in ("crop_width", "crop_height", "cutout_width", "cutout_height")
        ),
        migrations.RunPython(keep_following_with_dress, migrations.RunPython.noop),
    ]
