import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("django_outfitanyone", "0008_unclear_charges")]

    operations = [
        migrations.AddField(
            model_name="knowntask",
            name="known_at",
            field=models.DateTimeField(db_index=True, default=django.utils.timezone.now),
        ),
    ]
