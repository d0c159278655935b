from typing import Any

from django.db import migrations, models


def remember_products(apps: Any, schema_editor: Any) -> None:
    """Write down the products of published pictures, as publishing does from now on."""
    try_ons = apps.get_model("django_outfitanyone", "TryOnResult")._base_manager.using(
        schema_editor.connection.alias
    )
    published = try_ons.filter(published_at__isnull=False).values_list(
        "pk", "top_garment__product", "bottom_garment__product"
    )
    for pk, *products in list(published):
        keys = [str(product) for product in dict.fromkeys(products) if product is not None]
        try_ons.filter(pk=pk).update(published_to=keys)


class Migration(migrations.Migration):
    """Remember to which products a picture was published."""

    dependencies = [("django_outfitanyone", "0003_plain_names")]

    operations = [
        migrations.AddField(
            model_name="tryonresult",
            name="published_to",
            field=models.JSONField(default=list, editable=False),
        ),
        migrations.RunPython(remember_products, migrations.RunPython.noop, elidable=True),
    ]
