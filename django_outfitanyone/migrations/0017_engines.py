from django.db import migrations, models


class Migration(migrations.Migration):
    """Handles of engines may be addresses, and an outfit may take several calls."""

    dependencies = [("django_outfitanyone", "0016_accounts")]

    operations = [
        migrations.AlterField(
            "tryonresult",
            "remote_task_id",
            models.CharField(editable=False, max_length=500, null=True, verbose_name="task id"),
        ),
        migrations.AlterField(
            "knowntask", "task_id", models.CharField(max_length=500, verbose_name="task id")
        ),
        migrations.AlterField(
            "charge", "task_id", models.CharField(max_length=500, null=True, verbose_name="task id")
        ),
        migrations.AlterField("temporaryupload", "url", models.TextField()),
        migrations.AddField(
            "tryonresult",
            "submit_key",
            models.CharField(blank=True, default="", editable=False, max_length=32),
            preserve_default=False,
        ),
        migrations.AddField(
            "tryonresult", "stage", models.PositiveSmallIntegerField(default=0, editable=False)
        ),
        migrations.AddField(
            "tryonresult",
            "stage_image",
            models.FileField(
                blank=True,
                default="",
                editable=False,
                upload_to="outfitanyone/stages/%Y/%m/",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "tryonresult",
            "result_expires_at",
            models.DateTimeField(editable=False, null=True),
        ),
    ]
