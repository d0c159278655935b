"""Read single values out of an answer, limited to what every database takes."""

from __future__ import annotations

_URL_LIMIT = 16_000


def url_of(value: object) -> str:
    """Return a whole URL or none: half of one leads nowhere.

    Older answers have the string ``None`` where newer ones have null.
    """
    text = text_of(value, _URL_LIMIT + 1).strip()
    return "" if text == "None" or len(text) > _URL_LIMIT else text


def at(values: object, index: int) -> object:
    """Return an item of a list; ``None`` for a list that is too short, or no list."""
    return values[index] if isinstance(values, list) and index < len(values) else None


def count_of(value: object, limit: int) -> int:
    """Return a number from 0 to the limit; 0 for anything else."""
    return int(value) if isinstance(value, int) and 0 <= value <= limit else 0


def text_of(value: object, limit: int) -> str:
    """Return a text up to this length; ``""`` for anything else."""
    return value[:limit] if isinstance(value, str) else ""
