"""The try-on pictures on the page of a product, whatever the shop's product model is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from django_outfitanyone.admin.admin_urls import admin_url
from django_outfitanyone.admin.django_classes import FieldNames
from django_outfitanyone.admin.rendering import STYLESHEET, badge
from django_outfitanyone.admin.try_on_action import TryOnButtonMixin
from django_outfitanyone.catalogue import catalogue_for
from django_outfitanyone.choices import Review, Status
from django_outfitanyone.models import TryOnResult

if TYPE_CHECKING:
    from django.http import HttpRequest

    from django_outfitanyone.models.try_on_queryset import TryOnResultQuerySet

NEWEST = 12
"""Pictures shown."""
MOST_COUNTED = 1_000
"""Try-ons of which the states are counted, the newest ones."""
PUBLISHED = "published"


class ProductLooksMixin(TryOnButtonMixin):
    """Adds the garments and the newest try-on pictures of a product to its page.

    For the admin of a shop's own product model, together with the action “Try on…”. The buttons
    are those that the user also has in the list of try-on results.
    """

    class Media:
        css = {"all": [STYLESHEET]}

    def panels_below(self, request: HttpRequest, row: Any) -> FieldNames:
        panels = super().panels_below(request, row)
        return (*panels, "product_looks") if self._may_see_looks(request) else panels

    @admin.display(description=gettext_lazy("try-on pictures"))
    def product_looks(self, product: Any) -> SafeString:
        """Return the garments, how many try-ons are in which state, and the newest ones."""
        request = product.admin_request
        results: Any = self.admin_site.get_model_admin(TryOnResult)
        family = catalogue_for(request).family(product)
        rows = results.get_queryset(request).for_products(family).order_by("-pk")
        query = urlencode({"product": product.pk})
        return self.render_panel(
            "product_looks",
            product,
            garments=list(self._garments_of_row(product)[:NEWEST]),
            states=_states(rows),
            cards=results.cards(request, rows[:NEWEST]),
            all_url=f"{admin_url(self.admin_site, 'tryonresult_changelist')}?{query}",
            next_query=urlencode({"next": f"{request.get_full_path()}#outfit-product-looks"}),
        )

    def _may_see_looks(self, request: HttpRequest) -> bool:
        if not self.admin_site.is_registered(TryOnResult):
            return False
        return self.admin_site.get_model_admin(TryOnResult).has_view_permission(request)


def _states(rows: TryOnResultQuerySet) -> list[tuple[SafeString, str]]:
    """Return the badge of each state in which there are try-ons, and how many there are."""
    found = rows.values_list("status", "review", "published_at")[:MOST_COUNTED]
    counts = Counter(_state(*facts) for facts in found)
    labels = {**dict(Review.choices), PUBLISHED: _("published"), **dict(Status.choices)}
    return [
        (badge(state, str(label)), _count_text(counts[state]))
        for state, label in labels.items()
        if state in counts
    ]


def _state(status: str, review: str, published_at: Any) -> str:
    """Return what a person wants to know about a try-on: of a finished one, the review."""
    if status != Status.SUCCEEDED:
        return status
    return PUBLISHED if published_at else review


def _count_text(count: int) -> str:
    return ngettext("%(count)d picture", "%(count)d pictures", count) % {"count": count}
