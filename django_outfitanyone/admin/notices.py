"""Notices above the app's admin pages: account problems, deletion warnings, first steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from django_outfitanyone.admin.account_problem import account_problem
from django_outfitanyone.admin.deletion import deletion_warnings
from django_outfitanyone.admin.storable_input import StorableInputMixin

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite


def account_notice(request: HttpRequest, site: AdminSite) -> dict[str, Any]:
    """Return the context of ``account_problem.html``; ``here`` is where its button returns to."""
    return {"account_problem": account_problem(request, site), "here": request.get_full_path()}


class NoticeMixin(StorableInputMixin):
    """Adds the notices to the context of Django's own admin views."""

    first_step: Any = ""
    """What to do first, shown where the changelist has no row yet."""

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().changelist_view(request, *args, **kwargs)
        return self._with_notices(request, response)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().changeform_view(request, *args, **kwargs)
        return self._with_notices(request, response)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._with_notices(request, super().delete_view(request, *args, **kwargs))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, ...]:
        """Return what Django returns, with the rows themselves that may be billed as protected."""
        *found, protected = super().get_deleted_objects(objs, request)
        unsettled = [str(row) for row in objs if getattr(row, "is_unsettled", False)]
        return (*found, [*protected, *unsettled])

    def _with_notices(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if isinstance(response, TemplateResponse):
            context = response.context_data or {}
            # Django names it "queryset" for the bulk deletion and "object" for a single one
            to_delete = context.get("queryset", context.get("object"))
            changelist = context.get("cl")
            is_empty = changelist and not changelist.result_count and not request.GET
            response.context_data = {
                **account_notice(request, self.admin_site),
                "warnings": [] if to_delete is None else deletion_warnings(to_delete),
                "first_step": self.first_step if is_empty else "",
                **context,
            }
        return response
