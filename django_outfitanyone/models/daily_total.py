from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Count, F, Sum
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.models.account import Account
from django_outfitanyone.models.amounts import AmountQuerySet, exact

if TYPE_CHECKING:
    from django_outfitanyone.models.charge import Charge

KEY = ("charged_on", "account", "remote_model", "currency", "is_sandbox")

Sums = dict[tuple[Any, ...], tuple[Decimal, int]]
"""Key of a row, to amount and number of charges."""


class DailyTotalQuerySet(AmountQuerySet["DailyTotal"]):
    def add(self, charge: Charge) -> None:
        """Add a new charge to the total of its day.

        Call it in the transaction that writes the charge. The UPDATE holds the row until that
        ends, so that no charge is lost between two processes.
        """
        key = {name: getattr(charge, name) for name in KEY[2:]}
        key |= {"account_id": charge.account_id, "charged_on": charge.charged_on}
        row = self.filter(**key)
        added = {"amount": F("amount") + charge.amount, "charges": F("charges") + 1}
        if not row.update(**added):
            self.get_or_create(**key)
            row.update(**added)

    def recount(self, since: date) -> int:
        """Correct the totals from this day on by the charges; return how many were wrong."""
        wrong = self.differing(since)
        for key in wrong:
            self._recount(dict(zip(KEY, key, strict=True)))
        return len(wrong)

    def differing(self, first: date, *, before: date | None = None) -> list[tuple[Any, ...]]:
        """Return the keys of the totals that are not the sums of their charges."""
        until = {"charged_on__lt": before} if before else {}
        kept = self.since(first).filter(**until).values_list(*KEY, "amount", "charges")
        charges = self._ledger().filter(charged_on__gte=first, **until).order_by()
        groups = charges.values_list(*KEY).annotate(sum=Sum("amount"), count=Count("pk"))
        kept_sums, sums = _by_key(kept), _by_key(groups)
        nothing = (Decimal(0), 0)
        keys = sorted(kept_sums.keys() | sums.keys())
        return [key for key in keys if kept_sums.get(key, nothing) != sums.get(key, nothing)]

    def _recount(self, key: dict[str, Any]) -> None:
        """Sum up the charges of one row, while no one else can add to it."""
        own = {name if name != "account" else "account_id": value for name, value in key.items()}
        with transaction.atomic(using=self.db):
            self.get_or_create(**own)
            row = self.filter(**own)
            row.update(charges=F("charges"))  # takes the lock, on SQLite too, before the sum
            found = self._ledger().filter(**own).aggregate(sum=Sum("amount"), count=Count("pk"))
            row.update(amount=exact(found["sum"] or Decimal(0)), charges=found["count"])

    def _ledger(self) -> Any:
        ledger: Any = self.model._meta.apps.get_model(self.model._meta.app_label, "Charge")
        return ledger._base_manager.using(self.db)


class DailyTotal(models.Model):
    """What an account was charged on one day, by model, currency and sandbox.

    The first page, the budgets and the page “Spending” read these rows: a sum over the charges
    would take longer with each of them. The charges stay the source of truth.
    """

    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.PROTECT, related_name="+"
    )
    charged_on = models.DateField(_("day"))
    remote_model = models.CharField(_("model"), max_length=50)
    currency = models.CharField(_("currency"), max_length=3)
    is_sandbox = models.BooleanField(_("of a sandbox"), default=False)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=6, default=0)
    charges = models.PositiveIntegerField(_("charges"), default=0)

    objects = DailyTotalQuerySet.as_manager()

    class Meta:
        verbose_name = _("daily total")
        verbose_name_plural = _("daily totals")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=KEY, name="outfitanyone_one_daily_total")]

    def __str__(self) -> str:
        return f"{self.charged_on} {self.remote_model} {self.currency} {self.amount.normalize():f}"


def _by_key(rows: Any) -> Sums:
    return {tuple(key): (exact(amount), count) for *key, amount, count in rows}
