"""What a period cost, grouped as a person chooses: by day, month, engine, product or person.

Each combination of currency and sandbox is a block of its own. Days, months and engines are
read from the daily totals. Products and persons are read from the charges, up to a number of
them: the report says so when a period has more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.account.spending import Period
from django_outfitanyone.models import Charge, DailyTotal
from django_outfitanyone.models.amounts import exact

MOST_LINES = 200
"""Lines of a block; one more line sums up the rest."""


class Grouping(models.TextChoices):
    """What a line of the report stands for."""

    DAY = "day", _("day")
    MONTH = "month", _("month")
    ENGINE = "engine", _("engine and model")
    PRODUCT = "product", _("product")
    PERSON = "person", _("person")

    @property
    def is_time(self) -> bool:
        """Whether the lines are in the order of time, and not by amount."""
        return self in {Grouping.DAY, Grouping.MONTH}


MOST_CHARGES = {Grouping.PRODUCT: 100_000, Grouping.PERSON: 1_000_000}
"""Charges of a period that are read; by product, each takes longer, as its garments are read."""

MOST_PERSONS = 1_000
"""Persons that are read: a shop may let each of its visitors request pictures."""

Kind = tuple[str, bool]
"""Currency, and whether the charges are of a sandbox."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A day, month, engine and model, product or person; the key is ``None`` for none of them."""

    key: Any
    amount: Decimal
    charges: int


@dataclass(frozen=True, kw_only=True)
class Block:
    """The lines of one currency; ``rest`` sums up those that are too many to show."""

    currency: str
    is_sandbox: bool
    amount: Decimal
    charges: int
    lines: list[Line] = field(default_factory=list)
    rest: Line | None = None


@dataclass(frozen=True, kw_only=True)
class Report:
    """The blocks; ``limit`` is the number of charges that the period exceeds, if it does."""

    grouping: Grouping
    blocks: list[Block]
    limit: int | None = None


def report(period: Period, grouping: Grouping) -> Report:
    """Return the report, real charges first. Its blocks have no lines if ``limit`` is set."""
    totals = DailyTotal.objects.within(period.first, period.last).order_by()
    kinds = totals.values_list("currency", "is_sandbox")
    sums = kinds.annotate(amount=Sum("amount"), count=Sum("charges"))
    charged = {(currency, is_sandbox): rest for currency, is_sandbox, *rest in sums}
    most = MOST_CHARGES.get(grouping)
    limit = most if most and sum(count for _sum, count in charged.values()) > most else None
    lines = {} if limit else READERS[grouping](period)
    blocks = [
        _block(kind, exact(amount), count, grouping, lines.get(kind, []))
        for kind, (amount, count) in sorted(charged.items(), key=lambda one: one[0][::-1])
    ]
    return Report(grouping=grouping, blocks=blocks, limit=limit)


def _block(
    kind: Kind, amount: Decimal, charges: int, grouping: Grouping, lines: list[Line]
) -> Block:
    if grouping.is_time:
        shown, others = sorted(lines, key=lambda line: line.key), []
    else:
        ordered = sorted(lines, key=lambda line: -line.amount)
        shown, others = ordered[:MOST_LINES], ordered[MOST_LINES:]
    if grouping is Grouping.PERSON:
        read = _sum_of(lines)
        others.append(Line(key=None, amount=amount - read.amount, charges=charges - read.charges))
    rest = _sum_of(others)
    return Block(
        currency=kind[0],
        is_sandbox=kind[1],
        amount=amount,
        charges=charges,
        lines=shown,
        rest=rest if rest.charges else None,
    )


def _sum_of(lines: Iterable[Line]) -> Line:
    found = list(lines)
    return Line(
        key=None,
        amount=sum((line.amount for line in found), Decimal(0)),
        charges=sum(line.charges for line in found),
    )


Lines = dict[Kind, list[Line]]


def _by_day(period: Period) -> Lines:
    rows = DailyTotal.objects.within(period.first, period.last).order_by()
    groups = rows.values_list("currency", "is_sandbox", "charged_on")
    return _lines(groups.annotate(sum=Sum("amount"), count=Sum("charges")))


def _by_month(period: Period) -> Lines:
    months: defaultdict[tuple[Any, ...], list[Line]] = defaultdict(list)
    for kind, days in _by_day(period).items():
        for day in days:
            months[(*kind, day.key.replace(day=1))].append(day)
    sums = {key: _sum_of(days) for key, days in months.items()}
    return _lines((*key, line.amount, line.charges) for key, line in sums.items())


def _by_engine(period: Period) -> Lines:
    rows = DailyTotal.objects.within(period.first, period.last).order_by()
    groups = rows.values_list("currency", "is_sandbox", "account", "remote_model")
    summed = groups.annotate(sum=Sum("amount"), count=Sum("charges"))
    return _lines((*kind, (account, name), *sums) for *kind, account, name, sums in _split(summed))


def _by_person(period: Period) -> Lines:
    rows = Charge.objects.within(period.first, period.last).order_by()
    groups = rows.values_list("currency", "is_sandbox", "requested_by")
    sums = groups.annotate(sum=Sum("amount"), count=Count("pk"))
    return _lines(sums.order_by("-sum")[:MOST_PERSONS])


def _by_product(period: Period) -> Lines:
    return _lines(Charge.objects.within(period.first, period.last).product_shares())


def _split(rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    """Yield rows whose last two values, amount and count, are one."""
    return ((*row[:-2], row[-2:]) for row in rows)


def _lines(rows: Iterable[tuple[Any, ...]]) -> Lines:
    """Sort rows of currency, sandbox, key, amount and count into the blocks."""
    found: Lines = defaultdict(list)
    for currency, is_sandbox, key, amount, count in rows:
        line = Line(key=key, amount=exact(amount), charges=count)
        found[currency, is_sandbox].append(line)
    return dict(found)


READERS: dict[Grouping, Callable[[Period], Lines]] = {
    Grouping.DAY: _by_day,
    Grouping.MONTH: _by_month,
    Grouping.ENGINE: _by_engine,
    Grouping.PRODUCT: _by_product,
    Grouping.PERSON: _by_person,
}
