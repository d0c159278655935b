"""The page “Spending”: what a period cost, as chart, table and CSV file; budgets and failures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from django_outfitanyone.account.money import money, moneys
from django_outfitanyone.account.spending import Period, spending_in
from django_outfitanyone.account.spending_failures import FailedCause, failures_in
from django_outfitanyone.account.spending_report import Block, Grouping, Line, Report, report
from django_outfitanyone.admin import charge_names, spending_chart
from django_outfitanyone.admin.admin_urls import admin_url, list_url
from django_outfitanyone.admin.csv_files import csv_response
from django_outfitanyone.admin.django_classes import AdminMixin
from django_outfitanyone.admin.notices import page_context
from django_outfitanyone.admin.spending_chart import Chart, ChartLine
from django_outfitanyone.admin.spending_choices import SpendingChoices
from django_outfitanyone.admin.today import may_see
from django_outfitanyone.choices import Status
from django_outfitanyone.conf import conf
from django_outfitanyone.models import Charge, TryOnResult
from django_outfitanyone.permissions import may_see_costs

NAMES: dict[Grouping, Callable[[Iterable[Any]], Mapping[Any, Any]]] = {
    Grouping.DAY: charge_names.day_names,
    Grouping.MONTH: charge_names.month_names,
    Grouping.ENGINE: charge_names.engine_names,
    Grouping.PRODUCT: charge_names.product_titles,
    Grouping.PERSON: charge_names.user_names,
}


@dataclass(frozen=True, kw_only=True)
class ShownLine:
    """A row of the table and of the CSV file."""

    name: str
    line: Line
    amount: str


@dataclass(frozen=True, kw_only=True)
class ShownBlock:
    """The chart and the table of one currency."""

    block: Block
    title: str
    lines: list[ShownLine]
    chart: Chart | None


@dataclass(frozen=True, kw_only=True)
class ShownFailure:
    """A cause of failures, the money that was lost, and the list of its pictures, if any."""

    cause: FailedCause
    lost: str
    url: str


class SpendingPageMixin(AdminMixin):
    """Adds the page and its CSV file to the admin of charges."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        name = "django_outfitanyone_charge_spending"
        return [
            path("spending/", view(self.spending_view), name=name),
            path("spending/csv/", view(self.spending_csv_view), name=f"{name}_csv"),
            *super().get_urls(),
        ]

    @method_decorator(require_GET)
    def spending_view(self, request: HttpRequest) -> HttpResponse:
        """Render the page."""
        self._check_reader(request)
        request.current_app = self.admin_site.name
        choices = SpendingChoices(request.GET)
        found = report(choices.period, choices.grouping)
        context = {
            **page_context(request, self.admin_site),
            "opts": Charge._meta,
            "title": _("Spending"),
            "choices": choices,
            "days": _days_text(choices.period),
            "heading": _heading(choices.grouping),
            "report": found,
            "limit": number_format(found.limit or 0, force_grouping=True),
            "blocks": list(_shown(found, choices.period)),
            "spending": spending_in(choices.period),
            "failures": [self._failure(request, one) for one in failures_in(choices.period)],
            "free_engines": ", ".join(_free_engines()),
        }
        return TemplateResponse(request, "admin/django_outfitanyone/charge/spending.html", context)

    @method_decorator(require_GET)
    def spending_csv_view(self, request: HttpRequest) -> HttpResponseBase:
        """Send the rows of the page's tables as one file."""
        self._check_reader(request)
        choices = SpendingChoices(request.GET)
        period = choices.period
        found = report(period, choices.grouping)
        filename = f"spending-{period.first}-{period.last}-{choices.grouping.value}.csv"
        rows = list(_csv_rows(found, period))  # in the language of this thread
        return csv_response(rows, filename)

    def may_see_spending(self, request: HttpRequest) -> bool:
        """Return whether the page and the links to it are for this user."""
        return self.has_view_permission(request) and may_see_costs(request.user)

    def spending_link(self, request: HttpRequest) -> dict[str, str]:
        """Return the address of the page for users who may open it."""
        if not self.may_see_spending(request):
            return {}
        return {"spending_url": admin_url(self.admin_site, "charge_spending")}

    def _failure(self, request: HttpRequest, cause: FailedCause) -> ShownFailure:
        listed = {"status__exact": Status.FAILED, "error_code": cause.code, "engine": cause.account}
        is_listed = may_see(request, self.admin_site, TryOnResult)
        return ShownFailure(
            cause=cause,
            lost=moneys(cause.lost) if cause.lost else "",
            url=list_url(self.admin_site, "tryonresult", listed) if is_listed else "",
        )

    def _check_reader(self, request: HttpRequest) -> None:
        if not self.may_see_spending(request):
            raise PermissionDenied


def _shown(found: Report, period: Period) -> Iterator[ShownBlock]:
    """Yield the blocks with the names of their lines, which are read for all at once."""
    keys = dict.fromkeys(line.key for block in found.blocks for line in block.lines)
    names = NAMES[found.grouping]([key for key in keys if key is not None])
    for block in found.blocks:
        lines = [
            _line(line, str(names.get(line.key, _("none, or deleted"))), block.currency)
            for line in block.lines
        ]
        rest = [_line(block.rest, _("all others"), block.currency)] if block.rest else []
        yield ShownBlock(
            block=block,
            title=_title(block),
            lines=[*lines, *rest],
            chart=_chart(lines, found.grouping, period),
        )


def _line(line: Line, name: str, currency: str) -> ShownLine:
    return ShownLine(name=name, line=line, amount=money(line.amount, currency))


def _title(block: Block) -> str:
    amount = {"amount": money(block.amount, block.currency)}
    return (
        _("Would have cost: %(amount)s") if block.is_sandbox else _("Spent: %(amount)s")
    ) % amount


def _heading(grouping: Grouping) -> str:
    """Return the heading of the first column."""
    return capfirst(str(grouping.label))


def _chart(lines: list[ShownLine], grouping: Grouping, period: Period) -> Chart | None:
    drawn = [
        ChartLine(key=one.line.key, name=one.name, amount=one.line.amount, text=one.amount)
        for one in lines
    ]
    if not grouping.is_time:
        return spending_chart.rows(drawn)
    by_month = grouping is Grouping.MONTH
    slots = (spending_chart.months if by_month else spending_chart.days)(period.first, period.last)
    ends = NAMES[grouping]([slots[0], slots[-1]])
    return spending_chart.columns(drawn, slots, [ends[slots[0]], ends[slots[-1]]])


def _csv_rows(found: Report, period: Period) -> Iterator[list[Any]]:
    """Yield the rows of all tables; days and amounts are written as in ISO 8601 and in code."""
    headings = _("charges"), _("amount"), _("currency"), _("Billed")
    yield [_heading(found.grouping), *map(capfirst, headings)]
    yield from chain.from_iterable(_cells(shown) for shown in _shown(found, period))


def _cells(shown: ShownBlock) -> Iterator[list[Any]]:
    billed = _("would have cost") if shown.block.is_sandbox else _("spent")
    for one in shown.lines:
        key = one.line.key
        name = key.isoformat() if isinstance(key, date) else one.name
        amount = f"{one.line.amount.normalize():f}"
        yield [name, one.line.charges, amount, shown.block.currency, billed]


def _days_text(period: Period) -> str:
    days = {
        "first": date_format(period.first, "DATE_FORMAT"),
        "last": date_format(period.last, "DATE_FORMAT"),
    }
    return _("%(first)s to %(last)s") % days


def _free_engines() -> list[str]:
    """Return the titles of the engines whose pictures have no price, each once."""
    free = (engine.title for engine in conf.usable_engines if not engine.currency)
    return list(dict.fromkeys(free))
