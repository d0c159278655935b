"""Pictures that come inside a request, as a data URL or as bare base64."""

from __future__ import annotations

import base64
import binascii
import re

from .errors import Problem, Refused

_DATA_URL = re.compile(r"data:image/[a-z0-9.+-]+;base64,", re.IGNORECASE)


def is_data_url(text: str) -> bool:
    return text[:5].lower() == "data:"


def decode_data_url(text: str, *, problem: Problem) -> bytes:
    """Return the bytes of a data URL of a picture; raises ``Refused`` for any other."""
    start = _DATA_URL.match(text[:100])
    if not start:
        raise Refused(problem)
    return decode_base64(text[start.end() :], problem=problem)


def decode_base64(text: str, *, problem: Problem) -> bytes:
    """Return the bytes; raises ``Refused`` with the problem for no base64, or none at all."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(problem) from error
    if not data:
        raise Refused(problem)
    return data
