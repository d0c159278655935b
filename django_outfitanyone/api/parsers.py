"""Parsers of request bodies."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError

from django_outfitanyone.api.errors import RequestTooLarge

MAX_DEPTH = 32
"""Levels of lists and objects in a body. Valid bodies have fewer than five."""


class JSONParser(parsers.JSONParser):
    """Refuses bodies that are too large with 413, and deeply nested ones with 400.

    REST framework reads JSON past Django's limit for bodies, ``DATA_UPLOAD_MAX_MEMORY_SIZE``, and
    deep nesting would exceed Python's recursion limit.
    """

    def parse(self, stream: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            data = super().parse(_bounded(stream), *args, **kwargs)
        except RecursionError:
            raise _too_deep() from None
        if _is_deeper_than(MAX_DEPTH, data):
            raise _too_deep()
        return data


def _bounded(stream: Any) -> Any:
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if most is None:
        return stream
    content = stream.read(most + 1)
    if len(content) > most:
        raise RequestTooLarge
    return BytesIO(content)


def _too_deep() -> ParseError:
    return ParseError(_("The JSON is nested too deeply."))


def _is_deeper_than(depth: int, data: object) -> bool:
    level = [data]
    for _number in range(depth + 1):
        level = [child for parent in level for child in _children(parent)]
    return bool(level)


def _children(data: object) -> Iterable[Any]:
    if isinstance(data, dict):
        return data.values()
    return data if isinstance(data, list) else ()
