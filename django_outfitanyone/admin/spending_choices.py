"""Which days the page “Spending” shows, and how they are grouped, as its address says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_outfitanyone.account.spending import Period
from django_outfitanyone.account.spending_report import Grouping
from django_outfitanyone.models.amounts import last_month, shop_day

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
MOST_DAYS = 3 * 366

PRESETS = {
    "this_month": gettext_lazy("This month"),
    "last_month": gettext_lazy("Last month"),
    "30_days": gettext_lazy("Last 30 days"),
    "12_months": gettext_lazy("Last 12 months"),
}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A link that changes one part of what is shown."""

    label: Any
    query: str
    is_chosen: bool


class DaysForm(forms.Form):
    """The first and the last day of a period."""

    first = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label=gettext_lazy("Until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins, or that is too long."""
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if not first or not last:
            return self.cleaned_data
        if first > last:
            raise forms.ValidationError(_("The first day is after the last day."))
        if first < EARLIEST or last > LATEST or (last - first).days >= MOST_DAYS:
            raise forms.ValidationError(_("Choose at most three years."))
        return self.cleaned_data


class SpendingChoices:
    """What a request asks for; an invalid period is answered with this month."""

    def __init__(self, data: Mapping[str, str]) -> None:
        by = data.get("by", "")
        self.grouping = Grouping(by) if by in Grouping.values else Grouping.DAY
        is_custom = "first" in data or "last" in data
        name = data.get("period", "")
        self.preset = "" if is_custom else name if name in PRESETS else "this_month"
        self.form = DaysForm(data if is_custom else None)
        is_valid = is_custom and self.form.is_valid()
        if is_valid:
            self.period = Period(**self.form.cleaned_data)
        else:
            self.period = preset_period(self.preset or "this_month")
        if not is_custom:
            days = {"first": self.period.first, "last": self.period.last}
            self.form = DaysForm(initial=days)

    @property
    def period_query(self) -> dict[str, str]:
        """Return the part of the address that stands for the period."""
        if self.preset:
            return {"period": self.preset}
        return {"first": self.period.first.isoformat(), "last": self.period.last.isoformat()}

    @property
    def query(self) -> str:
        """Return the address of what is shown."""
        return urlencode({**self.period_query, "by": self.grouping.value})

    def presets(self) -> list[Choice]:
        """Return the links to other periods."""
        return [
            Choice(
                label=label,
                query=urlencode({"period": name, "by": self.grouping.value}),
                is_chosen=name == self.preset,
            )
            for name, label in PRESETS.items()
        ]

    def groupings(self) -> list[Choice]:
        """Return the links that group the same period in another way."""
        return [
            Choice(
                label=grouping.label,
                query=urlencode({**self.period_query, "by": grouping.value}),
                is_chosen=grouping is self.grouping,
            )
            for grouping in Grouping
        ]


def preset_period(name: str) -> Period:
    """Return the days of one of ``PRESETS``, until today if it has not ended."""
    today = shop_day(timezone.now())
    if name == "last_month":
        return Period(first=last_month(today), last=today.replace(day=1) - timedelta(days=1))
    if name == "30_days":
        return Period(first=today - timedelta(days=29), last=today)
    if name == "12_months":
        first = today.replace(day=1)
        for _month in range(11):
            first = last_month(first)
        return Period(first=first, last=today)
    return Period.this_month()
