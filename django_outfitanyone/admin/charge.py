"""Admin of the charges, with their totals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_outfitanyone.account.money import money
from django_outfitanyone.admin import charge_names, large_table, row_finder
from django_outfitanyone.admin.django_classes import ModelAdmin
from django_outfitanyone.admin.filters import (
    ChargedModelFilter,
    IndexedBooleanFilter,
    MonthFilter,
    RequesterFilter,
)
from django_outfitanyone.admin.large_table import LargeTableMixin, capped_count
from django_outfitanyone.admin.notices import NoticeMixin
from django_outfitanyone.admin.read_only import UndeletableMixin
from django_outfitanyone.admin.rendering import STYLESHEET
from django_outfitanyone.admin.spending_page import SpendingPageMixin
from django_outfitanyone.conf import conf
from django_outfitanyone.models import Charge
from django_outfitanyone.models.amounts import Totals, shop_day
from django_outfitanyone.models.charge import ChargeQuerySet
from django_outfitanyone.models.worn_garment import worn_with_products
from django_outfitanyone.permissions import may_see_costs

if TYPE_CHECKING:
    from django.contrib.admin.views.main import ChangeList
    from django.db.models import QuerySet

MAX_LINES = 5
"""Lines in each table of totals; one more line sums up the rest."""


@dataclass(frozen=True, kw_only=True)
class TotalsTable:
    """A table of totals: ``lines`` are names and formatted amounts."""

    title: Any
    lines: list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """The totals of one currency; ``title`` says whether they are paid or only would be."""

    title: str
    amount: str
    tables: list[TotalsTable]
    note: str
    """What is not shown of so many charges, and how to see it."""


class ChargeAdminMixin(SpendingPageMixin, LargeTableMixin, NoticeMixin, UndeletableMixin):
    """The app writes a charge when a picture or a parse is billed; charges can only be viewed."""

    first_step = gettext_lazy("No charges yet. Try on a garment, and its charge appears here.")
    change_list_template = "admin/django_outfitanyone/charge/change_list.html"
    list_display = (
        "charged_on",
        "account",
        "remote_model",
        "amount_paid",
        "subject",
        "requested_by",
    )
    list_filter = (
        MonthFilter,
        "charged_on",
        "account",
        ChargedModelFilter,
        ("is_sandbox", IndexedBooleanFilter),
        ("is_unclear", IndexedBooleanFilter),
        RequesterFilter,
    )
    list_select_related = (
        "account",
        "requested_by",
        "try_on__model_image",
        "clothes_parse__model_image",
    )
    sorted_by_index = ("pk", "charged_on")
    search_fields = ("pk",)  # shows the box; find_rows() reads
    search_help_text = gettext_lazy("An id or a task id.")
    fields = (
        ("charged_at", "charged_on"),
        ("remote_model", "images", "free_images", "amount_paid"),
        ("is_unclear", "is_sandbox"),
        ("try_on", "clothes_parse"),
        ("requested_by", "account", "task_id"),
    )

    class Media:
        css = {"all": [STYLESHEET]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Charge]:
        charges: QuerySet[Charge] = super().get_queryset(request)
        return charges.prefetch_related(worn_with_products("try_on__"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and may_see_costs(request.user)

    def find_rows(self, request: HttpRequest, rows: QuerySet[Charge], text: str) -> list[int]:  # noqa: ARG002
        by_task = row_finder.by_task(rows, text, column="task_id")
        return by_task or row_finder.by_number(rows, text)

    @admin.display(description=gettext_lazy("amount"), ordering="amount")
    def amount_paid(self, charge: Charge) -> str:
        amount = money(charge.amount, charge.currency)
        if charge.is_sandbox:
            return _("would cost %(amount)s") % {"amount": amount}
        if charge.free_images and not charge.amount:
            return _("%(amount)s, free quota") % {"amount": amount}
        return _("%(amount)s at most") % {"amount": amount} if charge.is_unclear else amount

    @admin.display(description=gettext_lazy("for"))
    def subject(self, charge: Charge) -> str:
        return str(charge.try_on or charge.clothes_parse or _("deleted"))

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Add the totals of the listed charges, or of this month if no period is selected."""
        response = super().changelist_view(request, *args, **kwargs)
        if isinstance(response, TemplateResponse) and "cl" in (response.context_data or {}):
            context: Any = response.context_data
            context |= self._summary(request, context["cl"])
            context |= self.spending_link(request)
        return response

    def _summary(self, request: HttpRequest, changelist: ChangeList) -> dict[str, Any]:
        charges: Any = changelist.queryset
        titles = _("Spent in the selected period"), _("Would have cost in the selected period")
        if not _has_period(request, changelist):
            charges = charges.since(shop_day(timezone.now()).replace(day=1))
            titles = _("Spent this month"), _("Would have cost this month")
        currencies = charges.real().currencies() or [conf.default_engine.currency]
        real = [_ledger(titles[0], charges.real(), currency) for currency in currencies]
        previews = charges.of_sandboxes()
        would_cost = [_ledger(titles[1], previews, one) for one in previews.currencies()]
        return {"ledgers": [*real, *would_cost]}


def _has_period(request: HttpRequest, changelist: ChangeList) -> bool:
    specs = changelist.filter_specs
    is_month = any(spec.is_selected for spec in specs if isinstance(spec, MonthFilter))
    return is_month or any(name.startswith("charged_on__") for name in request.GET)


def _ledger(title: str, charges: ChargeQuerySet, currency: str) -> Ledger:
    are_few = capped_count(charges.filter(currency=currency)) < large_table.MAX_COUNT
    note = "" if are_few else _("Select a shorter period to see the totals by product.")
    return Ledger(
        title=title,
        amount=money(charges.total(currency), currency),
        tables=totals_of(charges, currency, by_product=are_few),
        note=note,
    )


def totals_of(
    charges: ChargeQuerySet, currency: str, *, by_product: bool = True
) -> list[TotalsTable]:
    """Return the totals by day, model, product and requester, in six queries for any number.

    Those by product also read the garments of each try-on, so they are for few charges.
    """
    products = charges.by_product(currency) if by_product else {}
    groups: list[tuple[Any, Totals, Callable[[list[Any]], Mapping[Any, Any]]]] = [
        (gettext_lazy("By day"), charges.by_day(currency), charge_names.day_names),
        (gettext_lazy("By model"), charges.by_model(currency), charge_names.unchanged),
        (gettext_lazy("By product"), products, charge_names.product_titles),
        (gettext_lazy("By user"), charges.by_requester(currency), charge_names.user_names),
    ]
    return [
        TotalsTable(title=title, lines=_lines(amounts, names_of, currency))
        for title, amounts, names_of in groups
    ]


def _lines(
    amounts: Totals, names_of: Callable[[list[Any]], Mapping[Any, Any]], currency: str
) -> list[tuple[str, str]]:
    shown = dict(islice(amounts.items(), MAX_LINES))
    names = names_of([key for key in shown if key is not None])
    lines = [
        (str(names.get(key, _("none, or deleted"))), money(amount, currency))
        for key, amount in shown.items()
    ]
    rest = sum((amount for key, amount in amounts.items() if key not in shown), Decimal(0))
    if rest:
        lines.append((_("all others"), money(rest, currency)))
    return lines


@admin.register(Charge)
class ChargeAdmin(ChargeAdminMixin, ModelAdmin):
    """Charges, one for each billed request."""
