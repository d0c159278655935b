"""What may be spent a day and a month: no paid request leaves that does not fit.

Counted is what the ledger says, and what is under way and will be in it. Days and months
are those of the shop's calendar, ``TIME_ZONE``. The check and the note that a request
leaves are one transaction on the account's gate (``limits.admit``), so that no number of
processes can spend more together than one alone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from django_outfitanyone.account.money import money
from django_outfitanyone.choices import Status
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import BudgetSpent
from django_outfitanyone.models import Account, Charge, ClothesParse, TryOnResult
from django_outfitanyone.models.account import LONG_AGO
from django_outfitanyone.models.charge import shop_day
from django_outfitanyone.signals import budget_spent

logger = logging.getLogger("django_outfitanyone")


@dataclass(frozen=True, kw_only=True)
class Budget:
    """The day's or month's amount and what has become of it; amounts in ``CURRENCY``.

    ``committed`` is for requests that are under way, or that nobody knows the outcome of.
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
        """What a person should know once it is spent."""
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
        goes_on = _("What waits is sent from %(moment)s on, or when %(setting)s is raised.")
        return f"{text % words} {goes_on % words}"


def budgets_of(account: Account) -> list[Budget]:
    """The budgets that are set, the day's first."""
    today = shop_day(timezone.now())
    first = today.replace(day=1)
    periods = (
        ("BUDGET_PER_DAY", conf.BUDGET_PER_DAY, today, today + timedelta(days=1)),
        ("BUDGET_PER_MONTH", conf.BUDGET_PER_MONTH, first, _next_month(first)),
    )
    return [
        Budget(
            setting=setting,
            limit=Decimal(limit),
            spent=Charge.objects.filter(account=account).since(start).total(),
            committed=_committed(account, _midnight(start)),
            ends_at=_midnight(end),
        )
        for setting, limit, start, end in periods
        if limit is not None
    ]


def left(account: Account) -> Decimal | None:
    """What may still be spent now; ``None`` when there is no budget."""
    return min((budget.left for budget in budgets_of(account)), default=None)


def check(account: Account, remote_model: str) -> None:
    """``BudgetSpent`` when one more picture of this model does not fit into every budget."""
    price = conf.price(remote_model)
    for budget in budgets_of(account) if price else ():
        if price > budget.left:
            raise BudgetSpent(str(budget), until=budget.ends_at)


def close(account: Account, error: BudgetSpent) -> None:
    """From now on the runner looks at what is left before it offers work; says so once."""
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
        transaction.on_commit(
            lambda: budget_spent.send_robust(Account, account=account, error=error)
        )


def unaffordable(account: Account) -> set[str]:
    """Remote models of which not one more picture fits into the budgets.

    Costs nothing until a request has been turned away. Reopens the account when the
    budget was raised meanwhile, or unclear requests turned out to be free.
    """
    if account.budget_spent_until <= timezone.now():
        return set()
    rest = left(account)
    dear = {name for name, price in conf.PRICES.items() if rest is not None and price > rest}
    if not dear:
        Account.objects.filter(pk=account.pk).update(budget_spent_until=LONG_AGO)
        logger.info("Account %s: there is budget again", account.pk, extra={"event": "budget_open"})
    return dear


def notice(account: Account) -> str:
    """Why work waits although nothing is wrong; ``""`` while every model fits."""
    dear = unaffordable(account)
    if not dear & {conf.TRY_ON_MODEL, conf.REFINER_MODEL, conf.PARSING_MODEL}:
        return ""
    return str(min(budgets_of(account), key=lambda budget: budget.left))


def _committed(account: Account, since: datetime) -> Decimal:
    """Prices of what was sent and is not in the ledger yet.

    What needs attention was paid, if at all, when it was sent.
    """
    sent = Q(status__in=[Status.SUBMITTING, Status.RUNNING]) | Q(
        status=Status.NEEDS_ATTENTION, submitted_at__gte=since
    )
    searches = ClothesParse.objects.filter(sent, account=account).count()
    return sum(_prices(account, sent), searches * conf.price(conf.PARSING_MODEL))


def _prices(account: Account, sent: Q) -> Iterator[Decimal]:
    groups: Any = TryOnResult.objects.filter(sent, account=account).order_by()
    for model, count in groups.values_list("remote_model").annotate(count=Count("pk")):
        yield count * conf.price(model)


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_default_timezone())
