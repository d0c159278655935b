"""What people do with try-ons, as one table for lists, detail pages and batches."""

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
from django_outfitanyone.choices import UNSENT, Review, Status
from django_outfitanyone.conf import ConfigurationError
from django_outfitanyone.exceptions import OutfitAnyoneError

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from django_outfitanyone.admin.classes import ModelAdmin
    from django_outfitanyone.models import TryOnResult

Fits = Callable[[str, str, bool], bool]
"""Status, review, whether published: whether a verb makes sense there."""


@dataclass(frozen=True, kw_only=True)
class Verb:
    """``permission`` is Django's word for what one needs on try-on results."""

    name: str
    label: Any
    done: Any
    permission: str
    act: Callable[[TryOnResult, Any], None]
    fits: Fits
    fits_all: Fits | None = None
    """Where “for all” stops short of what one may do to a single picture."""
    sweep: Callable[[QuerySet[TryOnResult]], list[TryOnResult]] | None = None
    """Does it to most rows of a large batch at once; the others follow one by one."""

    def fits_to(self, try_on: TryOnResult) -> bool:
        """Whether to offer the verb for this row."""
        return self.fits(try_on.status, try_on.review, try_on.published_at is not None)

    def fits_to_all(self, status: str, review: str, published: bool) -> bool:  # noqa: FBT001 - as Fits
        """Whether “for all” includes rows like these."""
        return (self.fits_all or self.fits)(status, review, published)

    def is_permitted(self, model_admin: ModelAdmin, request: HttpRequest) -> bool:
        """Whether this person may do it."""
        return bool(getattr(model_admin, f"has_{self.permission}_permission")(request))


def _finished(status: str) -> bool:
    return status == Status.SUCCEEDED


APPROVE = Verb(
    name="approve",
    label=_("Approve"),
    done=ngettext_lazy("%(count)d picture approved.", "%(count)d pictures approved.", "count"),
    permission="change",
    act=lambda try_on, user: actions.approve(try_on, reviewed_by=user),
    fits=lambda status, review, _published: _finished(status) and review != Review.APPROVED,
    fits_all=lambda status, review, _published: _finished(status) and review == Review.TO_REVIEW,
)
REJECT = Verb(
    name="reject",
    label=_("Reject"),
    done=ngettext_lazy("%(count)d picture rejected.", "%(count)d pictures rejected.", "count"),
    permission="change",
    act=lambda try_on, user: actions.reject(try_on, reviewed_by=user),
    fits=lambda status, review, _published: _finished(status) and review != Review.REJECTED,
    fits_all=lambda status, review, _published: _finished(status) and review == Review.TO_REVIEW,
)
PUBLISH = Verb(
    name="publish",
    label=_("Publish"),
    done=ngettext_lazy("%(count)d picture published.", "%(count)d pictures published.", "count"),
    permission="change",
    act=lambda try_on, user: actions.publish(try_on, reviewed_by=user),
    fits=lambda status, review, published: (
        _finished(status) and review != Review.REJECTED and not published
    ),
)
UNPUBLISH = Verb(
    name="unpublish",
    label=_("Unpublish"),
    done=ngettext_lazy(
        "%(count)d picture is no longer published.",
        "%(count)d pictures are no longer published.",
        "count",
    ),
    permission="change",
    act=lambda try_on, _user: actions.unpublish(try_on),
    fits=lambda _status, _review, published: published,
    fits_all=lambda _status, _review, _published: False,
)
RETRY = Verb(
    name="retry",
    label=_("Try again"),
    done=ngettext_lazy(
        "%(count)d picture is tried again.", "%(count)d pictures are tried again.", "count"
    ),
    permission="add",  # it may have to be paid for
    act=lambda try_on, _user: actions.retry(try_on),
    fits=lambda status, _review, _published: status in {Status.FAILED, Status.CANCELED},
    fits_all=lambda status, _review, _published: status == Status.FAILED,
)
CANCEL = Verb(
    name="cancel",
    label=_("Cancel"),
    done=ngettext_lazy("%(count)d picture canceled.", "%(count)d pictures canceled.", "count"),
    permission="change",
    act=lambda try_on, _user: actions.cancel(try_on),
    fits=lambda status, _review, _published: status in UNSENT or status == Status.RUNNING,
    sweep=actions.cancel_unsent,
)
VERBS = {
    verb.name: verb for verb in (APPROVE, REJECT, PUBLISH, UNPUBLISH, RETRY, CANCEL)
}  # in the order of their buttons


def carry_out(
    verb: Verb,
    try_ons: Iterable[TryOnResult],
    *,
    model_admin: ModelAdmin,
    request: HttpRequest,
    swept: Sequence[TryOnResult] = (),
) -> None:
    """Do it to each, and say how many it was done to and why not to the others."""
    user: Any = request.user
    done = [try_on.pk for try_on in swept]

    def do(try_on: TryOnResult) -> None:
        verb.act(try_on, user)
        done.append(try_on.pk)

    refusals = Counter(refusal_of(partial(do, try_on)) for try_on in try_ons)
    del refusals[""]
    if done:
        changed = model_admin.get_queryset(request).in_bulk(done)
        LogEntry.objects.log_actions(user.pk, changed.values(), CHANGE, str(verb.label))
        model_admin.message_user(request, verb.done % {"count": len(done)}, messages.SUCCESS)
    warn_of_refusals(refusals, model_admin=model_admin, request=request)


def refusal_of(act: Callable[[], object]) -> str:
    """Do it; why that was refused, or ``""`` when it was done."""
    try:
        act()
    except (OutfitAnyoneError, ConfigurationError) as error:
        return str(error)
    return ""


def warn_of_refusals(
    refusals: Counter[str], *, model_admin: ModelAdmin, request: HttpRequest
) -> None:
    """Each reason once, with how often it came."""
    for reason, count in refusals.items():
        text = f"{count} × {reason}" if count > 1 else reason
        model_admin.message_user(request, text, messages.WARNING)


def as_list_action(verb: Verb) -> Callable[..., None]:
    """The verb as an action of the list of try-ons."""

    @admin.action(description=verb.label, permissions=[verb.permission])
    def action(model_admin: Any, request: HttpRequest, queryset: QuerySet[TryOnResult]) -> None:
        carry_out(verb, queryset, model_admin=model_admin, request=request)

    action.__name__ = verb.name
    return action
