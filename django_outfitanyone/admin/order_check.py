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


PICTURES = "pictures"
"""Stands in for a currency where the page shows no amounts."""


def as_text(estimate: Estimate, *, shows_costs: bool) -> str:
    """Return the costs for a hidden field, for example ``CNY=3.02 USD=0.5``.

    Without permission to see costs, it is the number of pictures that cost something.
    """
    if not shows_costs:
        return f"{PICTURES}={_charged(estimate)}"
    return " ".join(f"{currency}={cost:f}" for currency, cost in estimate.costs.items() if cost)


def is_dearer(estimate: Estimate, shown: str) -> bool:
    """Return whether the order costs more, in any currency or pictures, than the page showed."""
    try:
        pairs = (part.split("=") for part in shown.split())
        known = {currency: Decimal(cost) for currency, cost in pairs}
        if PICTURES in known:
            return _charged(estimate) > known[PICTURES]
        return any(cost > known.get(name, 0) for name, cost in estimate.costs.items())
    except (ValueError, InvalidOperation):
        return True


def dearer_text(*, shows_costs: bool) -> str:
    """Return what the page says if ``is_dearer``."""
    if shows_costs:
        return _("The price has changed. Check it, then press the button again.")
    return _("More pictures would be charged now. Check them, then press the button again.")


def _charged(estimate: Estimate) -> int:
    return estimate.new if estimate.is_charged else 0


def asks_twice(estimate: Estimate) -> bool:
    """Return whether the order is so large, or so much over budget, that the page asks again."""
    if not estimate.is_charged:
        return False
    return estimate.new > LARGE_ORDER or estimate.is_over_budget


def question(estimate: Estimate, *, shows_costs: bool) -> str:
    """Return what the page asks; it names the same total as the page did."""
    if estimate.is_over_budget:
        text = _("The budget does not cover this order: %(estimate)s. Request it anyway?")
    else:
        text = _("This is a large order: %(estimate)s. Request it?")
    return text % {"estimate": estimate_text(estimate, shows_costs=shows_costs)}
