"""What waits for a person's order because of a rule for new garments, and at what price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_outfitanyone.admin.admin_urls import admin_url
from django_outfitanyone.admin.picture_choices import PictureChoices
from django_outfitanyone.admin.try_on_action import may_try_on
from django_outfitanyone.admin.try_on_form import TryOnForm
from django_outfitanyone.admin.visible_rows import visible_rows
from django_outfitanyone.models import Garment, ModelImage, OrderRule
from django_outfitanyone.permissions import may_generate, may_see_costs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.admin import AdminSite
    from django.db.models import QuerySet
    from django.http import HttpRequest

MAX_AT_ONCE = 60
"""Waiting garments that are ordered, or left out, together: the oldest ones."""
MOST_RULES = 5
"""Rules of which the first page says what waits."""


@dataclass(frozen=True, kw_only=True)
class WaitingOrder:
    """The garments that wait because of a rule; ``form`` prices them as the order page will."""

    rule: OrderRule
    garments: Sequence[Garment]
    form: TryOnForm | None
    """``None`` if nothing can be ordered, for example without a usable photo."""
    url: str
    """Where a person approves it."""

    @property
    def count_text(self) -> str:
        """For example “Season: 12 new garments wait for your order”."""
        text = ngettext(
            "%(rule)s: %(count)s new garment waits for your order",
            "%(rule)s: %(count)s new garments wait for your order",
            len(self.garments),
        )
        number = number_format(len(self.garments))
        number = f"{number}+" if len(self.garments) == MAX_AT_ONCE else number
        return text % {"rule": self.rule, "count": number}

    @property
    def price_text(self) -> str:
        """Number of pictures, price and duration, or why nothing can be ordered."""
        if self.form is None:
            return _("The rule has no usable model photo.")
        return self.form.estimate_text or " ".join(self.form.problems)

    @property
    def budget_text(self) -> str:
        """What is left of the budget, or that it does not cover the order."""
        return (self.form.budget_text or self.form.budget_left_text) if self.form else ""

    @property
    def text(self) -> str:
        return f"{self.count_text}: {self.price_text}"


def may_order(site: AdminSite, request: HttpRequest) -> bool:
    """Return whether the user may approve what waits."""
    return may_generate(request.user) and may_try_on(site, request)


def waiting_orders(site: AdminSite, request: HttpRequest) -> list[WaitingOrder]:
    """Return what waits because of the first active rules; none that the user may not approve."""
    if not site.is_registered(OrderRule) or not may_order(site, request):
        return []
    if not site.get_model_admin(OrderRule).has_view_permission(request):
        return []
    found = [waiting_order(site, request, rule) for rule in OrderRule.objects.active()[:MOST_RULES]]
    return [one for one in found if one.garments]


def waiting_order(site: AdminSite, request: HttpRequest, rule: OrderRule) -> WaitingOrder:
    """Return what waits because of the rule, priced for all of its usable photos."""
    garments = waiting_garments(site, request, rule)
    photos = usable_photos(site, request, rule) if garments else []
    form = None
    if photos:
        data = TryOnForm.defaults(garments=garments, photos=photos, rule=rule)
        choices = PictureChoices(site, request, data)
        shows_costs = may_see_costs(request.user)
        form = TryOnForm(data, garments=garments, choices=choices, shows_costs=shows_costs)
    url = f"{admin_url(site, 'tryonresult_add')}?rule={rule.pk}"
    return WaitingOrder(rule=rule, garments=garments, form=form, url=url)


def waiting_garments(site: AdminSite, request: HttpRequest, rule: OrderRule) -> list[Garment]:
    """Return the oldest garments that wait because of the rule and that the user may use."""
    visible: QuerySet[Any] = visible_rows(site, request, Garment)
    waiting = rule.waiting().filter(pk__in=visible.order_by().values("pk"))
    return list(waiting.select_related("product")[:MAX_AT_ONCE])


def usable_photos(site: AdminSite, request: HttpRequest, rule: OrderRule) -> list[ModelImage]:
    """Return the photos of the rule that are offered, and that the user may use."""
    offered: Any = visible_rows(site, request, ModelImage)
    return list(offered.offered().filter(pk__in=rule.photos.order_by().values("pk")))
