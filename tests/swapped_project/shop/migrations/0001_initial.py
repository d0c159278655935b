from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Article",
            fields=[
                ("number", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("label", models.CharField(max_length=100)),
                ("cents", models.PositiveIntegerField(default=0)),
                ("online", models.BooleanField(default=True)),
            ],
        ),
    ]
