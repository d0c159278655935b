"""Pause, resume and retry a batch from its page."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from django_outfitanyone import actions
from django_outfitanyone.admin.actions import CANCEL, RETRY, run_action
from django_outfitanyone.admin.admin_urls import admin_url, next_url
from django_outfitanyone.admin.django_classes import AdminMixin
from django_outfitanyone.admin.rendering import badge
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.failures import rows_of_cause
from django_outfitanyone.models import Batch
from django_outfitanyone.permissions import may_generate

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from django_outfitanyone.admin.progress import Progress
    from django_outfitanyone.models import TryOnResult


CANCEL_FOLLOWS = gettext_lazy(
    "Nothing more is sent. The worker marks the rest of this large batch in a moment."
)


class BatchControlsMixin(AdminMixin):
    """Adds the buttons of a batch that has a row, and the retry of all that failed for a cause."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        name = "django_outfitanyone_tryonresult_batch"
        return [
            path("batch/<uuid:batch>/pause/", view(self.pause_view), name=f"{name}_pause"),
            path("batch/<uuid:batch>/resume/", view(self.resume_view), name=f"{name}_resume"),
            path("batch/<uuid:batch>/retry/", view(self.retry_view), name=f"{name}_retry"),
            *super().get_urls(),
        ]

    @method_decorator(require_POST)
    def pause_view(self, request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
        """Pause the batch; what another person has done meanwhile is said."""

        def pause(found: Batch) -> str:
            count = actions.pause_batch(found, paused_by=request.user)
            text = ngettext(
                "The batch is paused: %(count)d picture waits. What was sent is finished.",
                "The batch is paused: %(count)d pictures wait. What was sent is finished.",
                count,
            )
            return text % {"count": count}

        return self._change(request, batch, pause)

    @method_decorator(require_POST)
    def resume_view(self, request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
        """Resume the batch; what another person has done meanwhile is said."""

        def resume(found: Batch) -> str:
            actions.resume_batch(found)
            return _("The batch was resumed.")

        return self._change(request, batch, resume)

    @method_decorator(require_POST)
    def retry_view(self, request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
        """Retry the try-ons that failed for the cause that the button names."""
        if not self.may_retry(request):
            raise PermissionDenied
        rows = rows_of_cause(self.rows_of_batch(request, batch), request.POST.get("cause", ""))
        if rows:
            run_action(RETRY, rows, model_admin=self, request=request)
        else:
            text = _("These pictures have been retried already, or their cause has changed.")
            self.message_user(request, text, messages.WARNING)
        return self._back_to(request, batch)

    def cancel_rest(self, request: HttpRequest, batch: Batch) -> bool:
        """Cancel what was not sent of the batch, and report it; return whether there was any."""
        try:
            count = actions.cancel_batch(batch)
        except RequestRefused as refusal:
            if refusal.code != "NothingToCancel":
                self.message_user(request, str(refusal), messages.WARNING)
            return False
        text = str(CANCEL.success_message % {"count": count})
        if batch.is_being_canceled:
            text = f"{text} {CANCEL_FOLLOWS}"
        self.log_change(request, batch, text)
        self.message_user(request, text, messages.SUCCESS)
        return True

    def rows_of_batch(self, request: HttpRequest, batch: uuid.UUID) -> QuerySet[TryOnResult]:
        """Return the try-ons of the batch that the user may see, in their order."""
        rows: Any = self.get_queryset(request)
        return rows.of_batch(batch)  # type: ignore[no-any-return]

    def named_batch(self, request: HttpRequest, batch: uuid.UUID) -> Batch | None:
        """Return the row of the batch, if it has one and the user may see all of it."""
        found = Batch.objects.select_related("paused_by").filter(pk=batch).first()
        is_own = found is not None and found.requested_by_id == request.user.pk
        return found if is_own or self.has_view_or_change_permission(request) else None

    def may_retry(self, request: HttpRequest) -> bool:
        """Return whether the user may start over with what failed."""
        return RETRY.is_permitted(self, request)

    def batch_controls(
        self, request: HttpRequest, batch: Batch | None, progress: Progress
    ) -> dict[str, Any]:
        """Return the context of ``batch_controls.html``."""
        may_change = batch is not None and may_generate(request.user)
        is_paused = batch is not None and batch.is_paused
        is_canceling = batch is not None and batch.is_being_canceled
        site = self.admin_site
        is_listed = site.is_registered(Batch)
        context: dict[str, Any] = {
            "named_batch": batch,
            "paused_badge": badge("paused", _("paused")),
            "is_canceling": is_canceling,
            "may_pause": may_change and not (is_paused or is_canceling) and progress.unsent > 0,
            "may_resume": may_change and is_paused,
            "rename_url": "",
            "list_url": admin_url(site, "batch_changelist") if is_listed else "",
        }
        if may_change and is_listed and batch:
            context["rename_url"] = admin_url(site, "batch_change", batch.pk)
        shown = (batch, is_paused, is_canceling, context["may_pause"], context["may_resume"])
        return {**context, "controls_version": "-".join(map(str, shown))}

    def _change(
        self, request: HttpRequest, batch: uuid.UUID, change: Callable[[Batch], str]
    ) -> HttpResponse:
        found = self.named_batch(request, batch)
        if not may_generate(request.user):
            raise PermissionDenied
        if found is None:
            raise Http404
        try:
            text = change(found)
        except RequestRefused as refusal:
            self.message_user(request, str(refusal), messages.WARNING)
        else:
            self.log_change(request, found, text)
            self.message_user(request, text, messages.SUCCESS)
        return self._back_to(request, batch)

    def _back_to(self, request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
        page = admin_url(self.admin_site, "tryonresult_batch", batch)
        return redirect(next_url(request, default=page))
