from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("django_outfitanyone", "0007_unanswered_wakeups")]

    operations = [
        migrations.AddField(
            model_name="charge",
            name="is_unclear",
            field=models.BooleanField(
                default=False,
                help_text="No answer came, so the engine may not have billed it.",
                verbose_name="outcome unclear",
            ),
        ),
    ]
