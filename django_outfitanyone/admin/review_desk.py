"""The review desk: one waiting picture at a time, beside what it was made of."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from django_outfitanyone.admin.actions import APPROVE, PUBLISH, REJECT
from django_outfitanyone.admin.admin_urls import admin_url
from django_outfitanyone.admin.candidates import CHOOSE, CandidateMixin, CandidatePanel
from django_outfitanyone.admin.notices import page_context
from django_outfitanyone.admin.rendering import review_badge
from django_outfitanyone.admin.review_choices import filter_choices
from django_outfitanyone.admin.review_decisions import (
    DECISIONS,
    UNDO,
    Decision,
    ReviewDecisionMixin,
)
from django_outfitanyone.admin.review_queue import (
    QueueFilter,
    ReviewQueue,
    left_text,
    number,
    review_label,
    skipped,
)
from django_outfitanyone.catalogue import catalogue_for
from django_outfitanyone.choices import RejectionReason
from django_outfitanyone.permissions import may_see_costs

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from django_outfitanyone.models import TryOnResult


@dataclass(frozen=True, kw_only=True)
class ShownPicture:
    """One picture on the desk, with the decisions that its state and the permissions allow."""

    try_on: TryOnResult
    following: TryOnResult | None
    """The next picture, whose file the browser loads ahead."""
    decisions: list[Decision]
    may_reject: bool
    may_correct: bool
    """Whether the user may correct the hotspots."""
    may_choose: bool
    panel: CandidatePanel

    @property
    def candidate_count(self) -> int:
        return 1 + len(self.panel.others)

    @property
    def badge(self) -> SafeString:
        return review_badge(self.try_on)


class ReviewDeskMixin(ReviewDecisionMixin, CandidateMixin):
    """Adds the review desk to the admin of try-on results."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        name = "django_outfitanyone_tryonresult_review"
        return [
            path("review/", view(self.review_view), name=name),
            path("review/picture/", view(self.review_picture_view), name=f"{name}_picture"),
            path("review/do/", view(self.review_decision_view), name=f"{name}_do"),
            *super().get_urls(),
        ]

    @method_decorator(require_GET)
    def review_view(self, request: HttpRequest) -> HttpResponse:
        """Render the whole page."""
        self._check_reviewer(request)
        chosen = QueueFilter.of(request.GET)
        queue = ReviewQueue(self.get_queryset(request), chosen)
        everything = ReviewQueue(self.get_queryset(request), QueueFilter())
        context = {
            **page_context(request, self.admin_site),
            **self._picture_context(request, queue),
            "title": _("Review pictures"),
            "script": "django_outfitanyone/admin/review_desk.js",
            "filters": filter_choices(everything, chosen, catalogue_for(request)),
            "left": left_text(queue.count()),
            "may_decide": self.has_review_permission(request),
            "last": self._last_decided(request),
            "keys": _keys(shows_costs=may_see_costs(request.user)),
        }
        return TemplateResponse(request, "admin/django_outfitanyone/review_desk.html", context)

    @method_decorator(require_GET)
    def review_picture_view(self, request: HttpRequest) -> HttpResponse:
        """Render one picture, for the script of the page."""
        self._check_reviewer(request)
        queue = ReviewQueue(self.get_queryset(request), QueueFilter.of(request.GET))
        context = self._picture_context(request, queue)
        return TemplateResponse(request, "admin/django_outfitanyone/review_picture.html", context)

    def review_button(self, request: HttpRequest) -> dict[str, str]:
        """Return address and label of the button to the desk, for users who may view all."""
        if not self.has_view_permission(request):
            return {}
        count = ReviewQueue(self.get_queryset(request), QueueFilter()).count()
        return {
            "review_url": admin_url(self.admin_site, "tryonresult_review"),
            "review_label": review_label(count),
        }

    def _check_reviewer(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _picture_context(self, request: HttpRequest, queue: ReviewQueue) -> dict[str, Any]:
        request.current_app = self.admin_site.name
        try_on = self._asked_for(request, queue)
        return {
            "shown": self._shown(request, queue, try_on) if try_on else None,
            "filter": queue.chosen.query,
            "query": urlencode(queue.chosen.query),
            "reasons": RejectionReason.choices,
            "order": uuid.uuid4(),
        }

    def _asked_for(self, request: HttpRequest, queue: ReviewQueue) -> TryOnResult | None:
        """Return the picture that the address names, or the one after or before it."""
        without = skipped(request.GET)
        at, after, before = (
            number(request.GET.get(name, "")) for name in ("at", "after", "before")
        )
        if at:
            return self._finished(request, at) or queue.first(without=without)
        if after:
            return queue.after(int(after), without=without)
        if before:
            return queue.before(int(before), without=without)
        return queue.first(without=without)

    def _finished(self, request: HttpRequest, pk: str) -> TryOnResult | None:
        row: TryOnResult | None = self.get_queryset(request).filter(pk=pk).first()
        return row if row and row.has_succeeded else None

    def _shown(self, request: HttpRequest, queue: ReviewQueue, try_on: TryOnResult) -> ShownPicture:
        allowed = {
            name: decision
            for name, decision in DECISIONS.items()
            if decision.action.is_available_for(try_on)
            and decision.action.is_permitted(cast("Any", self), request)
        }
        buttons = [allowed[name] for name in (APPROVE.name, PUBLISH.name) if name in allowed]
        return ShownPicture(
            try_on=try_on,
            following=queue.after(try_on.pk, without=skipped(request.GET)),
            decisions=buttons,
            may_reject=REJECT.name in allowed,
            may_correct=self.has_review_permission(request),
            may_choose=CHOOSE.is_permitted(cast("Any", self), request),
            panel=self.candidate_panel(request, try_on),
        )

    def _last_decided(self, request: HttpRequest) -> TryOnResult | None:
        """Return the picture whose decision the button “Undo” takes back, if there is one."""
        pk = number(request.GET.get("last", ""))
        row = self._finished(request, pk) if pk else None
        is_undoable = row and UNDO.is_available_for(row) and UNDO.is_permitted(self, request)
        return row if is_undoable else None


def _keys(*, shows_costs: bool) -> list[tuple[str, str]]:
    """Return the keys of the keyboard and what they do."""
    another = _("Make another candidate, at the price on the button")
    return [
        ("J", _("Next picture")),
        ("K", _("Previous picture")),
        ("A", _("Approve")),
        ("R", _("Reject, then a number for the reason")),
        ("P", _("Publish")),
        ("U", _("Undo the last decision")),
        ("M", another if shows_costs else _("Make another candidate")),
        ("C", _("Compare the candidates, then a number to choose one")),
        ("Z", _("Zoom in or out")),
        ("E", _("Edit the hotspots")),
        ("?", _("Show the keys")),
    ]
