from typing import Any

from django.db import migrations, models
from django.db.models import Q

NEWEST = models.Index(
    fields=["id"], condition=Q(is_published=True), name="outfit_tryonresult_newest"
)


def add_newest(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.add_index(apps.get_model("django_outfitanyone", "TryOnResult"), NEWEST)


def remove_newest(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.remove_index(apps.get_model("django_outfitanyone", "TryOnResult"), NEWEST)


class Migration(migrations.Migration):
    """Add indexes that read the newest published pictures, and no others on the way.

    ``NEWEST`` exists on PostgreSQL only and is no part of the model, where MariaDB would warn
    about its condition. PostgreSQL reads ``outfit_tryonresult_published`` only if few pictures
    are published, because it expects their rows to be scattered over the table.
    """

    dependencies = [("django_outfitanyone", "0019_submit_rates")]

    operations = [
        migrations.AddIndex(
            "tryonresult",
            models.Index(
                fields=["model_image", "is_published", "id"],
                name="outfit_tryonresult_photo_shown",
            ),
        ),
        migrations.RunPython(add_newest, remove_newest),
    ]
