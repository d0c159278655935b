"""The decisions of the review desk: one POST each, answered with a page or, for its script, JSON.

A form says which state of the picture it showed. If another person has decided since, nothing is
overwritten, and the answer says what was decided.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_POST

from django_outfitanyone import actions
from django_outfitanyone.admin.actions import (
    APPROVE,
    PUBLISH,
    REJECT,
    ResultAction,
    refusal_of,
)
from django_outfitanyone.admin.admin_urls import admin_url
from django_outfitanyone.admin.candidates import ANOTHER, CHOOSE
from django_outfitanyone.admin.review_queue import (
    QueueFilter,
    ReviewQueue,
    as_uuid,
    left_text,
    number,
)
from django_outfitanyone.admin.visible_rows import check_inputs
from django_outfitanyone.admin.work_permissions import TryOnPermissionMixin
from django_outfitanyone.choices import Review, Status

if TYPE_CHECKING:
    from django_outfitanyone.models import TryOnResult

Form = Mapping[str, Any]

UNDO = ResultAction(
    name="undo",
    label=gettext_lazy("Undo"),
    success_message=ngettext_lazy(
        "%(count)d decision undone.", "%(count)d decisions undone.", "count"
    ),
    permission="review",
    run=lambda try_on, user: actions.undo_review(try_on, undone_by=user),
    allows=lambda status, review, published: (
        status == Status.SUCCEEDED and (published or review != Review.TO_REVIEW)
    ),
)


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a person may decide about the picture on the desk."""

    action: ResultAction
    key: str
    """The key of the keyboard, as it is shown on the button."""
    done: Any
    """The sentence that says that it is done."""
    run: Callable[[TryOnResult, Any, Form], object]
    """Takes the row, the user and the form."""
    leads_on: bool = True
    """Whether the next picture is shown then."""


DECISIONS = {
    decision.action.name: decision
    for decision in (
        Decision(
            action=APPROVE,
            key="A",
            done=gettext_lazy("Approved."),
            run=lambda try_on, user, form: actions.approve(
                try_on, reviewed_by=user, seen=form["seen"]
            ),
        ),
        Decision(
            action=REJECT,
            key="R",
            done=gettext_lazy("Rejected."),
            run=lambda try_on, user, form: actions.reject(
                try_on, reviewed_by=user, reason=_reason(form), seen=form["seen"]
            ),
        ),
        Decision(
            action=PUBLISH,
            key="P",
            done=gettext_lazy("Published."),
            run=lambda try_on, user, form: actions.publish(
                try_on, reviewed_by=user, seen=form["seen"]
            ),
        ),
        Decision(
            action=CHOOSE,
            key="C",  # and then the number of the candidate
            done=gettext_lazy("Chosen."),
            run=lambda try_on, user, form: actions.choose(
                try_on, chosen_by=user, seen=form["seen"]
            ),
        ),
        Decision(
            action=ANOTHER,
            key="M",
            done=gettext_lazy("Another picture was requested."),
            run=lambda try_on, user, form: actions.another(
                try_on, requested_by=user, batch=uuid.UUID(form["order"])
            ),
            leads_on=False,
        ),
        Decision(
            action=UNDO,
            key="U",
            done=gettext_lazy("Undone."),
            run=lambda try_on, user, form: actions.undo_review(
                try_on, undone_by=user, seen=form["seen"]
            ),
            leads_on=False,
        ),
    )
}
"""By name, in the order of their buttons."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a decision; ``refusal`` is why nothing was changed, or ``""``."""

    decision: Decision
    try_on: TryOnResult
    refusal: str
    left: int

    @property
    def text(self) -> str:
        return self.refusal or f"{self.decision.done} {left_text(self.left)}"


class ReviewDecisionMixin(TryOnPermissionMixin):
    """Adds the view that takes the decisions."""

    @method_decorator(require_POST)
    def review_decision_view(self, request: HttpRequest) -> HttpResponse:
        """Decide about one picture, then show the next one, or answer the script."""
        decision = DECISIONS.get(request.POST.get("decision", ""))
        if decision is None or not _is_complete(request.POST):
            raise Http404
        is_permitted = decision.action.is_permitted(self, request)
        if not is_permitted or not self.has_view_permission(request):
            raise PermissionDenied
        try_on = self.get_object(request, number(request.POST.get("picture", "")) or "0")
        if try_on is None:
            raise Http404
        outcome = self._decide(request, decision, try_on)
        if "_json" in request.POST:
            return _as_json(outcome)
        return self._as_redirect(request, outcome)

    def _decide(self, request: HttpRequest, decision: Decision, try_on: TryOnResult) -> Outcome:
        def run() -> None:
            if decision.action.sends_inputs:
                check_inputs(self.admin_site, request, try_on)
            decision.run(try_on, request.user, request.POST)

        refusal = refusal_of(run)
        if not refusal:
            self.log_change(request, try_on, _history_text(decision, try_on))
        queue = ReviewQueue(self.get_queryset(request), QueueFilter.of(request.POST))
        return Outcome(decision=decision, try_on=try_on, refusal=refusal, left=queue.count())

    def _as_redirect(self, request: HttpRequest, outcome: Outcome) -> HttpResponse:
        level = messages.WARNING if outcome.refusal else messages.SUCCESS
        self.message_user(request, outcome.text, level)
        pk = outcome.try_on.pk
        query: dict[str, Any] = dict(QueueFilter.of(request.POST).query)
        if outcome.decision.leads_on and not outcome.refusal:
            query |= {"after": pk, "last": pk}
        else:
            query |= {"at": pk}
        return redirect(f"{admin_url(self.admin_site, 'tryonresult_review')}?{urlencode(query)}")


def _is_complete(form: Form) -> bool:
    """Return whether the form has what its decision needs, as those of the desk do."""
    if form.get("decision") != ANOTHER.name:
        return bool(form.get("seen"))
    return bool(as_uuid(form.get("order", "")))


def _reason(form: Form) -> str:
    return str(form.get("own_reason") or form.get("reason", ""))


def _history_text(decision: Decision, try_on: TryOnResult) -> str:
    """Return what the history of the picture says: the decision, and why or with what result."""
    label = str(decision.action.label)
    if decision.action is REJECT and try_on.rejection_reason:
        return f"{label}: {try_on.rejection_text}"
    if decision.action is UNDO:
        return f"{label}: {try_on.get_review_display()}"
    return label


def _as_json(outcome: Outcome) -> JsonResponse:
    """Answer the script; ``version`` lets it undo the decision unless another one follows."""
    facts = {
        "done": not outcome.refusal,
        "text": outcome.text,
        "left": left_text(outcome.left),
        "picture": outcome.try_on.pk,
        "version": outcome.try_on.review_version,
    }
    return JsonResponse(facts, status=409 if outcome.refusal else 200)
