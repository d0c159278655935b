"""Notices above the app's admin pages: missing workers, account problems, first steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django
from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from django_outfitanyone.admin.account_problem import account_problem
from django_outfitanyone.admin.deletion import DeletionMixin, deletion_warnings
from django_outfitanyone.admin.storable_input import StorableInputMixin
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.permissions import may_see_costs
from django_outfitanyone.wakeup import is_worker_missing, shell_line, worker_command

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite

TITLELESS = ("jazzmin", "unfold")
"""Themes that show no title on pages other than Django's own."""


def account_notice(
    request: HttpRequest, site: AdminSite, *, missing_worker: str | None = None
) -> dict[str, Any]:
    """Return the context of ``account_problem.html``; ``here`` is where its button returns to.

    A caller that knows already whether a worker is missing passes the command that starts one.
    """
    if missing_worker is None:
        missing_worker = worker_command() if is_worker_missing() else ""
    return {
        "missing_worker": missing_worker,
        "start_command": shell_line(missing_worker),
        "account_problem": account_problem(request, site),
        "here": request.get_full_path(),
    }


def page_context(
    request: HttpRequest, site: AdminSite, *, missing_worker: str | None = None
) -> dict[str, Any]:
    """Return what ``page.html``, the base of this app's own pages, needs besides the title."""
    return {
        **site.each_context(request),
        **account_notice(request, site, missing_worker=missing_worker),
        "opts": TryOnResult._meta,
        "breadcrumbs_are_a_list": django.VERSION >= (6, 1),
        "theme_hides_title": any(map(apps.is_installed, TITLELESS)),
        "theme_has_no_margin": apps.is_installed("baton"),
    }


class NoticeMixin(DeletionMixin, StorableInputMixin):
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
                "warnings": [] if to_delete is None else _warnings(request, to_delete),
                "first_step": self.first_step if is_empty else "",
                **context,
            }
        return response


def _warnings(request: HttpRequest, to_delete: Any) -> list[str]:
    return deletion_warnings(to_delete, shows_costs=may_see_costs(request.user))
