"""The button that fills an empty list with the pictures of the starter set."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from django_outfitanyone import starter_set
from django_outfitanyone.admin.admin_urls import admin_url
from django_outfitanyone.admin.django_classes import AdminMixin
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.models.picture import StoredPicture

if TYPE_CHECKING:
    from django.http import HttpRequest


class SamplePicturesMixin(AdminMixin):
    """Adds the button to the changelist while it has no row; needs the add permission."""

    samples_label: Any = ""
    """The label of the button."""

    add_samples: Callable[[], list[Any]]
    """Adds the sample pictures that are missing and returns their rows."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        is_offered = self.has_add_permission(request) and starter_set.is_available()
        context = {"samples_label": self.samples_label, "samples_url": self._samples_url()}
        shown = context if is_offered else {}
        return super().changelist_view(request, {**shown, **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        samples_url = path(
            "samples/",
            self.admin_site.admin_view(self.samples_view),
            name=f"django_outfitanyone_{self.opts.model_name}_samples",
        )
        return [samples_url, *super().get_urls()]

    @method_decorator(require_POST)
    def samples_view(self, request: HttpRequest) -> HttpResponse:
        """Add the sample pictures and return to the list."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        try:
            self._report(request, self.add_samples())
        except RequestRefused as error:
            self.message_user(request, str(error), messages.ERROR)
        return redirect(admin_url(self.admin_site, f"{self.opts.model_name}_changelist"))

    def _samples_url(self) -> str:
        return admin_url(self.admin_site, f"{self.opts.model_name}_samples")

    def _report(self, request: HttpRequest, rows: list[StoredPicture]) -> None:
        for row in rows:
            self.log_addition(request, row, _("Added from the sample pictures."))
        text = ngettext(
            "%(count)d sample picture was added.",
            "%(count)d sample pictures were added.",
            len(rows),
        )
        self.message_user(request, text % {"count": len(rows)}, messages.SUCCESS)
