"""Refuse requests with text that no database stores."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from django_outfitanyone.admin.django_classes import AdminMixin
from django_outfitanyone.storable_text import is_storable

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.urls import URLPattern

View = Callable[..., HttpResponse]


class StorableInputMixin(AdminMixin):
    """Answers 400 to a path, query string or form with NUL or a lone surrogate."""

    @property
    def urls(self) -> list[URLPattern]:
        patterns: list[URLPattern] = super().urls
        for pattern in patterns:
            pattern.callback = _checked(pattern.callback)
        return patterns

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        _check(search_term)  # the admin site's own view for autocompletion calls this too
        return super().get_search_results(request, queryset, search_term)


def _checked(view: View) -> View:
    @wraps(view)
    def checked_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        _check([request.path, dict(request.GET.lists()), dict(request.POST.lists())])
        return view(request, *args, **kwargs)

    return checked_view


def _check(value: object) -> None:
    if not is_storable(value):
        raise BadRequest(
            _("The text contains invalid characters. Remove them, then send it again.")
        )
