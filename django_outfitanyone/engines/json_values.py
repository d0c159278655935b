"""Read single values out of an answer that is not trusted. Sends nothing."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

URL_LIMIT = 16_000
HANDLE_LIMIT = 500
"""Characters of the address of a picture, and of what identifies a task."""

_CODE_NAMES = ("name", "code", "type")
_VAGUE = {"invalid_request_error", "badrequesterror", "server_error", "api_error", "none", "error"}
"""Types of errors that say less than the HTTP status does."""
_DATA_URL = re.compile(r"data:image/[a-z0-9.+-]{1,20};base64,")


class Malformed(ValueError):
    """The answer lacks a required value."""


def text(value: object, limit: int = 2000) -> str:
    """Return a text up to this length, ``""`` for anything else."""
    return value[:limit] if isinstance(value, str) else ""


def word(value: object) -> str:
    """Return a status without regard to case, spaces and underscores."""
    return re.sub(r"[\s_-]+", "", text(value, 100)).casefold()


def handle(value: object) -> str:
    """Return what identifies a task, ``""`` if it is none: half of one identifies nothing."""
    name = text(value, HANDLE_LIMIT + 1).strip()
    return name if len(name) <= HANDLE_LIMIT and name.isprintable() else ""


def url(value: object) -> str:
    """Return a whole address or none, of http, https or this server; half of one leads nowhere."""
    address = text(value, URL_LIMIT + 1).strip()
    if len(address) > URL_LIMIT or not re.match(r"https?://|/", address, re.IGNORECASE):
        return ""
    return address


def image_data(value: object) -> bytes | None:
    """Return the bytes of a data URL of an image; ``None`` for anything else."""
    if not isinstance(value, str):
        return None
    start = _DATA_URL.match(value)
    try:
        return base64.b64decode(value[start.end() :], validate=True) or None if start else None
    except binascii.Error:
        return None


def amount(value: object, *, most: int) -> Decimal | None:
    """Return a number from 0 to ``most``, also of a text; ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = Decimal(str(value).strip()[:40])
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 <= number <= most else None


def moment(value: object) -> datetime | None:
    """Return a time in UTC: ISO 8601, or seconds since 1970; ``None`` for anything else."""
    try:
        if isinstance(value, str):
            written = re.sub(r"[zZ]$", "+00:00", value.strip()[:40])  # Python 3.10 knows no Z
            time = datetime.fromisoformat(written)
            return time.replace(tzinfo=time.tzinfo or timezone.utc).astimezone(timezone.utc)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, timezone.utc)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def first(value: object) -> object:
    """Return the first of a list, or the value itself: vendors use both for one picture."""
    return (value[0] if value else None) if isinstance(value, list) else value


def fault(document: Mapping[str, Any], *, code_limit: int = 100) -> tuple[str, str]:
    """Return code and message of an error, however the vendor nests them; ``""`` if missing.

    Known shapes: ``{"error": "Name", "message"}``, ``{"error": {"name", "code" or "type",
    "message"}}``, ``{"code" or "type", "message"}`` and ``{"detail": text, object or list}``.
    A code that only repeats the HTTP status, or says less than it, is none.
    """
    error = document.get("error")
    inner: Mapping[str, Any] = error if isinstance(error, Mapping) else {}
    code = next(
        (
            text(item, code_limit)
            for item in (
                *(place.get(name) for place in (inner, document) for name in _CODE_NAMES),
                error,
            )
            if isinstance(item, str) and _is_code(item)
        ),
        "",
    )
    sources = (inner.get("message"), document.get("message"), inner.get("detail"))
    message = next((text(item) for item in sources if isinstance(item, str) and item), "")
    if not re.fullmatch(r"[\w.-]+", code):  # a sentence is a message
        code, message = "", message or text(code)
    return code, message or detail(document.get("detail"))


def _is_code(item: str) -> bool:
    return bool(item) and not item.isdecimal() and item.casefold() not in _VAGUE


def detail(value: object) -> str:
    """Return the message of a ``detail``: a text, or a list of what is wrong with which field."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Mapping):
        return text(value.get("message")) or text(value.get("msg"))
    if not isinstance(value, list):
        return ""
    lines = []
    for item in value[:10]:
        if isinstance(item, Mapping) and isinstance(item.get("msg"), str):
            place = item.get("loc")
            names = [str(part)[:40] for part in place[:6]] if isinstance(place, list) else []
            lines.append(": ".join([".".join(names), text(item["msg"], 200)]).lstrip(": "))
    return text("; ".join(lines))
