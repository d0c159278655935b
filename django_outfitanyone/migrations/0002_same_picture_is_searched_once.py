from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("django_outfitanyone", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="clothesparse",
            name="force_new",
            field=models.BooleanField(
                default=False, editable=False, verbose_name="paid again on purpose"
            ),
        ),
        migrations.AlterField(
            model_name="clothesparse",
            name="picture_sha256",
            field=models.CharField(
                db_index=True,
                editable=False,
                max_length=64,
                verbose_name="SHA-256 of the picture",
            ),
        ),
    ]
