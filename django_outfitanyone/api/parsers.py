"""Parsers of request bodies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError

MAX_DEPTH = 32
"""Levels of lists and objects in a body. Valid bodies have fewer than five."""


class JSONParser(parsers.JSONParser):
    """Refuses deeply nested bodies, which would exceed Python's recursion limit, with 400."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        try:
            data = super().parse(*args, **kwargs)
        except RecursionError:
            raise _too_deep() from None
        if _is_deeper_than(MAX_DEPTH, data):
            raise _too_deep()
        return data


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
