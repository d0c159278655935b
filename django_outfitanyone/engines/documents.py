"""Decode the JSON object in an answer of the API, which is not trusted.

Numbers, texts and nestings are limited to what every database takes, and an answer that is
too long is read as far as it goes: an odd value must never cost the shop a picture that it
has paid for.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from itertools import takewhile
from typing import Any

from django_outfitanyone.storable_text import storable

INTEGER_LIMIT = 2**63 - 1
_DIGITS_LIMIT = 20
_DEPTH_LIMIT = 20
"""Of nested lists and objects. MariaDB takes 32, and a row nests the answer in its own."""
_KEPT_LIMIT = 64_000
"""Characters of an answer that are kept for people; what is read of it does not depend on them."""
_TEXT = r'"[^"\\]*(?:\\.[^"\\]*)*"?'
_BRACKET_OR_TEXT = re.compile(rf"{_TEXT}|[][{{}}]", re.DOTALL)
_NONE_OR_TEXT = re.compile(rf"{_TEXT}|\bNone\b", re.DOTALL)
_MARK_OR_TEXT = re.compile(rf"{_TEXT}|[][{{}},]", re.DOTALL)


class Document(dict[str, Any]):
    """The JSON object in an answer; ``is_cut`` if what follows in the answer was not read."""

    is_cut = False


def decode(text: str, *, is_cut: bool = False) -> Document:
    """Return the JSON object in an answer, whatever its content type; empty if there is none.

    Of a text that ``is_cut``, the values that are complete are returned.
    """
    shallow = _with_null(_shallow(text))
    try:
        document = json.loads(
            _completed(shallow) if is_cut else shallow,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=lambda _: None,
        )
    except ValueError:
        document = None
    found = Document(_storable(document) if isinstance(document, dict) else {})
    found.is_cut = is_cut
    return found


def excerpt(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer as it is kept for people: whole, or without what makes it long."""
    room = _KEPT_LIMIT

    def fitting(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: fitting(item) for name, item in value.items() if takes(name)}
        if isinstance(value, list):
            return [fitting(item) for item in value if takes("")]
        return value if not isinstance(value, str) or takes(value) else None

    def takes(text: str) -> bool:
        nonlocal room
        size = len(text) + len('"":0,')
        if size > room:
            return False
        room -= size
        return True

    return {name: fitting(value) for name, value in document.items() if takes(name)}


def _shallow(text: str) -> str:
    """Return the JSON with ``null`` for all that is nested too deep for a parser or database."""
    kept, depth, place = [], 0, 0
    for found in _BRACKET_OR_TEXT.finditer(text):
        if found[0] in {"[", "{"}:
            depth += 1
            if depth == _DEPTH_LIMIT + 1:
                kept += [text[place : found.start()], "null"]
        elif found[0] in {"]", "}"}:
            depth -= 1
            if depth == _DEPTH_LIMIT:
                place = found.end()
    return "".join(kept) if depth > _DEPTH_LIMIT else "".join([*kept, text[place:]])


def _with_null(text: str) -> str:
    """Return the JSON with ``null`` for ``None``: the parsing document allows both for no area."""
    return _NONE_OR_TEXT.sub(lambda found: "null" if found[0] == "None" else found[0], text)


def _completed(text: str) -> str:
    """Return the JSON up to its last complete value, with the missing brackets.

    A list without its end is left out, because its length may mean something.
    """
    open_at: list[tuple[str, int]] = []  # the bracket that is missing, the end of what is complete
    for found in _MARK_OR_TEXT.finditer(text):
        if found[0] in {"[", "{"}:
            open_at.append(("]" if found[0] == "[" else "}", found.end()))
        elif found[0] in {"]", "}"} and open_at:
            open_at.pop()
        if open_at and found[0] in {"]", "}", ","}:
            end = found.start() if found[0] == "," else found.end()
            open_at[-1] = (open_at[-1][0], end)
    kept = list(takewhile(lambda bracket: bracket[0] == "}", open_at))
    return text[: kept[-1][1]] + "}" * len(kept) if kept else text


def _integer(digits: str) -> int | None:
    if len(digits) > _DIGITS_LIMIT:
        return None
    number = int(digits)
    return number if abs(number) <= INTEGER_LIMIT else None


def _float(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _storable(value: Any) -> Any:
    """Return the value without NUL and lone surrogates, which databases refuse."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(name): _storable(item) for name, item in value.items()}
    return value
