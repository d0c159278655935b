from django.db import migrations, models
from django.db.models import Q

import django_outfitanyone.models.try_on


def index(model: str, name: str, *columns: str) -> migrations.AddIndex:
    return migrations.AddIndex(model, models.Index(fields=columns, name=f"outfit_{model}_{name}"))


class Migration(migrations.Migration):
    """Add indexes, so that no list of visitors and staff gets slower as the tables grow."""

    dependencies = [("django_outfitanyone", "0017_engines")]

    operations = [
        migrations.AddField(
            "tryonresult",
            "is_published",
            models.GeneratedField(
                db_persist=True,
                expression=Q(published_at__isnull=False),  # type: ignore[arg-type]
                output_field=models.BooleanField(),
            ),
        ),
        *(
            index(model, name, *columns)
            for model in ("clothesparse", "tryonresult")
            for name, *columns in (
                ("status", "status", "id"),
                ("created", "created_at"),
                ("request", "request_id"),
            )
        ),
        index("tryonresult", "published", "is_published", "id"),
        index("tryonresult", "review", "review", "id"),
        index("tryonresult", "photo", "model_image", "id"),
        index("tryonresult", "model", "remote_model", "id"),
        index("tryonresult", "preview", "is_preview", "id"),
        index("charge", "model", "remote_model", "id"),
        index("charge", "sandbox", "is_sandbox", "id"),
        index("charge", "unclear", "is_unclear", "id"),
        # after its successor: MariaDB keeps no foreign key without an index
        migrations.AlterField(
            "tryonresult",
            "model_image",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django_outfitanyone.models.try_on.set_null_and_mark,
                related_name="try_ons",
                to="django_outfitanyone.modelimage",
                verbose_name="model photo",
            ),
        ),
    ]
