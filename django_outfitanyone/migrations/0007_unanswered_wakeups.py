from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("django_outfitanyone", "0006_known_tasks")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="unanswered_wakeups",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="modelimage",
            name="refusal_code",
            field=models.CharField(
                blank=True,
                default="",
                editable=False,
                max_length=100,
                verbose_name="refused because",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="modelimage",
            name="refusal_message",
            field=models.TextField(blank=True, default="", editable=False),
            preserve_default=False,
        ),
    ]
