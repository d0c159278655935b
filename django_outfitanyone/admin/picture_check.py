"""The picture check in the admin: after an upload, as a panel, in bulk, and its buttons."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from django_outfitanyone.admin import rendering
from django_outfitanyone.admin.actions import refusal_of, warn_about_refusals
from django_outfitanyone.admin.admin_urls import admin_url
from django_outfitanyone.admin.check_buttons import BUTTONS, shown_buttons
from django_outfitanyone.admin.check_messages import report_check
from django_outfitanyone.admin.django_classes import FieldNames
from django_outfitanyone.admin.panels import PanelMixin
from django_outfitanyone.conf import conf
from django_outfitanyone.engines import local

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from django_outfitanyone.models import Garment, ModelImage

MAX_CHECKED = 20
"""Pictures that one request checks: each takes about a second."""


class PictureCheckMixin(PanelMixin):
    """For admins of models that inherit from ``StoredPicture``; before other panel mixins."""

    def has_check_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may check pictures, which changes their rows."""
        return conf.CHECK_PICTURES and self.has_change_permission(request)

    def panels_above(self, request: HttpRequest, row: Any) -> FieldNames:
        is_shown = conf.CHECK_PICTURES and bool(row.image)
        return (*(("picture_check",) if is_shown else ()), *super().panels_above(request, row))

    @admin.display(description=gettext_lazy("picture check"))
    def picture_check(self, row: Any) -> SafeString:
        """Return what the check found, and what a person can do about it."""
        may_change = self.has_change_permission(row.admin_request, row)
        return self.render_panel(
            "picture_check",
            row,
            page=admin_url(self.admin_site, f"{row._meta.model_name}_picture", row.pk),
            findings=rendering.with_badges(row.found),
            buttons=shown_buttons(row) if may_change else [],
            is_size_only=not local.is_installed(),
        )

    @admin.display(description=gettext_lazy("problem"))
    def problem(self, row: Any) -> SafeString | str:
        """Return why the engine refuses the picture, or what the check found."""
        if getattr(row, "is_refused", False):
            return rendering.refusal_panel(row, brief=True)
        return (rendering.findings_panel(row) if conf.CHECK_PICTURES else "") or "–"

    def get_urls(self) -> list[URLPattern]:
        name = str(self.opts.model_name)
        picture_url = path(
            "<int:pk>/picture/",
            self.admin_site.admin_view(self.picture_view),
            name=f"django_outfitanyone_{name}_picture",
        )
        return [picture_url, *super().get_urls()]

    @method_decorator(require_POST)
    def picture_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do what the pressed button of the panel says."""
        row = self.get_object(request, str(pk))
        if row is not None and not self.has_change_permission(request, row):
            raise PermissionDenied
        button = BUTTONS.get(request.POST.get("picture_action", ""))
        if row is None or button is None:
            raise Http404
        is_late = button not in shown_buttons(row)
        refusal = _late_text() if is_late else refusal_of(partial(button.run, row))
        if refusal:
            self.message_user(request, refusal, messages.WARNING)
        else:
            self.log_change(request, row, str(button.label))
            if button.success_message:
                self.message_user(request, str(button.success_message), messages.SUCCESS)
            if button.changes_picture:
                report_check(request, row)
                if not local.is_installed():
                    self.message_user(request, rendering.size_only_text(), messages.INFO)
        return redirect(admin_url(self.admin_site, f"{self.opts.model_name}_change", pk))

    @admin.action(description=gettext_lazy("Check these pictures"), permissions=["check"])
    def check_pictures(
        self, request: HttpRequest, queryset: QuerySet[Garment | ModelImage]
    ) -> None:
        rows = list(queryset[: MAX_CHECKED + 1])
        if len(rows) > MAX_CHECKED:
            text = _("Select at most %(count)d pictures: each takes about a second to check.")
            self.message_user(request, text % {"count": MAX_CHECKED}, messages.WARNING)
            return
        refusals = Counter(refusal_of(partial(BUTTONS["check"].run, row)) for row in rows)
        done = refusals.pop("", 0)
        bad = sum(bool(row.found) for row in rows)
        text = ngettext("%(count)d picture checked.", "%(count)d pictures checked.", done)
        found = ngettext(
            "The check found something in %(count)d picture.",
            "The check found something in %(count)d pictures.",
            bad,
        )
        parts = [text % {"count": done}, found % {"count": bad}]
        if not local.is_installed():
            parts.append(rendering.size_only_text())
        level = messages.WARNING if bad else messages.SUCCESS
        self.message_user(request, " ".join(parts), level)
        warn_about_refusals(refusals, model_admin=self, request=request)


def _late_text() -> str:
    """Return why a button of a page that was loaded earlier does nothing."""
    return _("The picture or its check has changed since this page was loaded.")
