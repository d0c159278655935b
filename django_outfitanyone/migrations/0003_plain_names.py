import datetime

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import django_outfitanyone.models.of_picture


class Migration(migrations.Migration):
    """Rename one column; all other operations change texts and names in Python only."""

    dependencies = [("django_outfitanyone", "0002_same_picture_is_searched_once")]

    operations = [
        migrations.RenameField("account", "last_rung_at", "last_wakeup_at"),
        migrations.AlterModelOptions(
            name="clothesparse",
            options={
                "ordering": ["-pk"],
                "verbose_name": "clothes parse",
                "verbose_name_plural": "clothes parses",
            },
        ),
        migrations.AlterField(
            model_name="account",
            name="budget_spent_until",
            field=models.DateTimeField(
                default=datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc),
                editable=False,
                help_text="Until then, each paid request is checked against the budget.",
                verbose_name="budget spent until",
            ),
        ),
        migrations.AlterField(
            model_name="account",
            name="last_wakeup_at",
            field=models.DateTimeField(
                default=datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc),
                editable=False,
                verbose_name="last wakeup at",
            ),
        ),
        migrations.AlterField(
            model_name="account",
            name="next_submission_at",
            field=models.DateTimeField(
                default=datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc),
                help_text="No submit happens earlier: this spaces requests and pauses after a 429.",
                verbose_name="next submission at",
            ),
        ),
        migrations.AlterField(
            model_name="charge",
            name="clothes_parse",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="charges",
                to="django_outfitanyone.clothesparse",
                verbose_name="clothes parse",
            ),
        ),
        migrations.AlterField(
            model_name="clothesparse",
            name="clothes_types",
            field=models.CharField(max_length=30, verbose_name="clothes types"),
        ),
        migrations.AlterField(
            model_name="clothesparse",
            name="model_image",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django_outfitanyone.models.of_picture.go_with_picture,
                related_name="%(class)ss",
                to="django_outfitanyone.modelimage",
                verbose_name="model photo",
            ),
        ),
        migrations.AlterField(
            model_name="clothesparse",
            name="queued_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, editable=False, verbose_name="requested at"
            ),
        ),
        migrations.AlterField(
            model_name="clothesparse",
            name="request_id",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="The vendor's support asks for it.",
                max_length=100,
                verbose_name="request id",
            ),
        ),
        migrations.AlterField(
            model_name="clothesparse",
            name="try_on",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django_outfitanyone.models.of_picture.go_with_picture,
                related_name="%(class)ss",
                to="django_outfitanyone.tryonresult",
                verbose_name="try-on result",
            ),
        ),
        migrations.AlterField(
            model_name="clothesparse",
            name="warned_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="warned at"),
        ),
        migrations.AlterField(
            model_name="hotspot",
            name="clothes_type",
            field=models.CharField(
                blank=True,
                choices=[("upper", "upper"), ("lower", "lower"), ("dress", "dress or jumpsuit")],
                help_text="Empty for a hotspot that a person drew.",
                max_length=10,
                null=True,
                verbose_name="area",
            ),
        ),
        migrations.AlterField(
            model_name="hotspot",
            name="machine_box",
            field=models.JSONField(editable=False, null=True, verbose_name="detected box"),
        ),
        migrations.AlterField(
            model_name="hotspot",
            name="model_image",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django_outfitanyone.models.of_picture.go_with_picture,
                related_name="%(class)ss",
                to="django_outfitanyone.modelimage",
                verbose_name="model photo",
            ),
        ),
        migrations.AlterField(
            model_name="hotspot",
            name="picture_sha256",
            field=models.CharField(
                editable=False, max_length=64, verbose_name="SHA-256 of the picture"
            ),
        ),
        migrations.AlterField(
            model_name="hotspot",
            name="try_on",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django_outfitanyone.models.of_picture.go_with_picture,
                related_name="%(class)ss",
                to="django_outfitanyone.tryonresult",
                verbose_name="try-on result",
            ),
        ),
        migrations.AlterField(
            model_name="tryonresult",
            name="failed_tasks",
            field=models.PositiveSmallIntegerField(
                default=0, editable=False, verbose_name="tasks that failed temporarily"
            ),
        ),
        migrations.AlterField(
            model_name="tryonresult",
            name="queued_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, editable=False, verbose_name="requested at"
            ),
        ),
        migrations.AlterField(
            model_name="tryonresult",
            name="request_id",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="The vendor's support asks for it.",
                max_length=100,
                verbose_name="request id",
            ),
        ),
        migrations.AlterField(
            model_name="tryonresult",
            name="warned_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="warned at"),
        ),
    ]
