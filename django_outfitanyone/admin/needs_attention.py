"""Decisions about try-ons whose submit had an unclear outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.dateparse import parse_datetime
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from django_outfitanyone import actions
from django_outfitanyone.admin.actions import refusal_of
from django_outfitanyone.admin.admin_urls import admin_url
from django_outfitanyone.admin.work_permissions import TryOnPermissionMixin

if TYPE_CHECKING:
    from django_outfitanyone.models import TryOnResult

TASK_STATES: dict[str, Any] = {
    "waiting": gettext_lazy("waiting in the engine's queue"),
    "running": gettext_lazy("running"),
    "succeeded": gettext_lazy("succeeded"),
    "failed": gettext_lazy("failed"),
    "canceled": gettext_lazy("canceled"),
    "gone": gettext_lazy("no longer known to the engine"),
}


@dataclass(frozen=True, kw_only=True)
class CandidateTask:
    """A remote task from the time of the submit that belongs to no other row."""

    task_id: str
    state: str
    submitted_at: datetime | None


def candidate_tasks(try_on: TryOnResult) -> list[CandidateTask]:
    """Return the remote tasks that the unclear submit may have created."""
    return [
        CandidateTask(
            task_id=found["task_id"],
            state=str(TASK_STATES.get(found["state"], found["state"])),
            submitted_at=parse_datetime(found["submitted_at"]),
        )
        for found in try_on.remote_answer.get("candidates", [])
    ]


class NeedsAttentionMixin(TryOnPermissionMixin):
    """Adds the view that adopts a remote task to the admin of try-on results."""

    def get_urls(self) -> list[URLPattern]:
        adopt_url = path(
            "<int:pk>/adopt/",
            self.admin_site.admin_view(self.adopt_view),
            name="django_outfitanyone_tryonresult_adopt",
        )
        return [adopt_url, *super().get_urls()]

    @method_decorator(require_POST)
    def adopt_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Assign the remote task named in the form to the try-on."""
        try_on = self.get_object(request, str(pk))
        if try_on is None:
            raise Http404
        if not self.has_cancel_permission(request):
            raise PermissionDenied
        refusal = refusal_of(lambda: actions.adopt_task(try_on, request.POST.get("task", "")))
        if refusal:
            self.message_user(request, refusal, messages.WARNING)
        else:
            self.log_change(request, try_on, _("Remote task adopted"))
            text = _("The picture of this task will be downloaded.")
            self.message_user(request, text, messages.SUCCESS)
        return redirect(admin_url(self.admin_site, "tryonresult_change", pk))
