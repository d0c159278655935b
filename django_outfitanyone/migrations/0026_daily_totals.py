from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Count, Sum

KEY = ("charged_on", "account", "remote_model", "currency", "is_sandbox")


def add_up_charges(apps: Any, schema_editor: Any) -> None:
    """Add up the charges that were written before the totals existed."""
    using = schema_editor.connection.alias
    charges = apps.get_model("django_outfitanyone", "Charge").objects.using(using).order_by()
    totals = apps.get_model("django_outfitanyone", "DailyTotal").objects.using(using)
    groups = charges.values_list(*KEY).annotate(sum=Sum("amount"), count=Count("pk"))
    totals.bulk_create(
        (
            totals.model(
                charged_on=day,
                account_id=account,
                remote_model=remote_model,
                currency=currency,
                is_sandbox=is_sandbox,
                amount=amount,
                charges=count,
            )
            for day, account, remote_model, currency, is_sandbox, amount, count in groups
        ),
        batch_size=1000,
    )


class Migration(migrations.Migration):
    """Totals of each day, and an index that counts the published pictures of a period."""

    dependencies = [("django_outfitanyone", "0025_order_rules")]

    operations = [
        migrations.CreateModel(
            "DailyTotal",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="django_outfitanyone.account",
                        verbose_name="account",
                    ),
                ),
                ("charged_on", models.DateField(verbose_name="day")),
                ("remote_model", models.CharField(max_length=50, verbose_name="model")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("is_sandbox", models.BooleanField(default=False, verbose_name="of a sandbox")),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=6, default=0, max_digits=18, verbose_name="amount"
                    ),
                ),
                ("charges", models.PositiveIntegerField(default=0, verbose_name="charges")),
            ],
            options={
                "verbose_name": "daily total",
                "verbose_name_plural": "daily totals",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=KEY, name="outfitanyone_one_daily_total")
                ],
            },
        ),
        migrations.RunPython(add_up_charges, migrations.RunPython.noop),
        migrations.AddIndex(
            "tryonresult",
            models.Index(
                fields=["is_published", "created_at", "account"],
                name="outfit_tryonresult_month_shown",
            ),
        ),
    ]
