import datetime

import django.db.models.deletion
from django.db import migrations, models

LONG_AGO = datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)


class Migration(migrations.Migration):
    """The limit of requests in a time counts for each remote model of an account."""

    dependencies = [("django_outfitanyone", "0018_lists_of_any_size")]

    operations = [
        migrations.AlterField(
            "account",
            "next_submission_at",
            models.DateTimeField(
                default=LONG_AGO,
                help_text="Nothing is submitted before this time: a pause after too many requests.",
                verbose_name="next submission at",
            ),
        ),
        migrations.CreateModel(
            "SubmitRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("remote_model", models.CharField(max_length=50)),
                ("next_submit_at", models.DateTimeField(default=LONG_AGO)),
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "remote_model"), name="outfitanyone_submit_rate_once"
                    )
                ],
            },
        ),
    ]
