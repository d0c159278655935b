from django.db import migrations, models


class Migration(migrations.Migration):
    """Why a picture was rejected, and an index of the pictures that wait for review."""

    dependencies = [("django_outfitanyone", "0020_published_newest_first")]

    operations = [
        migrations.AddField(
            "tryonresult",
            "rejection_reason",
            models.CharField(
                blank=True,
                default="",
                editable=False,
                max_length=200,
                verbose_name="reason for the rejection",
            ),
            preserve_default=False,
        ),
        migrations.AddIndex(
            "tryonresult",
            models.Index(fields=["review", "status", "id"], name="outfit_tryonresult_waiting"),
        ),
    ]
