"""Daily and monthly budgets: no paid request leaves that does not fit into them.

Charges count, and requests that may still become charges. Days and months are those of
the shop's time zone, ``TIME_ZONE``. The check is part of the transaction that records
that a request leaves (``rate_limits.admit``), so several processes together cannot spend
more than one alone.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, DecimalField, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from django_outfitanyone.account.money import money
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import BudgetSpent
from django_outfitanyone.models import Account, Charge, ClothesParse, TryOnResult
from django_outfitanyone.models.account import LONG_AGO
from django_outfitanyone.models.charge import SMALLEST, shop_day
from django_outfitanyone.models.database import on_commit
from django_outfitanyone.signals import budget_spent

logger = logging.getLogger("django_outfitanyone")

AMOUNT: DecimalField[Any, Any] = DecimalField(max_digits=12, decimal_places=6)


@dataclass(frozen=True, kw_only=True)
class Budget:
    """The budget of a day or month, and how much of it is used; amounts in ``CURRENCY``.

    ``committed`` is the price of requests that are in flight or unclear.
    """

    setting: str
    limit: Decimal
    spent: Decimal
    committed: Decimal
    ends_at: datetime

    @property
    def left(self) -> Decimal:
        return max(Decimal(0), self.limit - self.spent - self.committed)

    def __str__(self) -> str:
        """Explain to a person what is left, and when work resumes."""
        ends_at = timezone.localtime(self.ends_at, timezone.get_default_timezone())
        words = {
            "setting": self.setting,
            "limit": money(self.limit, conf.CURRENCY),
            "left": money(self.left, conf.CURRENCY),
            "moment": date_format(ends_at, "DATETIME_FORMAT"),
        }
        if self.setting == "BUDGET_PER_DAY":
            text = _("Only %(left)s is left of today's budget of %(limit)s.")
        else:
            text = _("Only %(left)s is left of this month's budget of %(limit)s.")
        resumes = _("Work resumes at %(moment)s, or when you raise %(setting)s.")
        return f"{text % words} {resumes % words}"


def budgets_of(account: Account) -> list[Budget]:
    """Return the budgets that are set, the daily one first."""
    today = shop_day(timezone.now())
    first = today.replace(day=1)
    periods = (
        ("BUDGET_PER_DAY", conf.BUDGET_PER_DAY, today, today + timedelta(days=1)),
        ("BUDGET_PER_MONTH", conf.BUDGET_PER_MONTH, first, _next_month(first)),
    )
    wanted = [period for period in periods if period[1] is not None]
    used = _used_since(account, [start for _setting, _limit, start, _end in wanted])
    return [
        Budget(
            setting=setting,
            limit=Decimal(limit or 0),
            spent=spent,
            committed=committed,
            ends_at=_midnight(end),
        )
        for (setting, limit, _start, end), (spent, committed) in zip(wanted, used, strict=True)
    ]


def left(account: Account) -> Decimal | None:
    """Return what may still be spent now; ``None`` when there is no budget."""
    return min((budget.left for budget in budgets_of(account)), default=None)


def check(account: Account, remote_model: str) -> None:
    """Raise ``BudgetSpent`` when one more picture of this model exceeds a budget."""
    price = conf.price(remote_model)
    for budget in budgets_of(account) if price else ():
        if price > budget.left:
            raise BudgetSpent(str(budget), until=budget.ends_at)


def close(account: Account, error: BudgetSpent) -> None:
    """Make the runner compare prices with the budget until the period ends; announce it once."""
    closed = Account.objects.filter(pk=account.pk, budget_spent_until__lt=error.until).update(
        budget_spent_until=error.until
    )
    if closed:
        logger.warning(
            "Account %s: %s",
            account.pk,
            error,
            extra={"event": "budget_spent", "until": error.until.isoformat()},
        )
        on_commit(lambda: budget_spent.send_robust(Account, account=account, error=error))


def unaffordable(account: Account) -> set[str]:
    """Return the remote models of which not one more picture fits into the budgets.

    Runs no query until a request has been refused. Reopens the account when the budget
    was raised meanwhile, or when unclear requests turned out to be free.
    """
    if account.budget_spent_until <= timezone.now():
        return set()
    rest = left(account)
    too_expensive = {
        name for name, price in conf.PRICES.items() if rest is not None and price > rest
    }
    if not too_expensive:
        Account.objects.filter(pk=account.pk).update(budget_spent_until=LONG_AGO)
        logger.info("Account %s: there is budget again", account.pk, extra={"event": "budget_open"})
    return too_expensive


def notice(account: Account) -> str:
    """Return why jobs wait for the budget; ``""`` while every model fits."""
    if not unaffordable(account) & {conf.TRY_ON_MODEL, conf.REFINER_MODEL, conf.PARSING_MODEL}:
        return ""
    return str(min(budgets_of(account), key=lambda budget: budget.left))


def _used_since(account: Account, days: list[date]) -> list[tuple[Decimal, Decimal]]:
    """Return what is spent and what is committed since each of these days, in one SELECT.

    A job that is settled between two statements would be missing in both: committed no
    longer, charged not yet.
    """
    if not days:
        return []
    price = Case(
        *(When(remote_model=model, then=_amount(price)) for model, price in conf.PRICES.items()),
        default=_amount(Decimal(0)),
        output_field=AMOUNT,
    )
    columns: list[Subquery] = []
    for day in days:
        since = _midnight(day)
        columns += [
            _sum(Charge.objects.payable().since(day), "amount"),
            _sum(TryOnResult.objects.possibly_billed(since=since), price),
            _sum(
                ClothesParse.objects.possibly_billed(since=since),
                _amount(conf.price(conf.PARSING_MODEL)),
            ),
        ]
    names = {f"sum_{number}": column for number, column in enumerate(columns)}
    sums = Account.objects.filter(pk=account.pk).annotate(**names).values_list(*names).first()
    # an account without a row has not spent anything
    exact = [Decimal(found or 0).quantize(SMALLEST) for found in sums or [0] * len(names)]
    return [
        (spent, try_ons + parses)
        for spent, try_ons, parses in zip(exact[::3], exact[1::3], exact[2::3], strict=True)
    ]


def _sum(rows: QuerySet[Any], amount: Any) -> Subquery:
    """Return the sum over these rows of the account in the outer query, as a subquery."""
    own = rows.filter(account=OuterRef("pk")).order_by().values("account")
    return Subquery(own.annotate(sum=Sum(amount)).values("sum"), output_field=AMOUNT)


def _amount(price: Decimal) -> Value:
    return Value(price, output_field=AMOUNT)


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_default_timezone())
