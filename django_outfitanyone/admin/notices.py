"""What staff should know on every page of ours: why nothing is sent, what a deletion loses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from django_outfitanyone.admin.classes import AdminMixin
from django_outfitanyone.admin.deletion import warnings_for
from django_outfitanyone.admin.trouble import trouble

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite


def notices(request: HttpRequest, site: AdminSite) -> dict[str, Any]:
    """Context of the banner; ``here`` is where its buttons come back to."""
    return {"trouble": trouble(request, site), "here": request.get_full_path()}


class NoticeMixin(AdminMixin):
    """Adds them to whatever page Django's own views are about to render."""

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._noted(request, super().changelist_view(request, *args, **kwargs))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._noted(request, super().changeform_view(request, *args, **kwargs))

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._noted(request, super().delete_view(request, *args, **kwargs))

    def _noted(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if isinstance(response, TemplateResponse):
            context = response.context_data or {}
            doomed = context.get("queryset", context.get("object"))  # of Django's two deletions
            response.context_data = {
                **notices(request, self.admin_site),
                "warnings": [] if doomed is None else warnings_for(doomed),
                **context,
            }
        return response
