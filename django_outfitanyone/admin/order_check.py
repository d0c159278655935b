"""Before pictures are requested: has the price risen since it was shown, and is the order large?

A page without its script cannot update the price, so the form sends the one that it showed.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from django_outfitanyone.admin.estimates import estimate_text
from django_outfitanyone.jobs.estimate import Estimate

LARGE_ORDER = 100
"""Pictures above which the page asks once more."""


def as_text(estimate: Estimate) -> str:
    """Return the costs for a hidden field, for example ``CNY=3.02 USD=0.5``."""
    return " ".join(f"{currency}={cost:f}" for currency, cost in estimate.costs.items() if cost)


def is_dearer(estimate: Estimate, shown: str) -> bool:
    """Return whether the order costs more in any currency than the page has shown."""
    try:
        pairs = (part.split("=") for part in shown.split())
        known = {currency: Decimal(cost) for currency, cost in pairs}
        return any(cost > known.get(name, 0) for name, cost in estimate.costs.items())
    except (ValueError, InvalidOperation):
        return True


def asks_twice(estimate: Estimate) -> bool:
    """Return whether the order is so large, or so much over budget, that the page asks again."""
    if not any(estimate.costs.values()):
        return False
    return estimate.new > LARGE_ORDER or estimate.is_over_budget


def question(estimate: Estimate) -> str:
    """Return what the page asks; it names the same total as the page did."""
    if estimate.is_over_budget:
        text = _("The budget does not cover this order: %(estimate)s. Request it anyway?")
    else:
        text = _("This is a large order: %(estimate)s. Request it?")
    return text % {"estimate": estimate_text(estimate)}
