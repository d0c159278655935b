"""The admin actions on try-on results, one table for changelists, detail pages and batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from django_outfitanyone import actions
from django_outfitanyone.admin.visible_rows import check_inputs
from django_outfitanyone.choices import UNSENT, Review, Status
from django_outfitanyone.conf import ConfigurationError
from django_outfitanyone.exceptions import OutfitAnyoneError

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from django_outfitanyone.admin.django_classes import ModelAdmin
    from django_outfitanyone.models import TryOnResult

StateTest = Callable[[str, str, bool], bool]
"""Takes the status, the review state and whether the picture is published."""


@dataclass(frozen=True, kw_only=True)
class ResultAction:
    """An action on try-on results; ``has_<permission>_permission`` of their admin permits it."""

    name: str
    label: Any
    success_message: Any
    permission: str
    run: Callable[[TryOnResult, Any], object]
    """Takes the row and the user."""
    allows: StateTest
    allows_in_bulk: StateTest | None = None
    """Set where the button for a whole batch skips rows that ``allows`` accepts."""
    sends_inputs: bool = False
    """Whether photo and garments are sent again; then the user must be allowed to see them."""
    among: Callable[[Any], QuerySet[TryOnResult]] | None = None
    """Returns those of a batch's try-ons that the button for all of them may include."""
    left_out_message: Any = None
    """What is said about rows that only ``among`` leaves out."""

    def is_available_for(self, try_on: TryOnResult) -> bool:
        """Return whether this row is in a state that allows the action."""
        if self.sends_inputs and try_on.is_replaced:
            return False
        return self.allows(try_on.status, try_on.review, try_on.published_at is not None)

    def includes_in_bulk(self, status: str, review: str, published: bool) -> bool:  # noqa: FBT001 - as StateTest
        """Return whether the action on a whole batch includes rows in this state."""
        return (self.allows_in_bulk or self.allows)(status, review, published)

    def rows_in_bulk(self, rows: QuerySet[TryOnResult]) -> tuple[list[TryOnResult], int]:
        """Return the rows of a batch that the button for all of them changes.

        Also returns how many more ``among`` leaves out.
        """
        possible = [
            row
            for row in rows.all()
            if self.includes_in_bulk(row.status, row.review, row.published_at is not None)
        ]
        if self.among is None:
            return possible, 0
        included = set(self.among(rows).order_by().values_list("pk", flat=True))
        changing = [row for row in possible if row.pk in included]
        return changing, len(possible) - len(changing)

    def is_permitted(self, model_admin: ModelAdmin, request: HttpRequest) -> bool:
        """Return whether the user has the permission for this action."""
        return bool(getattr(model_admin, f"has_{self.permission}_permission")(request))


def _has_succeeded(status: str) -> bool:
    return status == Status.SUCCEEDED


APPROVE = ResultAction(
    name="approve",
    label=_("Approve"),
    success_message=ngettext_lazy(
        "%(count)d picture approved.", "%(count)d pictures approved.", "count"
    ),
    permission="review",
    run=lambda try_on, user: actions.approve(try_on, reviewed_by=user),
    allows=lambda status, review, _published: _has_succeeded(status) and review != Review.APPROVED,
    allows_in_bulk=lambda status, review, _published: (
        _has_succeeded(status) and review == Review.TO_REVIEW
    ),
)
REJECT = ResultAction(
    name="reject",
    label=_("Reject"),
    success_message=ngettext_lazy(
        "%(count)d picture rejected.", "%(count)d pictures rejected.", "count"
    ),
    permission="review",
    run=lambda try_on, user: actions.reject(try_on, reviewed_by=user),
    allows=lambda status, review, _published: _has_succeeded(status) and review != Review.REJECTED,
    allows_in_bulk=lambda status, review, _published: (
        _has_succeeded(status) and review == Review.TO_REVIEW
    ),
)
PUBLISH = ResultAction(
    name="publish",
    label=_("Publish"),
    success_message=ngettext_lazy(
        "%(count)d picture published.", "%(count)d pictures published.", "count"
    ),
    permission="publish",
    run=lambda try_on, user: actions.publish(try_on, reviewed_by=user),
    allows=lambda status, review, published: (
        _has_succeeded(status) and review != Review.REJECTED and not published
    ),
    among=lambda rows: rows.publishable_at_once(),
    left_out_message=ngettext_lazy(
        "%(count)d candidate was left out: of each request, the chosen or only one is published.",
        "%(count)d candidates were left out: of each request, the chosen or only one is published.",
        "count",
    ),
)
UNPUBLISH = ResultAction(
    name="unpublish",
    label=_("Unpublish"),
    success_message=ngettext_lazy(
        "%(count)d picture is no longer published.",
        "%(count)d pictures are no longer published.",
        "count",
    ),
    permission="publish",
    run=lambda try_on, _user: actions.unpublish(try_on),
    allows=lambda _status, _review, published: published,
    allows_in_bulk=lambda _status, _review, _published: False,
)
RETRY = ResultAction(
    name="retry",
    label=_("Retry"),
    success_message=ngettext_lazy(
        "%(count)d picture will be retried.", "%(count)d pictures will be retried.", "count"
    ),
    permission="add",  # a retry may cost money
    run=lambda try_on, _user: actions.retry(try_on),
    sends_inputs=True,
    allows=lambda status, _review, _published: status in {Status.FAILED, Status.CANCELED},
    allows_in_bulk=lambda status, _review, _published: status == Status.FAILED,
)
CANCEL = ResultAction(
    name="cancel",
    label=_("Cancel"),
    success_message=ngettext_lazy(
        "%(count)d picture canceled.", "%(count)d pictures canceled.", "count"
    ),
    permission="cancel",
    run=lambda try_on, _user: actions.cancel(try_on),
    allows=lambda status, _review, _published: status in UNSENT or status == Status.RUNNING,
)
RESULT_ACTIONS = {
    action.name: action for action in (APPROVE, REJECT, PUBLISH, UNPUBLISH, RETRY, CANCEL)
}
"""By name, in the order of their buttons."""


def run_action(
    action: ResultAction,
    try_ons: Iterable[TryOnResult],
    *,
    model_admin: ModelAdmin,
    request: HttpRequest,
    already_done: Sequence[TryOnResult] = (),
) -> None:
    """Run the action on each row, log the changes, and report successes and refusals.

    already_done: rows that have been changed in another way.
    """
    user: Any = request.user
    done = [try_on.pk for try_on in already_done]

    def run(try_on: TryOnResult) -> None:
        if action.sends_inputs:
            check_inputs(model_admin.admin_site, request, try_on)
        action.run(try_on, user)
        done.append(try_on.pk)

    refusals = Counter(refusal_of(partial(run, try_on)) for try_on in try_ons)
    del refusals[""]
    if done:
        changed = model_admin.get_queryset(request).in_bulk(done)
        LogEntry.objects.log_actions(user.pk, changed.values(), CHANGE, str(action.label))
        text = action.success_message % {"count": len(done)}
        model_admin.message_user(request, text, messages.SUCCESS)
    warn_about_refusals(refusals, model_admin=model_admin, request=request)


def refusal_of(operation: Callable[[], object]) -> str:
    """Call the operation; return why it was refused, or ``""`` if it was not."""
    try:
        operation()
    except (OutfitAnyoneError, ConfigurationError) as error:
        return str(error)
    return ""


def warn_about_refusals(
    refusals: Counter[str], *, model_admin: ModelAdmin, request: HttpRequest
) -> None:
    """Show each reason once, with the number of times it occurred."""
    for reason, count in refusals.items():
        text = f"{count} × {reason}" if count > 1 else reason
        model_admin.message_user(request, text, messages.WARNING)


def as_changelist_action(action: ResultAction) -> Callable[..., None]:
    """Return the action as a function for ``ModelAdmin.actions``."""

    @admin.action(description=action.label, permissions=[action.permission])
    def changelist_action(
        model_admin: Any, request: HttpRequest, queryset: QuerySet[TryOnResult]
    ) -> None:
        run_action(action, queryset, model_admin=model_admin, request=request)

    changelist_action.__name__ = action.name
    return changelist_action
