from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("django_outfitanyone", "0004_published_to"),
    ]

    operations = [
        migrations.AlterField(
            model_name="tryonresult",
            name="result_url",
            field=models.TextField(blank=True, editable=False),
        ),
    ]
