"""What the page says about an order: number, price, duration, and what is left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_outfitanyone.account.money import money
from django_outfitanyone.admin.estimates import budget_warning, estimate_text, make_label
from django_outfitanyone.admin.order_check import (
    as_text,
    asks_twice,
    dearer_text,
    is_dearer,
    question,
)

if TYPE_CHECKING:
    from django.http import QueryDict

    from django_outfitanyone.admin.matrix import Matrix
    from django_outfitanyone.jobs.estimate import Estimate

MAX_REASONS = 5
"""Refused outfits and photos that the summary names; the matrix shows all of them."""


class OrderSummary:
    """The texts of a form that has an estimate and a matrix."""

    matrix: Matrix | None
    errors: Any
    adapted: list[str]
    """Why the page is shown again, in sentences."""
    shows_costs = False
    """Whether the user may see amounts of money."""
    is_asking = False
    """Whether the page asks once more before it requests the pictures."""

    @property
    def estimate(self) -> Estimate | None:
        """The estimate, or ``None`` if the form is not valid."""
        raise NotImplementedError

    def is_ordered(self, data: QueryDict) -> bool:
        """Return whether a button requests what the page has shown, and large orders twice."""
        estimate = self.estimate
        if not data.keys() & {"_order", "_confirm"} or estimate is None or self.adapted:
            return False
        if "shown_costs" in data and is_dearer(estimate, str(data["shown_costs"])):
            self.adapted.append(dearer_text(shows_costs=self.shows_costs))
            return False
        self.is_asking = "_confirm" not in data and asks_twice(estimate)
        return not self.is_asking

    @property
    def estimate_text(self) -> str:
        return self._worded(estimate_text)

    @property
    def submit_label(self) -> str:
        """The label of the button that requests the pictures."""
        return self._worded(make_label) or _("Make these pictures")

    @property
    def budget_text(self) -> str:
        return self._worded(budget_warning)

    @property
    def budget_left_text(self) -> str:
        """What is left of the budget now, if there is one that covers the order."""
        estimate = self.estimate if self.shows_costs else None
        if estimate is None or estimate.budget_left is None or estimate.is_over_budget:
            return ""
        left = money(estimate.budget_left, estimate.currency)
        after = money(estimate.budget_left - estimate.cost, estimate.currency)
        text = _("%(left)s of the budget is left now, %(after)s after this order.")
        return text % {"left": left, "after": after}

    @property
    def question(self) -> str:
        """What the page asks before a large order, else ``""``."""
        return self._worded(question) if self.is_asking else ""

    @property
    def confirm_label(self) -> str:
        """The label of the button that answers the question."""
        return _("Confirm: %(label)s") % {"label": self.submit_label}

    @property
    def shown_costs(self) -> str:
        """The price on the page, in the form that ``is_dearer`` reads."""
        return self._worded(as_text)

    def _worded(self, words: Callable[..., str]) -> str:
        """Return what the function says about the estimate, with amounts for who may see them."""
        return words(self.estimate, shows_costs=self.shows_costs) if self.estimate else ""

    @property
    def problems(self) -> list[str]:
        """All errors, in the order of the fields."""
        return [str(text) for texts in self.errors.values() for text in texts]

    @property
    def left_out_text(self) -> str:
        """How many pictures are left out because the engine would refuse them, and why."""
        count = self.matrix.refused if self.matrix else 0
        if not self.matrix or not count:
            return ""
        text = ngettext(
            "%(count)d picture is left out, because the engine would refuse it.",
            "%(count)d pictures are left out, because the engine would refuse them.",
            count,
        )
        reasons = self.matrix.reasons
        named = [
            _("“%(picture)s”: %(reason)s") % {"picture": name, "reason": reason}
            for name, reason in reasons[:MAX_REASONS]
        ]
        return " ".join([text % {"count": count}, *named])
