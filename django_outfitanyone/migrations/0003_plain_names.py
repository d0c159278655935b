from django.db import migrations


class Migration(migrations.Migration):
    """Rename what the worker last wrote when it was woken; the rest changes no column."""

    dependencies = [("django_outfitanyone", "0002_same_picture_is_searched_once")]

    operations = [
        migrations.RenameField("account", "last_rung_at", "last_wakeup_at"),
    ]
