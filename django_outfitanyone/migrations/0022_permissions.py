from django.db import migrations


class Migration(migrations.Migration):
    """Permissions for the work with try-on pictures."""

    dependencies = [("django_outfitanyone", "0021_review_reasons")]

    operations = [
        migrations.AlterModelOptions(
            "tryonresult",
            {
                "ordering": ["-pk"],
                "permissions": [
                    ("generate", "Can request try-on pictures, which may cost money"),
                    ("review", "Can review try-on pictures"),
                    ("publish", "Can publish try-on pictures"),
                    ("see_costs", "Can see what try-on pictures cost"),
                ],
                "verbose_name": "try-on result",
                "verbose_name_plural": "try-on results",
            },
        ),
    ]
