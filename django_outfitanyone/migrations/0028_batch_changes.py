from django.db import migrations, models


class Migration(migrations.Migration):
    """Pauses, resumes and cancels of a batch, which its try-ons follow a few at a time."""

    dependencies = [("django_outfitanyone", "0027_grant_permissions")]

    operations = [
        migrations.AddField(
            "batch",
            "applying",
            models.CharField(
                blank=True,
                choices=[("pause", "Pause"), ("resume", "Resume"), ("cancel", "Cancel")],
                default="",
                editable=False,
                max_length=10,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "batch", "applied_to", models.PositiveIntegerField(default=0, editable=False)
        ),
        migrations.AddIndex(
            "batch", models.Index(fields=["applying"], name="outfit_batch_applying")
        ),
    ]
