"""How servers with ``/v1/images/edits`` differ, as options of an entry of ``ENGINES``."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django_outfitanyone.engines.base import Option

MOST_GARMENTS = 15
"""OpenAI takes 16 pictures, the person among them."""
ANSWER_SECONDS = 290

SIZES = ("listed", "person", "auto", "omit")
TOKENS = ("INPUT_TEXT", "INPUT_IMAGE", "OUTPUT")


def _one_of(*values: str) -> Option:
    listed = ", ".join(repr(value) for value in values)
    return Option(
        default=values[0], expects=f"one of {listed}", accepts=lambda value: value in values
    )


def _flag(*, default: bool) -> Option:
    return Option(
        default=default, expects="True or False", accepts=lambda value: isinstance(value, bool)
    )


def _number(default: int, *, least: int, most: int) -> Option:
    return Option(
        default=default,
        expects=f"a number from {least} to {most}",
        accepts=lambda value: type(value) is int and least <= value <= most,
    )


def _text() -> Option:
    return Option(default="", expects="a string", accepts=lambda value: isinstance(value, str))


def _is_extra(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(name, str) and isinstance(item, (str, int, float))
        for name, item in value.items()
    )


def _is_token_prices(value: Any) -> bool:
    return isinstance(value, Mapping) and (
        not value
        or (
            value.keys() == set(TOKENS)
            and all(isinstance(price, Decimal) and price >= 0 for price in value.values())
        )
    )


OPTIONS = {
    "TITLE": _text(),
    # name of the server for people
    "IMAGE_FIELD": _one_of("image[]", "image"),
    "MAX_GARMENTS": _number(MOST_GARMENTS, least=1, most=MOST_GARMENTS),
    "SIZE": _one_of(*SIZES),
    "QUALITY": _text(),
    "OUTPUT_FORMAT": _one_of("png", "jpeg", "webp", ""),
    "RESPONSE_FORMAT": _one_of("", "b64_json", "url"),
    "SENDS_N": _flag(default=True),
    "SEED_FIELD": _text(),
    "EXTRA": Option(
        default={},
        expects="a dict of form fields to texts or numbers",
        accepts=_is_extra,
    ),
    "TOKEN_PRICES": Option(
        default={},
        expects=f"empty, or a dict of {', '.join(TOKENS)} to Decimal prices of a million tokens",
        accepts=_is_token_prices,
    ),
    "ANSWER_SECONDS": _number(ANSWER_SECONDS, least=1, most=900),
}
"""See ``docs/images-edits.md``."""


def value_of(options: Mapping[str, Any], name: str) -> Any:
    """Return an option, or its default if the shop does not set it."""
    return options.get(name, OPTIONS[name].default)
