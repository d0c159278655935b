"""Refuses input that no operation can mean: unknown names, and text that no database stores."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.utils.html import is_html_input

from django_outfitanyone.api import idempotency
from django_outfitanyone.storable_text import is_storable

ALWAYS_SENT = frozenset({"csrfmiddlewaretoken"})
"""A field that Django adds to forms."""


class KnownInputMixin:
    """A mixin of views that refuses unknown query parameters, and bodies that nothing reads."""

    other_query_parameters: tuple[str, ...] = ()
    """Parameters that no filter and no pagination reads, such as one of an authentication class."""
    bodyless_actions: frozenset[str] = frozenset()
    """Actions with POST that take no fields; those of all base classes count."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc] # a view's
        check_storable("query", dict(request.query_params.lists()))
        check_storable(idempotency.HEADER, request.META.get(idempotency.META_KEY))
        action = getattr(self, "action", None)
        if action not in {None, "metadata"}:  # else 405, or OPTIONS
            check_parameters(request, known_parameters(self))
        bodyless = (vars(base).get("bodyless_actions", ()) for base in type(self).__mro__)
        if request.method == "POST" and any(action in actions for actions in bodyless):
            check_is_empty(request.data)


def known_parameters(view: Any) -> list[str]:
    """Return the names of the query parameters of the view's present action."""
    names = list(view.other_query_parameters)
    if view.action == "list":
        filters = view.filter_serializer_class
        names += filters().fields if filters else ()
        for source in (*(backend() for backend in view.filter_backends), view.paginator):
            describe = getattr(source, "get_schema_operation_parameters", None)
            names += [parameter["name"] for parameter in describe(view)] if describe else []
    return names


def check_parameters(request: Request, known: Iterable[str]) -> None:
    """Raise ``ValidationError`` that names the known query parameters if another one was sent."""
    known = sorted(known)
    unknown = request.query_params.keys() - {*known, api_settings.URL_FORMAT_OVERRIDE}
    if not unknown:
        return
    if known:
        message = _("Unknown query parameter. Known here: %(names)s.") % {"names": ", ".join(known)}
    else:
        message = _("Unknown query parameter. This operation has none.")
    raise ValidationError({name: [message] for name in sorted(unknown)})


def check_fields(data: Mapping[str, Any], known: Iterable[str]) -> None:
    """Raise ``ValidationError`` for each field that is not known."""
    given = set(data)
    if is_html_input(data):  # a form names the fields of an object box.x1 or box[x1]
        given = {re.split(r"[.\[]", name)[0] for name in given} - ALWAYS_SENT
    unknown = sorted(map(str, given.difference(known)))
    if unknown:
        raise ValidationError({name: [_("Unknown field.")] for name in unknown})


def check_is_empty(data: Any) -> None:
    """Raise ``ValidationError`` for the body of an operation that takes no fields."""
    check_storable("body", plain(data))
    if isinstance(data, Mapping):
        check_fields(data, ())
    elif data is not None:
        raise ValidationError({"body": [_("This operation takes no fields.")]})


def plain(data: Any) -> Any:
    """Return all values of a form; a form itself shows only the last value of each field."""
    return dict(data.lists()) if isinstance(data, QueryDict) else data


def check_storable(name: str, value: object) -> None:
    """Raise ``ValidationError`` for text that no database stores, without repeating it."""
    if not is_storable(value):
        raise ValidationError(
            {name: [_("The text contains invalid characters. Remove them, then send it again.")]}
        )
