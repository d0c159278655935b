import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import django_outfitanyone.models.picture
from django_outfitanyone.conf import product_model_name


class Migration(migrations.Migration):
    """What is known of a person, the SKU of a product, and drafts of many pictures."""

    dependencies = [
        ("django_outfitanyone", "0023_batches"),
        migrations.swappable_dependency(product_model_name()),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="modelimage",
            name="body",
            field=models.CharField(
                blank=True,
                help_text="For example “tall” or “size 44”.",
                max_length=60,
                verbose_name="body",
            ),
        ),
        migrations.AddField(
            model_name="modelimage",
            name="gender",
            field=models.CharField(
                blank=True,
                choices=[("woman", "woman"), ("man", "man")],
                help_text="The refiner needs to know. Without it, you are asked each time.",
                max_length=5,
                verbose_name="gender",
            ),
        ),
        migrations.AddField(
            model_name="modelimage",
            name="tags",
            field=models.CharField(
                blank=True,
                help_text="Separated by commas, for example “studio, summer”.",
                max_length=200,
                verbose_name="tags",
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="sku",
            field=models.CharField(
                blank=True,
                db_index=True,
                help_text="Pictures whose file names begin with it find this product.",
                max_length=100,
                verbose_name="SKU",
            ),
        ),
        migrations.CreateModel(
            name="Intake",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        choices=[("garment", "garments"), ("model_photo", "model photos")],
                        max_length=20,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("saved_count", models.PositiveIntegerField(default=0)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IntakeLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(max_length=1000)),
                ("is_url", models.BooleanField(default=False)),
                ("details", models.JSONField(default=dict)),
                ("problem", models.TextField(blank=True)),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="django_outfitanyone.intake",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="IntakePicture",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "gender",
                    models.CharField(
                        blank=True,
                        choices=[("woman", "woman"), ("man", "man")],
                        help_text="The refiner needs to know. Without it, you are asked each time.",
                        max_length=5,
                        verbose_name="gender",
                    ),
                ),
                (
                    "body",
                    models.CharField(
                        blank=True,
                        help_text="For example “tall” or “size 44”.",
                        max_length=60,
                        verbose_name="body",
                    ),
                ),
                (
                    "tags",
                    models.CharField(
                        blank=True,
                        help_text="Separated by commas, for example “studio, summer”.",
                        max_length=200,
                        verbose_name="tags",
                    ),
                ),
                (
                    "image",
                    django_outfitanyone.models.picture.PictureField(
                        upload_to="outfitanyone/pictures/%Y/%m/", verbose_name="picture"
                    ),
                ),
                (
                    "width",
                    models.PositiveIntegerField(editable=False, verbose_name="width in pixels"),
                ),
                (
                    "height",
                    models.PositiveIntegerField(editable=False, verbose_name="height in pixels"),
                ),
                ("sha256", models.CharField(db_index=True, editable=False, max_length=64)),
                (
                    "thumbnail",
                    models.ImageField(editable=False, upload_to="outfitanyone/thumbnails/%Y/%m/"),
                ),
                (
                    "findings",
                    models.JSONField(editable=False, null=True, verbose_name="picture check"),
                ),
                (
                    "findings_ignored",
                    models.BooleanField(
                        default=False, verbose_name="use it although the check advises against it"
                    ),
                ),
                ("file_name", models.CharField(max_length=255)),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("top", "top"),
                            ("one_piece", "dress or jumpsuit"),
                            ("bottom", "bottom"),
                            ("outerwear", "jacket or coat"),
                            ("shoes", "shoes"),
                            ("bag", "bag"),
                            ("hat", "hat"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("is_kind_sure", models.BooleanField(default=True)),
                ("name", models.CharField(blank=True, max_length=100, verbose_name="name")),
                ("sku", models.CharField(blank=True, max_length=100, verbose_name="SKU")),
                ("renditions", models.JSONField(editable=False, null=True)),
                ("is_chosen", models.BooleanField(null=True)),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pictures",
                        to="django_outfitanyone.intake",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=product_model_name(),
                        verbose_name="product",
                    ),
                ),
            ],
            options={
                "ordering": ["file_name", "pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="intake",
            constraint=models.CheckConstraint(
                condition=models.Q(("subject__in", ["garment", "model_photo"])),
                name="outfitanyone_intake_subject_known",
            ),
        ),
    ]
