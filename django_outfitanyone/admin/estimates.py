"""Texts about what a request will make, cost and take.

``shows_costs`` says whether the reader may see amounts; without them the texts name the pictures.
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_outfitanyone.account.money import money, moneys
from django_outfitanyone.admin.rendering import approximate_duration
from django_outfitanyone.jobs.estimate import Estimate


def estimate_text(estimate: Estimate, *, shows_costs: bool) -> str:
    """Return number of pictures, cost and duration.

    For example “8 pictures, 2 of them already exist and are free; about CNY 3.02; about 1 minute”.
    """
    pictures = ngettext("%(count)d picture", "%(count)d pictures", estimate.count) % {
        "count": estimate.count
    }
    if not estimate.new:
        text = ngettext(
            "%(pictures)s, which already exists and is free",
            "%(pictures)s, which already exist and are free",
            estimate.count,
        )
        return text % {"pictures": pictures}
    if estimate.reused:
        text = ngettext(
            "%(pictures)s, %(count)d of them already exists and is free",
            "%(pictures)s, %(count)d of them already exist and are free",
            estimate.reused,
        )
        pictures = text % {"pictures": pictures, "count": estimate.reused}
    cost = _cost_text(estimate, shows_costs=shows_costs)
    return "; ".join(filter(None, [pictures, cost, approximate_duration(estimate.seconds)]))


def _cost_text(estimate: Estimate, *, shows_costs: bool) -> str:
    if not estimate.is_charged:
        return _("free")
    if not shows_costs:
        return ""
    text = _("would cost about %(cost)s") if estimate.is_sandbox else _("about %(cost)s")
    return text % {"cost": moneys(estimate.costs)}


def make_label(estimate: Estimate, *, shows_costs: bool) -> str:
    """Return the label of the button that requests try-ons, for example “Make 24 pictures …”."""
    if not estimate.new:
        text = ngettext(
            "Reuse %(count)d picture for free", "Reuse %(count)d pictures for free", estimate.count
        )
        return text % {"count": estimate.count}
    if estimate.is_sandbox:
        text = ngettext("Make %(count)d preview", "Make %(count)d previews", estimate.new)
        return text % {"count": estimate.new}
    if not shows_costs or not estimate.is_charged:
        text = ngettext("Make %(count)d picture", "Make %(count)d pictures", estimate.new)
        return text % {"count": estimate.new}
    text = ngettext(
        "Make %(count)d picture for %(cost)s", "Make %(count)d pictures for %(cost)s", estimate.new
    )
    return text % {"count": estimate.new, "cost": moneys(estimate.costs)}


def refine_label(estimate: Estimate, *, shows_costs: bool) -> str:
    """Return the label of the button that requests refined pictures.

    It has no price in a sandbox, nor where a picture is reused, as the form can also ask to make
    that one again.
    """
    if estimate.reused or estimate.is_sandbox or not shows_costs:
        text = ngettext("Refine %(count)d picture", "Refine %(count)d pictures", estimate.count)
        return text % {"count": estimate.count}
    text = ngettext(
        "Refine %(count)d picture for %(cost)s",
        "Refine %(count)d pictures for %(cost)s",
        estimate.count,
    )
    return text % {"count": estimate.count, "cost": moneys(estimate.costs)}


def move_label(estimate: Estimate, *, shows_costs: bool) -> str:
    """Return the label of the button that moves pictures to another engine."""
    if estimate.is_sandbox or not estimate.new or not shows_costs:
        text = ngettext("Move %(count)d picture", "Move %(count)d pictures", estimate.count)
        return text % {"count": estimate.count}
    text = ngettext(
        "Move %(count)d picture for %(cost)s",
        "Move %(count)d pictures for %(cost)s",
        estimate.count,
    )
    return text % {"count": estimate.count, "cost": moneys(estimate.costs)}


def budget_warning(estimate: Estimate, *, shows_costs: bool) -> str:
    """Return a warning if the budget does not cover the cost, else ``""``."""
    if not estimate.is_over_budget:
        return ""
    if estimate.budget_left is None or estimate.cost <= estimate.budget_left:
        return _("The budget of the clothes parses does not cover all of them; some will wait.")
    if not shows_costs:
        return _(
            "The budget does not cover all of them. The remaining pictures wait for the next day "
            "or month, or until the budget is raised."
        )
    left = money(estimate.budget_left, estimate.currency)
    text = _(
        "Only %(left)s is left of the budget. The remaining pictures wait for the next day or "
        "month, or until you raise the budget."
    )
    return text % {"left": left}
