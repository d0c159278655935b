"""Rows with an amount of money of one day: what they add up to, each currency apart."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.db.models import Sum
from django.utils import timezone

if TYPE_CHECKING:
    from typing_extensions import Self

SMALLEST = Decimal("0.000001")

Totals = dict[Any, Decimal]


def shop_day(moment: datetime) -> date:
    """Return the day in the shop's time zone, ``TIME_ZONE``, whatever the reader's zone is."""
    return timezone.localtime(moment, timezone.get_default_timezone()).date()


def first_moment(day: date) -> datetime:
    """Return when this day begins in the shop's time zone."""
    return datetime.combine(day, time.min, timezone.get_default_timezone())


def last_month(day: date) -> date:
    """Return the first day of the month before that of ``day``."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def exact(amount: Decimal) -> Decimal:
    """Round as the column does, because SQLite sums up in floating point."""
    return amount.quantize(SMALLEST)


def largest_first(totals: Iterable[tuple[Any, Decimal]]) -> Totals:
    """Return the totals, the largest amount first."""
    return dict(sorted(totals, key=lambda total: total[1], reverse=True))


Row_co = TypeVar("Row_co", bound=models.Model, covariant=True)


class AmountQuerySet(models.QuerySet[Row_co]):
    """Totals are in one currency: rows in any other are left out, never converted."""

    def real(self) -> Self:
        """Return what the vendor bills."""
        return self.filter(is_sandbox=False)

    def of_sandboxes(self) -> Self:
        """Return what pictures of sandboxes and preview engines would cost; no one bills it."""
        return self.filter(is_sandbox=True)

    def since(self, day: date) -> Self:
        """Return the rows from this day on, by the shop's calendar."""
        return self.filter(charged_on__gte=day)

    def within(self, first: date, last: date) -> Self:
        """Return the rows from the first to the last day, both included."""
        return self.filter(charged_on__gte=first, charged_on__lte=last)

    def currencies(self) -> list[str]:
        """Return the currencies of these rows, in alphabetical order."""
        return list(self.order_by("currency").values_list("currency", flat=True).distinct())

    def total(self, currency: str) -> Decimal:
        """Return the sum of the rows in this currency."""
        sum_of = self.filter(currency=currency).order_by().aggregate(sum=Sum("amount"))
        return exact(sum_of["sum"] or Decimal(0))

    def totals(self) -> Totals:
        """Return the sum of each currency; sums of two currencies are never added up."""
        return {currency: self.total(currency) for currency in self.currencies()}

    def by_day(self, currency: str) -> Totals:
        """Return totals by day, latest first. All other totals list the largest amount first."""
        days = self._by("charged_on", currency)
        return dict(sorted(days.items(), reverse=True))

    def by_model(self, currency: str) -> Totals:
        """Return totals by remote model."""
        return self._by("remote_model", currency)

    def _by(self, column: str, currency: str) -> Totals:
        own = self.filter(currency=currency).order_by()
        groups = own.values_list(column).annotate(sum=Sum("amount"))
        return largest_first((key, exact(amount)) for key, amount in groups)
