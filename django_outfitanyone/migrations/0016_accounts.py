from typing import Any

from django.db import migrations, models


def expected_cost() -> "models.DecimalField[Any, Any]":
    return models.DecimalField(decimal_places=6, editable=False, max_digits=12, null=True)


class Migration(migrations.Migration):
    """Past charges count as real; requests on their way have no expected cost yet."""

    dependencies = [("django_outfitanyone", "0015_candidates")]

    operations = [
        migrations.AddField(
            "charge",
            "is_sandbox",
            models.BooleanField(
                default=False,
                help_text="What a real engine would cost; nothing is billed.",
                verbose_name="of a sandbox",
            ),
        ),
        migrations.AddField("tryonresult", "expected_cost", expected_cost()),
        migrations.AddField("clothesparse", "expected_cost", expected_cost()),
    ]
