"""What the pictures of a period cost, by account and currency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Sum
from django.utils import timezone

from django_outfitanyone.account import budgets
from django_outfitanyone.account.budgets import Budget
from django_outfitanyone.models import Account, DailyTotal, TryOnResult
from django_outfitanyone.models.amounts import exact, first_moment, shop_day

THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True, kw_only=True)
class Period:
    """Days of the shop's calendar, ``first`` and ``last`` included."""

    first: date
    last: date

    @classmethod
    def this_month(cls) -> Period:
        """Return the present month, until today."""
        today = shop_day(timezone.now())
        return cls(first=today.replace(day=1), last=today)


@dataclass(frozen=True, kw_only=True)
class Spending:
    """What one account's pictures cost in a period.

    Of a sandbox, ``amount`` is what a real engine would have cost. ``published`` counts the
    pictures that were requested in the same time and are published; it is 0 beside charges of
    an earlier currency, or of the time before the account became a sandbox. ``budgets`` are
    those of today and of this month, whatever the period is.
    """

    account: Account
    amount: Decimal
    currency: str
    is_sandbox: bool
    published: int
    budgets: list[Budget]

    @property
    def per_published(self) -> Decimal | None:
        """Return the cost of one published picture; ``None`` if none is published."""
        if not self.published:
            return None
        return (self.amount / self.published).quantize(THOUSANDTH)


def this_month() -> list[Spending]:
    """Return the spending of this month, as ``spending_in`` does."""
    return spending_in(Period.this_month())


def spending_in(period: Period) -> list[Spending]:
    """Return the spending of each account that has charges or budgets, in the order of names.

    An account has an entry for each currency, as amounts of two currencies are never added up.
    Free engines have no charge and no entry.
    """
    totals = DailyTotal.objects.within(period.first, period.last).order_by()
    sums = totals.values_list("account", "currency", "is_sandbox").annotate(sum=Sum("amount"))
    amounts = {(account, *kind): amount for account, *kind, amount in sums}
    accounts = _accounts({key[0] for key in amounts})
    for account in accounts.values():
        if account.is_configured and account.settings.currency:
            amounts.setdefault(_present_key(account), Decimal(0))
    published = _published_in(period)
    found = (
        _spending(accounts[key[0]], key, amount, published)
        for key, amount in sorted(amounts.items())
    )
    return [one for one in found if one.amount or one.budgets]


def _accounts(charged: Iterable[str]) -> dict[str, Account]:
    """Return the accounts with charges and those in the settings."""
    configured = Account.objects.configured()
    return (configured | Account.objects.filter(pk__in=charged)).in_bulk()


def _present_key(account: Account) -> tuple[str, str, bool]:
    """Return the key of the charges that the account has at present."""
    return account.pk, account.settings.currency, account.settings.is_sandbox


def _spending(
    account: Account, key: tuple[str, str, bool], amount: Decimal, published: dict[str, int]
) -> Spending:
    is_present = account.is_configured and key == _present_key(account)
    return Spending(
        account=account,
        amount=exact(amount),
        currency=key[1],
        is_sandbox=key[2],
        published=published.get(account.pk, 0) if is_present else 0,
        budgets=budgets.budgets_of(account) if is_present else [],
    )


def _published_in(period: Period) -> dict[str, int]:
    """Return how many of the pictures requested in this period are published, by account."""
    rows = TryOnResult.objects.filter(
        created_at__gte=first_moment(period.first),
        created_at__lt=first_moment(period.last + timedelta(days=1)),
        is_published__in=[True],  # "in", because SQLite uses no index for the column alone
    )
    counts = rows.order_by().values_list("account").annotate(count=Count("*"))
    return dict(counts)
