"""Orders with an unclear outcome, and the person who decides."""

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
from django_outfitanyone.admin.addresses import address_of
from django_outfitanyone.admin.classes import AdminMixin

if TYPE_CHECKING:
    from django_outfitanyone.models import TryOnResult

STATES: dict[str, Any] = {
    "waiting": gettext_lazy("waiting its turn"),
    "running": gettext_lazy("is being made"),
    "succeeded": gettext_lazy("finished"),
    "failed": gettext_lazy("failed"),
    "canceled": gettext_lazy("canceled"),
    "gone": gettext_lazy("forgotten"),
}


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A remote task of that minute that belongs to no other row."""

    task_id: str
    state: str
    submitted_at: datetime | None


def candidates_of(try_on: TryOnResult) -> list[Candidate]:
    """Tasks that may be this order."""
    return [
        Candidate(
            task_id=found["task_id"],
            state=str(STATES.get(found["state"], found["state"])),
            submitted_at=parse_datetime(found["submitted_at"]),
        )
        for found in try_on.remote_answer.get("candidates", [])
    ]


class AttentionMixin(AdminMixin):
    """Adds the decisions to the admin of try-on results."""

    def get_urls(self) -> list[URLPattern]:
        adopt_url = path(
            "<int:pk>/adopt/",
            self.admin_site.admin_view(self.adopt_view),
            name="django_outfitanyone_tryonresult_adopt",
        )
        return [adopt_url, *super().get_urls()]

    @method_decorator(require_POST)
    def adopt_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The person's word that this remote task is the one that an unclear order made."""
        try_on = self.get_object(request, str(pk))
        if try_on is None:
            raise Http404
        if not self.has_change_permission(request, try_on):
            raise PermissionDenied
        refusal = refusal_of(lambda: actions.adopt_task(try_on, request.POST.get("task", "")))
        if refusal:
            self.message_user(request, refusal, messages.WARNING)
        else:
            self.log_change(request, try_on, _("Remote task adopted"))
            self.message_user(request, _("The picture of this task is fetched."), messages.SUCCESS)
        return redirect(address_of(self.admin_site, "tryonresult_change", pk))
