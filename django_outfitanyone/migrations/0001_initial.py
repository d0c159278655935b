import datetime
import uuid
from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import django_outfitanyone.models.of_picture
import django_outfitanyone.models.picture
from django_outfitanyone.conf import product_model_name


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        # either may stand in another app: the shop's own product, the project's own user
        migrations.swappable_dependency(product_model_name()),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "name",
                    models.CharField(
                        max_length=50, primary_key=True, serialize=False, verbose_name="name"
                    ),
                ),
                (
                    "next_submission_at",
                    models.DateTimeField(
                        default=datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc),
                        help_text="Nothing is submitted earlier: spaces requests, and pauses after a 429.",
                        verbose_name="next submission at",
                    ),
                ),
                (
                    "stopped_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="stopped at"),
                ),
                (
                    "stopped_code",
                    models.CharField(blank=True, max_length=100, verbose_name="reason"),
                ),
                ("stopped_message", models.TextField(blank=True, verbose_name="message")),
                (
                    "budget_spent_until",
                    models.DateTimeField(
                        default=datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc),
                        editable=False,
                        help_text="Until then it is looked at whether the next paid request still fits.",
                        verbose_name="budget spent until",
                    ),
                ),
                ("runner_token", models.CharField(blank=True, editable=False, max_length=32)),
                (
                    "runner_expires_at",
                    models.DateTimeField(
                        default=datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc),
                        editable=False,
                        verbose_name="runner lease ends at",
                    ),
                ),
                (
                    "last_rung_at",
                    models.DateTimeField(
                        default=datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc),
                        editable=False,
                        verbose_name="last rung at",
                    ),
                ),
                ("task_seconds", models.JSONField(default=dict, editable=False)),
            ],
            options={
                "verbose_name": "account",
                "verbose_name_plural": "accounts",
            },
        ),
        migrations.CreateModel(
            name="ModelImage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                    "renditions",
                    models.JSONField(editable=False, null=True, verbose_name="smaller copies"),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Untick instead of deleting.",
                        verbose_name="offered for try-ons",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
            ],
            options={
                "verbose_name": "model photo",
                "verbose_name_plural": "model photos",
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("slug", models.SlugField(max_length=200, unique=True, verbose_name="slug")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "price",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                        verbose_name="price",
                    ),
                ),
                (
                    "currency",
                    models.CharField(default="EUR", max_length=3, verbose_name="currency"),
                ),
                (
                    "image",
                    models.ImageField(
                        blank=True, upload_to="outfitanyone/products/%Y/%m/", verbose_name="picture"
                    ),
                ),
                (
                    "url",
                    models.URLField(
                        blank=True, help_text="Where hotspots lead.", verbose_name="page"
                    ),
                ),
                (
                    "is_visible",
                    models.BooleanField(default=True, verbose_name="visible in the shop"),
                ),
                ("is_available", models.BooleanField(default=True, verbose_name="in stock")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
            ],
            options={
                "verbose_name": "product",
                "verbose_name_plural": "products",
                "ordering": ["title"],
                "swappable": "OUTFITANYONE_PRODUCT_MODEL",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("price__gte", 0)),
                        name="outfitanyone_product_price_not_negative",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Garment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("top", "top"),
                            ("bottom", "bottom"),
                            ("one_piece", "dress or jumpsuit"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        blank=True,
                        help_text="For products of several pieces.",
                        max_length=100,
                        verbose_name="name",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                (
                    "product",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outfit_garments",
                        to=product_model_name(),
                        verbose_name="product",
                    ),
                ),
            ],
            options={
                "verbose_name": "garment",
                "verbose_name_plural": "garments",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="TemporaryUpload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("remote_model", models.CharField(max_length=50)),
                ("url", models.CharField(max_length=500)),
                ("expires_at", models.DateTimeField(db_index=True, verbose_name="expires at")),
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
                "verbose_name": "temporary upload",
                "verbose_name_plural": "temporary uploads",
            },
        ),
        migrations.CreateModel(
            name="TryOnResult",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "renditions",
                    models.JSONField(editable=False, null=True, verbose_name="smaller copies"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("preparing", "preparing"),
                            ("submitting", "submitting"),
                            ("running", "running"),
                            ("collecting", "collecting"),
                            ("succeeded", "succeeded"),
                            ("failed", "failed"),
                            ("canceled", "canceled"),
                            ("needs_attention", "needs attention"),
                        ],
                        default="queued",
                        editable=False,
                        max_length=20,
                        verbose_name="status",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                (
                    "queued_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="asked for at",
                    ),
                ),
                (
                    "submitted_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="submitted at"),
                ),
                (
                    "finished_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="finished at"),
                ),
                (
                    "due_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        editable=False,
                        null=True,
                        verbose_name="due at",
                    ),
                ),
                (
                    "lease_token",
                    models.CharField(blank=True, db_index=True, editable=False, max_length=32),
                ),
                (
                    "lease_expires_at",
                    models.DateTimeField(
                        default=datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc),
                        editable=False,
                    ),
                ),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(
                        default=0, editable=False, verbose_name="failed attempts at this step"
                    ),
                ),
                (
                    "error_code",
                    models.CharField(
                        blank=True, editable=False, max_length=100, verbose_name="error code"
                    ),
                ),
                (
                    "error_message",
                    models.TextField(blank=True, editable=False, verbose_name="error message"),
                ),
                (
                    "request_id",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="What the vendor's support asks for.",
                        max_length=100,
                        verbose_name="request id",
                    ),
                ),
                (
                    "warned_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="loss announced at"
                    ),
                ),
                (
                    "remote_answer",
                    models.JSONField(default=dict, editable=False, verbose_name="remote answer"),
                ),
                (
                    "image_count",
                    models.PositiveSmallIntegerField(
                        default=0, editable=False, verbose_name="billed pictures"
                    ),
                ),
                (
                    "cost",
                    models.DecimalField(
                        decimal_places=6,
                        default=0,
                        editable=False,
                        max_digits=12,
                        verbose_name="cost",
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        blank=True, editable=False, max_length=3, verbose_name="currency"
                    ),
                ),
                (
                    "batch",
                    models.UUIDField(default=uuid.uuid4, editable=False, verbose_name="batch"),
                ),
                (
                    "number",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="number in the batch"
                    ),
                ),
                (
                    "keep",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("upper", "keep the top"),
                            ("lower", "keep the trousers or skirt"),
                        ],
                        max_length=10,
                        verbose_name="keep",
                    ),
                ),
                ("remote_model", models.CharField(max_length=50, verbose_name="quality")),
                ("resolution", models.IntegerField(default=-1, verbose_name="resolution")),
                ("restore_face", models.BooleanField(default=True, verbose_name="keep the face")),
                (
                    "gender",
                    models.CharField(
                        blank=True,
                        choices=[("woman", "woman"), ("man", "man")],
                        max_length=5,
                        verbose_name="gender, for refining",
                    ),
                ),
                (
                    "force_new",
                    models.BooleanField(default=False, verbose_name="paid again on purpose"),
                ),
                (
                    "fingerprint",
                    models.CharField(
                        db_index=True, editable=False, max_length=64, verbose_name="fingerprint"
                    ),
                ),
                ("is_prepared", models.BooleanField(default=False, editable=False)),
                ("slot", models.PositiveSmallIntegerField(editable=False, null=True)),
                (
                    "remote_task_id",
                    models.CharField(
                        editable=False, max_length=100, null=True, verbose_name="task id"
                    ),
                ),
                (
                    "failed_tasks",
                    models.PositiveSmallIntegerField(
                        default=0,
                        editable=False,
                        verbose_name="tasks that failed by a passing fault",
                    ),
                ),
                ("result_url", models.CharField(blank=True, editable=False, max_length=1000)),
                (
                    "image",
                    models.ImageField(
                        blank=True,
                        editable=False,
                        upload_to="outfitanyone/results/%Y/%m/",
                        verbose_name="picture",
                    ),
                ),
                (
                    "width",
                    models.PositiveIntegerField(
                        editable=False, null=True, verbose_name="width in pixels"
                    ),
                ),
                (
                    "height",
                    models.PositiveIntegerField(
                        editable=False, null=True, verbose_name="height in pixels"
                    ),
                ),
                (
                    "sha256",
                    models.CharField(
                        blank=True,
                        db_index=True,
                        editable=False,
                        max_length=64,
                        verbose_name="SHA-256",
                    ),
                ),
                (
                    "thumbnail",
                    models.ImageField(
                        blank=True, editable=False, upload_to="outfitanyone/thumbnails/%Y/%m/"
                    ),
                ),
                (
                    "is_preview",
                    models.BooleanField(default=False, editable=False, verbose_name="preview"),
                ),
                (
                    "review",
                    models.CharField(
                        choices=[
                            ("to_review", "to review"),
                            ("approved", "approved"),
                            ("rejected", "rejected"),
                        ],
                        default="to_review",
                        max_length=10,
                        verbose_name="review",
                    ),
                ),
                (
                    "reviewed_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="reviewed at"),
                ),
                (
                    "published_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="published at"),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="django_outfitanyone.account",
                        verbose_name="account",
                    ),
                ),
                (
                    "bottom_garment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="try_ons_as_bottom",
                        to="django_outfitanyone.garment",
                        verbose_name="trousers, shorts or skirt",
                    ),
                ),
                (
                    "model_image",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="try_ons",
                        to="django_outfitanyone.modelimage",
                        verbose_name="model photo",
                    ),
                ),
                (
                    "refines",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="refinements",
                        to="django_outfitanyone.tryonresult",
                        verbose_name="refines",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="requested by",
                    ),
                ),
                (
                    "reused_from",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reuses",
                        to="django_outfitanyone.tryonresult",
                        verbose_name="reused from",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reviewed by",
                    ),
                ),
                (
                    "top_garment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="try_ons_as_top",
                        to="django_outfitanyone.garment",
                        verbose_name="top, dress or jumpsuit",
                    ),
                ),
            ],
            options={
                "verbose_name": "try-on result",
                "verbose_name_plural": "try-on results",
                "ordering": ["-pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Hotspot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("picture_sha256", models.CharField(editable=False, max_length=64)),
                (
                    "clothes_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("upper", "upper"),
                            ("lower", "lower"),
                            ("dress", "dress or jumpsuit"),
                        ],
                        help_text="Empty for one that a person drew.",
                        max_length=10,
                        null=True,
                        verbose_name="area",
                    ),
                ),
                ("x1", models.PositiveIntegerField(verbose_name="left")),
                ("y1", models.PositiveIntegerField(verbose_name="top")),
                ("x2", models.PositiveIntegerField(verbose_name="right")),
                ("y2", models.PositiveIntegerField(verbose_name="bottom")),
                (
                    "machine_box",
                    models.JSONField(editable=False, null=True, verbose_name="found box"),
                ),
                (
                    "is_corrected",
                    models.BooleanField(default=False, verbose_name="corrected by a person"),
                ),
                (
                    "crop",
                    models.FileField(
                        blank=True, editable=False, upload_to="outfitanyone/crops/%Y/%m/"
                    ),
                ),
                ("crop_sha256", models.CharField(blank=True, editable=False, max_length=64)),
                (
                    "cutout",
                    models.ImageField(
                        blank=True, editable=False, upload_to="outfitanyone/cutouts/%Y/%m/"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "corrected_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="corrected by",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=product_model_name(),
                        verbose_name="product",
                    ),
                ),
                (
                    "model_image",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django_outfitanyone.models.of_picture.go_with_picture,
                        related_name="hotspots",
                        to="django_outfitanyone.modelimage",
                        verbose_name="model photo",
                    ),
                ),
                (
                    "try_on",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django_outfitanyone.models.of_picture.go_with_picture,
                        related_name="hotspots",
                        to="django_outfitanyone.tryonresult",
                        verbose_name="try-on result",
                    ),
                ),
            ],
            options={
                "verbose_name": "hotspot",
                "verbose_name_plural": "hotspots",
                "ordering": ["y1", "x1", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ClothesParse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("preparing", "preparing"),
                            ("submitting", "submitting"),
                            ("running", "running"),
                            ("collecting", "collecting"),
                            ("succeeded", "succeeded"),
                            ("failed", "failed"),
                            ("canceled", "canceled"),
                            ("needs_attention", "needs attention"),
                        ],
                        default="queued",
                        editable=False,
                        max_length=20,
                        verbose_name="status",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                (
                    "queued_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="asked for at",
                    ),
                ),
                (
                    "submitted_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="submitted at"),
                ),
                (
                    "finished_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="finished at"),
                ),
                (
                    "due_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        editable=False,
                        null=True,
                        verbose_name="due at",
                    ),
                ),
                (
                    "lease_token",
                    models.CharField(blank=True, db_index=True, editable=False, max_length=32),
                ),
                (
                    "lease_expires_at",
                    models.DateTimeField(
                        default=datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc),
                        editable=False,
                    ),
                ),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(
                        default=0, editable=False, verbose_name="failed attempts at this step"
                    ),
                ),
                (
                    "error_code",
                    models.CharField(
                        blank=True, editable=False, max_length=100, verbose_name="error code"
                    ),
                ),
                (
                    "error_message",
                    models.TextField(blank=True, editable=False, verbose_name="error message"),
                ),
                (
                    "request_id",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="What the vendor's support asks for.",
                        max_length=100,
                        verbose_name="request id",
                    ),
                ),
                (
                    "warned_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="loss announced at"
                    ),
                ),
                (
                    "remote_answer",
                    models.JSONField(default=dict, editable=False, verbose_name="remote answer"),
                ),
                (
                    "image_count",
                    models.PositiveSmallIntegerField(
                        default=0, editable=False, verbose_name="billed pictures"
                    ),
                ),
                (
                    "cost",
                    models.DecimalField(
                        decimal_places=6,
                        default=0,
                        editable=False,
                        max_digits=12,
                        verbose_name="cost",
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        blank=True, editable=False, max_length=3, verbose_name="currency"
                    ),
                ),
                (
                    "picture_sha256",
                    models.CharField(
                        editable=False, max_length=64, verbose_name="SHA-256 of the picture"
                    ),
                ),
                ("clothes_types", models.CharField(max_length=30, verbose_name="looked for")),
                (
                    "open_key",
                    models.CharField(editable=False, max_length=120, null=True, unique=True),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="django_outfitanyone.account",
                        verbose_name="account",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="requested by",
                    ),
                ),
                (
                    "model_image",
                    models.ForeignKey(
                        null=True,
                        on_delete=django_outfitanyone.models.of_picture.go_with_picture,
                        related_name="parses",
                        to="django_outfitanyone.modelimage",
                        verbose_name="model photo",
                    ),
                ),
                (
                    "try_on",
                    models.ForeignKey(
                        null=True,
                        on_delete=django_outfitanyone.models.of_picture.go_with_picture,
                        related_name="parses",
                        to="django_outfitanyone.tryonresult",
                        verbose_name="try-on result",
                    ),
                ),
            ],
            options={
                "verbose_name": "search for clothes",
                "verbose_name_plural": "searches for clothes",
                "ordering": ["-pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Charge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("charged_at", models.DateTimeField(verbose_name="charged at")),
                (
                    "charged_on",
                    models.DateField(
                        db_index=True,
                        help_text="On the shop's calendar, that of TIME_ZONE.",
                        verbose_name="day",
                    ),
                ),
                ("remote_model", models.CharField(max_length=50, verbose_name="model")),
                ("images", models.PositiveSmallIntegerField(verbose_name="pictures")),
                (
                    "amount",
                    models.DecimalField(decimal_places=6, max_digits=12, verbose_name="amount"),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("task_id", models.CharField(max_length=100, null=True, verbose_name="task id")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="django_outfitanyone.account",
                        verbose_name="account",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="requested by",
                    ),
                ),
                (
                    "clothes_parse",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="charges",
                        to="django_outfitanyone.clothesparse",
                        verbose_name="search for clothes",
                    ),
                ),
                (
                    "try_on",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="charges",
                        to="django_outfitanyone.tryonresult",
                        verbose_name="for the try-on",
                    ),
                ),
            ],
            options={
                "verbose_name": "charge",
                "verbose_name_plural": "charges",
                "ordering": ["-pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="garment",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["top", "bottom", "one_piece"])),
                name="outfitanyone_garment_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="temporaryupload",
            constraint=models.UniqueConstraint(
                fields=("account", "sha256", "remote_model"),
                name="outfitanyone_upload_once_per_model",
            ),
        ),
        migrations.AddIndex(
            model_name="tryonresult",
            index=models.Index(fields=["status", "due_at"], name="outfitanyone_tryonresult_due"),
        ),
        migrations.AddConstraint(
            model_name="tryonresult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "queued",
                            "preparing",
                            "submitting",
                            "running",
                            "collecting",
                            "succeeded",
                            "failed",
                            "canceled",
                            "needs_attention",
                        ],
                    )
                ),
                name="outfitanyone_tryonresult_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="tryonresult",
            constraint=models.UniqueConstraint(
                fields=("account", "slot"), name="outfitanyone_one_per_slot"
            ),
        ),
        migrations.AddConstraint(
            model_name="tryonresult",
            constraint=models.UniqueConstraint(
                fields=("account", "remote_task_id"), name="outfitanyone_task_known_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="tryonresult",
            constraint=models.UniqueConstraint(
                fields=("batch", "number"), name="outfitanyone_batch_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="tryonresult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "succeeded"), _negated=True),
                    models.Q(("image", ""), _negated=True),
                    _connector="OR",
                ),
                name="outfitanyone_success_has_picture",
            ),
        ),
        migrations.AddConstraint(
            model_name="tryonresult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "running"), _negated=True),
                    ("remote_task_id__isnull", False),
                    _connector="OR",
                ),
                name="outfitanyone_running_has_task",
            ),
        ),
        migrations.AddConstraint(
            model_name="tryonresult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("published_at__isnull", True),
                    models.Q(("review", "approved"), ("status", "succeeded")),
                    _connector="OR",
                ),
                name="outfitanyone_published_is_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="tryonresult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("keep", ""),
                    models.Q(("keep", "upper"), ("top_garment__isnull", True)),
                    models.Q(("bottom_garment__isnull", True), ("keep", "lower")),
                    _connector="OR",
                ),
                name="outfitanyone_kept_half_is_free",
            ),
        ),
        migrations.AddConstraint(
            model_name="tryonresult",
            constraint=models.CheckConstraint(
                condition=models.Q(("review__in", ["to_review", "approved", "rejected"])),
                name="outfitanyone_review_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="hotspot",
            constraint=models.UniqueConstraint(
                fields=("model_image", "clothes_type"), name="outfitanyone_area_once_on_photo"
            ),
        ),
        migrations.AddConstraint(
            model_name="hotspot",
            constraint=models.UniqueConstraint(
                fields=("try_on", "clothes_type"), name="outfitanyone_area_once_on_result"
            ),
        ),
        migrations.AddConstraint(
            model_name="hotspot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("model_image__isnull", False), ("try_on__isnull", True)),
                    models.Q(("model_image__isnull", True), ("try_on__isnull", False)),
                    _connector="OR",
                ),
                name="outfitanyone_hotspot_on_one_picture",
            ),
        ),
        migrations.AddConstraint(
            model_name="hotspot",
            constraint=models.CheckConstraint(
                condition=models.Q(("x2__gt", models.F("x1")), ("y2__gt", models.F("y1"))),
                name="outfitanyone_box_has_area",
            ),
        ),
        migrations.AddIndex(
            model_name="clothesparse",
            index=models.Index(fields=["status", "due_at"], name="outfitanyone_clothesparse_due"),
        ),
        migrations.AddConstraint(
            model_name="clothesparse",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "queued",
                            "preparing",
                            "submitting",
                            "running",
                            "collecting",
                            "succeeded",
                            "failed",
                            "canceled",
                            "needs_attention",
                        ],
                    )
                ),
                name="outfitanyone_clothesparse_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="clothesparse",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("model_image__isnull", False), ("try_on__isnull", True)),
                    models.Q(("model_image__isnull", True), ("try_on__isnull", False)),
                    _connector="OR",
                ),
                name="outfitanyone_parse_of_one_picture",
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.UniqueConstraint(
                fields=("account", "task_id"), name="outfitanyone_task_charged_once"
            ),
        ),
    ]
