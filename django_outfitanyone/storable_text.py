"""Which texts every database stores. Imports no Django."""

from __future__ import annotations

from collections.abc import Mapping


def storable(text: str) -> str:
    """Return the text without NUL, and with "?" for each lone surrogate."""
    return text.replace("\0", "").encode(errors="replace").decode()


def is_storable(value: object) -> bool:
    """Whether no text in the value, however nested, has a NUL or a lone surrogate.

    PostgreSQL refuses NUL, and lone surrogates cannot be encoded, not even in a response.
    """
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)
    if isinstance(value, Mapping):
        return all(is_storable(name) and is_storable(item) for name, item in value.items())
    if isinstance(value, (list, tuple)):
        return all(map(is_storable, value))
    return True
