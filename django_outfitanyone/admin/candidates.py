"""The candidates of a picture on its page: the others, “Choose this one” and “Another one”."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from django_outfitanyone import actions
from django_outfitanyone.account.money import money
from django_outfitanyone.admin.actions import ResultAction
from django_outfitanyone.admin.visible_rows import check_inputs
from django_outfitanyone.admin.work_permissions import TryOnPermissionMixin
from django_outfitanyone.choices import Status
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.candidates import as_candidate
from django_outfitanyone.jobs.estimate import estimate_rows
from django_outfitanyone.permissions import may_see_costs

if TYPE_CHECKING:
    from django.http import HttpRequest

    from django_outfitanyone.models import TryOnResult
    from django_outfitanyone.models.try_on_queryset import TryOnResultQuerySet


def _is_finished(status: str, _review: str, _published: bool) -> bool:  # noqa: FBT001 - a StateTest
    return status == Status.SUCCEEDED


CHOOSE = ResultAction(
    name="choose",
    label=gettext_lazy("Choose this one"),
    success_message=ngettext_lazy(
        "%(count)d picture chosen.", "%(count)d pictures chosen.", "count"
    ),
    permission="review",
    run=lambda try_on, user: actions.choose(try_on, chosen_by=user),
    allows=_is_finished,
)
ANOTHER = ResultAction(
    name="another",
    label=gettext_lazy("Another one"),
    success_message=ngettext_lazy(
        "%(count)d more picture requested.", "%(count)d more pictures requested.", "count"
    ),
    permission="add",  # it costs money
    run=lambda try_on, user: actions.another(try_on, requested_by=user),
    sends_inputs=True,
    allows=_is_finished,
)
CANDIDATE_ACTIONS = {action.name: action for action in (CHOOSE, ANOTHER)}
"""Actions that only the page of a picture offers, by name."""


@dataclass(frozen=True, kw_only=True)
class CandidatePanel:
    """What the page of a picture shows about its candidates."""

    others: list[TryOnResult]
    may_choose: bool
    another_label: str
    """Label of the button, with the price for who may see it; ``""`` without a button."""


class CandidateMixin(TryOnPermissionMixin):
    """Adds the candidates to the page of a try-on result."""

    def candidate_panel(self, request: HttpRequest, try_on: TryOnResult) -> CandidatePanel:
        """Return what the page shows; without the permissions no buttons."""
        rows = cast("TryOnResultQuerySet", self.get_queryset(request))
        others = list(rows.among_candidates(try_on).exclude(pk=try_on.pk))
        is_open_choice = bool(others) and not try_on.is_chosen and CHOOSE.is_available_for(try_on)
        return CandidatePanel(
            others=others,
            may_choose=is_open_choice and CHOOSE.is_permitted(cast("Any", self), request),
            another_label=self._another_label(request, try_on),
        )

    def _another_label(self, request: HttpRequest, try_on: TryOnResult) -> str:
        if not ANOTHER.is_available_for(try_on) or not self.has_add_permission(request):
            return ""
        try:
            check_inputs(self.admin_site, request, try_on)
            total = estimate_rows([as_candidate(try_on)])
        except RequestRefused:
            return ""
        if not may_see_costs(request.user):
            return str(ANOTHER.label)
        return _("Another one for %(cost)s") % {"cost": money(total.cost, total.currency)}
