"""Daily and monthly budgets of each account: no paid request leaves that does not fit into them.

Charges count, and requests that may still become charges. Days and months are those of
the shop's time zone, ``TIME_ZONE``. The check is part of the transaction that records
that a request leaves (``rate_limits.admit``), so several processes together cannot spend
more than one alone. Charges of a sandbox count only for an account that is one now.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, DecimalField, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from django_outfitanyone.account import free_quota
from django_outfitanyone.account.free_quota import FreeQuota
from django_outfitanyone.account.money import money
from django_outfitanyone.conf import EngineSettings
from django_outfitanyone.exceptions import BudgetSpent
from django_outfitanyone.models import Account, ClothesParse, DailyTotal, TryOnResult
from django_outfitanyone.models.account import LONG_AGO
from django_outfitanyone.models.amounts import SMALLEST, first_moment, shop_day
from django_outfitanyone.models.database import on_commit
from django_outfitanyone.signals import budget_spent

logger = logging.getLogger("django_outfitanyone")

AMOUNT: DecimalField[Any, Any] = DecimalField(max_digits=12, decimal_places=6)


@dataclass(frozen=True, kw_only=True)
class Budget:
    """The budget of a day or month, and how much of it is used; amounts in ``currency``.

    ``committed`` is the price of requests that are in flight or unclear.
    """

    setting: str
    currency: str
    limit: Decimal
    spent: Decimal
    committed: Decimal
    ends_at: datetime

    @property
    def used(self) -> Decimal:
        return self.spent + self.committed

    @property
    def left(self) -> Decimal:
        return max(Decimal(0), self.limit - self.used)

    def __str__(self) -> str:
        """Explain to a person what is left, and when work resumes."""
        words = {
            "limit": money(self.limit, self.currency),
            "left": money(self.left, self.currency),
        }
        if self.setting == "BUDGET_PER_DAY":
            text = _("Only %(left)s is left of today's budget of %(limit)s.")
        else:
            text = _("Only %(left)s is left of this month's budget of %(limit)s.")
        return f"{text % words} {self.when_work_resumes}"

    @property
    def when_work_resumes(self) -> str:
        """The part of the explanation that is no amount."""
        ends_at = timezone.localtime(self.ends_at, timezone.get_default_timezone())
        text = _("Work resumes at %(moment)s, or when you raise %(setting)s.")
        return text % {
            "moment": date_format(ends_at, "DATETIME_FORMAT"),
            "setting": self.setting,
        }

    @property
    def without_amounts(self) -> str:
        """The explanation for people who may not see costs."""
        return f"{_('The budget does not cover another picture.')} {self.when_work_resumes}"


def budgets_of(account: Account) -> list[Budget]:
    """Return the budgets that are set, the daily one first; none if the engine is gone."""
    return _read(account)[0] if account.is_configured else []


def _read(account: Account) -> tuple[list[Budget], list[FreeQuota]]:
    """Return the budgets that are set and, if there are any, the free quotas at that moment."""
    engine = account.settings
    today = shop_day(timezone.now())
    first = today.replace(day=1)
    periods = (
        ("BUDGET_PER_DAY", engine.BUDGET_PER_DAY, today, today + timedelta(days=1)),
        ("BUDGET_PER_MONTH", engine.BUDGET_PER_MONTH, first, _next_month(first)),
    )
    wanted = [period for period in periods if period[1] is not None]
    used, quotas = _used_since(account, [start for _setting, _limit, start, _end in wanted])
    budgets = [
        Budget(
            setting=setting,
            currency=engine.currency,
            limit=Decimal(limit or 0),
            spent=spent,
            committed=committed,
            ends_at=first_moment(end),
        )
        for (setting, limit, _start, end), (spent, committed) in zip(wanted, used, strict=True)
    ]
    return budgets, quotas


def left(account: Account) -> Decimal | None:
    """Return what may still be spent now; ``None`` when there is no budget."""
    return min((budget.left for budget in budgets_of(account)), default=None)


def check(account: Account, remote_model: str, price: Decimal | None = None) -> None:
    """Raise ``BudgetSpent`` when a request to this model exceeds a budget.

    ``price`` is that of the request; ``None`` stands for a picture of one garment. A picture
    that the free quota covers fits into every budget.
    """
    if price is None:
        price = account.settings.price(remote_model) or Decimal(0)
    budgets, quotas = _read(account) if price else ([], [])
    if remote_model in _free_models(quotas):
        return
    for budget in budgets:
        if price > budget.left:
            raise BudgetSpent(
                str(budget), until=budget.ends_at, without_amounts=budget.without_amounts
            )


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
    budgets, quotas = _read(account)
    rest = min((budget.left for budget in budgets), default=None)
    too_expensive = {
        name for name, price in account.settings.prices.items() if rest is not None and price > rest
    } - _free_models(quotas)
    if not too_expensive:
        Account.objects.filter(pk=account.pk).update(budget_spent_until=LONG_AGO)
        logger.info("Account %s: there is budget again", account.pk, extra={"event": "budget_open"})
    return too_expensive


def notice(account: Account, *, shows_costs: bool = True) -> str:
    """Return why jobs wait for the budget; ``""`` while every model fits.

    shows_costs: whether the reader may see amounts.
    """
    if not account.is_configured:
        return ""
    engine = account.settings
    used = {engine.default_model, engine.refiner_model, engine.parsing_model}
    if not unaffordable(account) & used:
        return ""
    budget = min(budgets_of(account), key=lambda budget: budget.left)
    return str(budget) if shows_costs else budget.without_amounts


def _free_models(quotas: list[FreeQuota]) -> set[str]:
    """Return the models whose next picture is free."""
    return {quota.remote_model for quota in quotas if quota.left}


def _used_since(
    account: Account, days: list[date]
) -> tuple[list[tuple[Decimal, Decimal]], list[FreeQuota]]:
    """Return what is spent and committed since each of these days, and the free quotas.

    All of it is read in one SELECT.

    A job that is settled between two statements would be missing in both: committed no
    longer, charged not yet.
    """
    if not days:
        return [], []
    engine = account.settings
    charged = DailyTotal.objects.filter(currency=engine.currency, is_sandbox=engine.is_sandbox)
    starts = [first_moment(day) for day in days]
    columns: list[Subquery] = []
    for day, since in zip(days, starts, strict=True):
        columns += [
            _sum(charged.since(day), "amount"),
            _sum(TryOnResult.objects.possibly_billed(since=since), _expected(engine)),
            _sum(
                ClothesParse.objects.possibly_billed(since=since),
                _expected(engine, model=engine.parsing_model),
            ),
        ]
    names = {f"sum_{number}": column for number, column in enumerate(columns)}
    all_names = names | free_quota.columns(engine, since=starts)
    found = Account.objects.filter(pk=account.pk).annotate(**all_names).values(*all_names).first()
    values = found or {}  # an account without a row has not spent anything
    quotas = free_quota.read(engine, values, periods=len(days))
    exact = [Decimal(values.get(name) or 0).quantize(SMALLEST) for name in names]
    used = [
        (spent, try_ons + parses - _covered(engine, quotas, period))
        for period, (spent, try_ons, parses) in enumerate(
            zip(exact[::3], exact[1::3], exact[2::3], strict=True)
        )
    ]
    return used, quotas


def _covered(engine: EngineSettings, quotas: list[FreeQuota], period: int) -> Decimal:
    """Return the price of the period's requests that the free quotas will pay for."""
    prices = engine.prices
    amounts = (prices.get(one.remote_model, Decimal(0)) * one.covered(period) for one in quotas)
    return sum(amounts, Decimal(0))


def _expected(engine: EngineSettings, *, model: str | None = None) -> Coalesce:
    """Return the price of a row's request; rows of older versions have not stored it."""
    prices = engine.prices
    if model is not None:
        return Coalesce("expected_cost", _amount(prices.get(model, Decimal(0))))
    listed = Case(
        *(When(remote_model=name, then=_amount(price)) for name, price in prices.items()),
        default=_amount(Decimal(0)),
        output_field=AMOUNT,
    )
    return Coalesce("expected_cost", listed)


def _sum(rows: QuerySet[Any], amount: Any) -> Subquery:
    """Return the sum over these rows of the account in the outer query, as a subquery."""
    own = rows.filter(account=OuterRef("pk")).order_by().values("account")
    return Subquery(own.annotate(sum=Sum(amount)).values("sum"), output_field=AMOUNT)


def _amount(price: Decimal) -> Value:
    return Value(price, output_field=AMOUNT)


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
