"""Admin of the charges, with their totals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_outfitanyone.account.money import money
from django_outfitanyone.admin.django_classes import ModelAdmin
from django_outfitanyone.admin.notices import NoticeMixin
from django_outfitanyone.admin.read_only import UndeletableMixin
from django_outfitanyone.admin.rendering import STYLESHEET
from django_outfitanyone.catalogue import catalogue, product_model
from django_outfitanyone.conf import conf
from django_outfitanyone.models import Charge
from django_outfitanyone.models.charge import ChargeQuerySet, shop_day

if TYPE_CHECKING:
    from django.contrib.admin.views.main import ChangeList

MAX_LINES = 5
"""Lines in each table of totals; one more line sums up the rest."""


@dataclass(frozen=True, kw_only=True)
class TotalsTable:
    """A table of totals: ``lines`` are names and formatted amounts."""

    title: Any
    lines: list[tuple[str, str]]


class ChargeAdminMixin(NoticeMixin, UndeletableMixin):
    """The app writes a charge when a picture or a parse is billed; charges can only be viewed."""

    first_step = gettext_lazy("No charges yet. Try on a garment, and its charge appears here.")
    change_list_template = "admin/django_outfitanyone/charge/change_list.html"
    list_display = ("charged_on", "remote_model", "amount_paid", "subject", "requested_by")
    list_filter = ("remote_model", "is_unclear", ("requested_by", admin.RelatedOnlyFieldListFilter))
    list_select_related = (
        "requested_by",
        "try_on__model_image",
        "try_on__top_garment__product",
        "try_on__bottom_garment__product",
        "clothes_parse__model_image",
    )
    date_hierarchy = "charged_on"
    show_full_result_count = False
    search_fields = ("=task_id",)
    fields = (
        ("charged_at", "charged_on"),
        ("remote_model", "images", "free_images", "amount_paid"),
        "is_unclear",
        ("try_on", "clothes_parse"),
        ("requested_by", "account", "task_id"),
    )

    class Media:
        css = {"all": [STYLESHEET]}

    @admin.display(description=gettext_lazy("amount"), ordering="amount")
    def amount_paid(self, charge: Charge) -> str:
        amount = money(charge.amount, charge.currency)
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
        return response

    def _summary(self, request: HttpRequest, changelist: ChangeList) -> dict[str, Any]:
        charges: Any = changelist.queryset
        title = _("Spent in the selected period")
        if not any(name.startswith("charged_on__") for name in request.GET):
            charges = charges.since(shop_day(timezone.now()).replace(day=1))
            title = _("Spent this month")
        return {
            "spent_title": title,
            "spent": money(charges.total(), conf.CURRENCY),
            "totals": totals_of(charges),
        }


def totals_of(charges: ChargeQuerySet) -> list[TotalsTable]:
    """Return the totals by day, model, product and requester, in six queries for any number."""
    return [
        _totals_table(gettext_lazy("By day"), charges.by_day(), _day_names),
        _totals_table(gettext_lazy("By model"), charges.by_model(), _names_unchanged),
        _totals_table(gettext_lazy("By product"), charges.by_product(), _product_titles),
        _totals_table(gettext_lazy("By user"), charges.by_requester(), _users),
    ]


def _totals_table(
    title: Any, amounts: Mapping[Any, Decimal], names_of: Callable[[list[Any]], Mapping[Any, Any]]
) -> TotalsTable:
    shown = dict(islice(amounts.items(), MAX_LINES))
    names = names_of([key for key in shown if key is not None])
    lines = [
        (str(names.get(key, _("none, or deleted"))), money(amount, conf.CURRENCY))
        for key, amount in shown.items()
    ]
    rest = sum((amount for key, amount in amounts.items() if key not in shown), Decimal(0))
    if rest:
        lines.append((_("all others"), money(rest, conf.CURRENCY)))
    return TotalsTable(title=title, lines=lines)


def _names_unchanged(names: list[Any]) -> dict[Any, str]:
    return {name: name for name in names}


def _day_names(days: list[Any]) -> dict[Any, str]:
    return {day: date_format(day, "SHORT_DATE_FORMAT") for day in days}


def _product_titles(keys: list[Any]) -> dict[Any, str]:
    shop = catalogue()
    products = product_model()._default_manager.in_bulk(keys)
    return {key: shop.title(product) for key, product in products.items()}


def _users(keys: list[Any]) -> Mapping[Any, Any]:
    return get_user_model()._default_manager.in_bulk(keys)


@admin.register(Charge)
class ChargeAdmin(ChargeAdminMixin, ModelAdmin):
    """Charges, one for each billed request."""
