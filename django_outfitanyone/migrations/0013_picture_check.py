from typing import Any

from django.db import migrations, models


def findings() -> "models.JSONField[Any, Any]":
    return models.JSONField(editable=False, null=True, verbose_name="picture check")


def findings_ignored() -> "models.BooleanField[Any, Any]":
    return models.BooleanField(
        default=False, verbose_name="use it although the check advises against it"
    )


class Migration(migrations.Migration):
    """Present pictures are "not checked", and stay usable."""

    dependencies = [("django_outfitanyone", "0012_kept_halves")]

    operations = [
        migrations.AddField("garment", "findings", findings()),
        migrations.AddField("garment", "findings_ignored", findings_ignored()),
        migrations.AddField("modelimage", "findings", findings()),
        migrations.AddField("modelimage", "findings_ignored", findings_ignored()),
        migrations.AddField(
            "garment",
            "original",
            models.ImageField(
                blank=True,
                editable=False,
                upload_to="outfitanyone/pictures/%Y/%m/",
                verbose_name="original picture",
            ),
        ),
    ]
