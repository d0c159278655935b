"""The members of RFC 9457 "Problem Details for HTTP APIs" that an error response begins with."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from django.utils.encoding import escape_uri_path
from rest_framework.request import Request

MEDIA_TYPE = "application/problem+json"
TYPES = "https://django-outfitanyone.readthedocs.io/page/api/#"
"""Address of the types of problems; the code follows. It is an identifier and never changes."""

_CASE_CHANGES = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[._\-\s]+")


def members(code: str, detail: str, status: int, request: Request | None) -> dict[str, Any]:
    """Return the standard members; ``instance`` is the path of the request."""
    return {
        "type": TYPES + quote(code, safe=""),
        "title": title(code),
        "status": status,
        "detail": detail,
        "instance": escape_uri_path(request.path) if request else "",
    }


def title(code: str) -> str:
    """Return the code in words, the same for each problem of a type: ``Picture too small``."""
    words = " ".join(word for word in _CASE_CHANGES.split(code) if word)
    return words[:1].upper() + words[1:].lower()
