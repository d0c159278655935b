import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Rules for new garments."""

    dependencies = [
        ("django_outfitanyone", "0024_model_photo_details"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OrderRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "kinds",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Without any, all kinds.",
                        verbose_name="kinds",
                    ),
                ),
                (
                    "engine",
                    models.CharField(blank=True, max_length=200, verbose_name="engine and quality"),
                ),
                ("after_garment", models.BigIntegerField(default=0, editable=False)),
                (
                    "decided_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="last decided at"),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="last decided by",
                    ),
                ),
                (
                    "photos",
                    models.ManyToManyField(
                        related_name="+",
                        to="django_outfitanyone.modelimage",
                        verbose_name="model photos",
                    ),
                ),
            ],
            options={
                "verbose_name": "order rule",
                "verbose_name_plural": "order rules",
                "ordering": ["name", "pk"],
            },
        ),
    ]
