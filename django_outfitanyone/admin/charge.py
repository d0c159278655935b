"""The ledger to look at: what was paid, and for what."""

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
from django_outfitanyone.admin.classes import ModelAdmin
from django_outfitanyone.admin.notices import NoticeMixin
from django_outfitanyone.admin.read_only import PermanentMixin
from django_outfitanyone.admin.rendering import STYLESHEET
from django_outfitanyone.catalogue import catalogue, product_model
from django_outfitanyone.conf import conf
from django_outfitanyone.models import Charge
from django_outfitanyone.models.charge import ChargeQuerySet, shop_day

if TYPE_CHECKING:
    from django.contrib.admin.views.main import ChangeList

LINES = 5
"""Lines of each table of totals; the rest is one line."""


@dataclass(frozen=True, kw_only=True)
class Total:
    """A table of totals: ``lines`` are names and amounts as people read them."""

    title: Any
    lines: list[tuple[str, str]]


class ChargeAdminMixin(NoticeMixin, PermanentMixin):
    """Lines are written when something is paid: there is nothing to add, change or delete."""

    change_list_template = "admin/django_outfitanyone/charge/change_list.html"
    list_display = ("charged_on", "remote_model", "amount_paid", "subject", "requested_by")
    list_filter = ("remote_model", ("requested_by", admin.RelatedOnlyFieldListFilter))
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
        ("remote_model", "images", "amount_paid"),
        ("try_on", "clothes_parse"),
        ("requested_by", "account", "task_id"),
    )

    class Media:
        css = {"all": [STYLESHEET]}

    @admin.display(description=gettext_lazy("amount"), ordering="amount")
    def amount_paid(self, charge: Charge) -> str:
        return money(charge.amount, charge.currency)

    @admin.display(description=gettext_lazy("for"))
    def subject(self, charge: Charge) -> str:
        return str(charge.try_on or charge.clothes_parse or _("deleted"))

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The list, with the totals of what it holds, or of this month as long as nobody chose."""
        response = super().changelist_view(request, *args, **kwargs)
        if isinstance(response, TemplateResponse) and "cl" in (response.context_data or {}):
            context: Any = response.context_data
            context |= self._summary(request, context["cl"])
        return response

    def _summary(self, request: HttpRequest, changelist: ChangeList) -> dict[str, Any]:
        charges: Any = changelist.queryset
        title = _("Spent in the period chosen")
        if not any(name.startswith("charged_on__") for name in request.GET):
            charges = charges.since(shop_day(timezone.now()).replace(day=1))
            title = _("Spent this month")
        return {
            "spent_title": title,
            "spent": money(charges.total(), conf.CURRENCY),
            "totals": totals_of(charges),
        }


def totals_of(charges: ChargeQuerySet) -> list[Total]:
    """By day, model, product and requester; six queries, however many charges."""
    return [
        _total(gettext_lazy("By day"), charges.by_day(), _days),
        _total(gettext_lazy("By model"), charges.by_model(), _as_they_are),
        _total(gettext_lazy("By product"), charges.by_product(), _products),
        _total(gettext_lazy("By person"), charges.by_requester(), _people),
    ]


def _total(
    title: Any, amounts: Mapping[Any, Decimal], name: Callable[[list[Any]], Mapping[Any, Any]]
) -> Total:
    shown = dict(islice(amounts.items(), LINES))
    names = name([key for key in shown if key is not None])
    lines = [
        (str(names.get(key, _("nobody, or deleted"))), money(amount, conf.CURRENCY))
        for key, amount in shown.items()
    ]
    rest = sum((amount for key, amount in amounts.items() if key not in shown), Decimal(0))
    if rest:
        lines.append((_("all others"), money(rest, conf.CURRENCY)))
    return Total(title=title, lines=lines)


def _as_they_are(names: list[Any]) -> dict[Any, str]:
    return {name: name for name in names}


def _days(days: list[Any]) -> dict[Any, str]:
    return {day: date_format(day, "SHORT_DATE_FORMAT") for day in days}


def _products(keys: list[Any]) -> dict[Any, str]:
    shop = catalogue()
    found = product_model()._default_manager.in_bulk(keys)
    return {key: shop.title(product) for key, product in found.items()}


def _people(keys: list[Any]) -> Mapping[Any, Any]:
    return get_user_model()._default_manager.in_bulk(keys)


@admin.register(Charge)
class ChargeAdmin(ChargeAdminMixin, ModelAdmin):
    """What was paid."""
