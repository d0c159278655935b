"""What a listener received."""

from __future__ import annotations

import json
from typing import Any


def body(request: bytes) -> dict[str, Any]:
    """Return the JSON in a request."""
    return json.loads(request.partition(b"\r\n\r\n")[2])


def target(request: bytes) -> str:
    """Return method and path of a request."""
    return " ".join(request.split(b"\r\n")[0].decode().split()[:2])


def headers(request: bytes) -> dict[str, str]:
    """Return the headers of a request by their names in lower case."""
    lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
