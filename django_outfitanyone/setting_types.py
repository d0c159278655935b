"""The kinds of settings: which values a key of ``settings.OUTFITANYONE`` accepts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from os import PathLike
from typing import Any, Generic, Protocol, TypeVar, cast, overload
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")


class ConfigurationError(ImproperlyConfigured):
    """A setting is missing or wrong. Deliberately no ``OutfitAnyoneError``."""


def given() -> Mapping[str, Any]:
    """Return the project's ``OUTFITANYONE`` dict as it is."""
    value = getattr(settings, "OUTFITANYONE", None) or {}
    if not isinstance(value, Mapping):
        del value  # it may hold the key, and error reporters print local variables
        message = "OUTFITANYONE must be a dict, e.g. OUTFITANYONE = {}"
        raise ConfigurationError(message)
    return value


class Keys(Protocol):
    """An object whose attributes are keys of a dict in the settings."""

    def values(self) -> Mapping[str, Any]: ...


@dataclass(eq=False)
class Setting(Generic[T]):
    """One key of a dict in the settings: its default, and which values it accepts.

    ``expects`` completes the sentence "KEY must be …" of the system check.
    """

    default: T
    expects: str
    accepts: Callable[[Any], bool]
    name: str = ""
    example: Any = None
    """A value to show where the default is ``None``."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Setting[T]: ...
    @overload
    def __get__(self, instance: Keys, owner: type) -> T: ...
    def __get__(self, instance: Keys | None, owner: type) -> Setting[T] | T:
        if instance is None:
            return self
        return cast("T", instance.values().get(self.name, self.default))


def optional(setting: Setting[T]) -> Setting[T | None]:
    """Return a setting that may also be ``None``, its default: then something else decides."""
    return Setting(
        None,
        f"{setting.expects}, or None",
        lambda value: value is None or setting.accepts(value),
        example=setting.default,
    )


def text(default: str) -> Setting[str]:
    return Setting(default, "a string", lambda value: isinstance(value, str))


def name(default: str) -> Setting[str]:
    """A short string that is stored with every row."""
    return Setting(
        default,
        "a string of 1 to 50 characters",
        lambda value: isinstance(value, str) and 1 <= len(value) <= 50,
    )


def currency(default: str) -> Setting[str]:
    return Setting(
        default,
        "three capital letters, as ISO 4217 has them",
        lambda value: isinstance(value, str) and bool(re.fullmatch("[A-Z]{3}", value)),
    )


def whole(default: int, *, least: int = 1) -> Setting[int]:
    return Setting(
        default,
        f"a whole number of at least {least}",
        lambda value: _is_whole(value) and value >= least,
    )


def days_or_none(default: int | None = None) -> Setting[int | None]:
    return Setting(
        default,
        "a whole number of days of at least 1, or None",
        lambda value: value is None or (_is_whole(value) and value >= 1),
    )


def flag(default: bool) -> Setting[bool]:  # noqa: FBT001 - a default value, not a switch
    return Setting(default, "True or False", lambda value: isinstance(value, bool))


def seconds(default: float) -> Setting[float]:
    return Setting(
        default,
        "a positive number of seconds",
        lambda value: isinstance(value, int | float) and not isinstance(value, bool) and value > 0,
    )


def one_of(default: str, *others: str) -> Setting[str]:
    choices = (default, *others)
    return Setting(default, "one of " + ", ".join(map(repr, choices)), lambda v: v in choices)


def http_url(default: str) -> Setting[str]:
    return Setting(
        default,
        "an http:// or https:// address",
        lambda value: isinstance(value, str) and _is_http_url(value),
    )


def http_url_or_empty() -> Setting[str]:
    return Setting(
        "",
        "an http:// or https:// address, or an empty string",
        lambda value: isinstance(value, str) and (not value or _is_http_url(value)),
    )


def file_path_or_empty() -> Setting[str | PathLike[str]]:
    return Setting(
        "",
        "the path of a file, or an empty string",
        lambda value: isinstance(value, str | PathLike),
    )


def _is_http_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:  # such as http://[
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def amount(default: str) -> Setting[Decimal]:
    return Setting(Decimal(default), "a Decimal amount of at least 0", _is_amount)


def amount_or_none() -> Setting[Decimal | None]:
    return Setting(
        None,
        "a Decimal amount, or None",
        lambda value: value is None or _is_amount(value),
    )


def _is_amount(value: Any) -> bool:
    return isinstance(value, Decimal) and value >= 0


def names() -> Setting[Sequence[str]]:
    return Setting(
        ["..."],
        "a list of strings of 1 to 50 characters",
        lambda value: (
            isinstance(value, list | tuple)
            and bool(value)
            and all(isinstance(one, str) and 1 <= len(one) <= 50 for one in value)
        ),
    )


def engine_names() -> Setting[Sequence[str]]:
    return Setting(
        [],
        'a list of engines, each as "alias" or "alias/model"',
        lambda value: (
            isinstance(value, list | tuple) and all(isinstance(one, str) and one for one in value)
        ),
    )


def dotted_paths() -> Setting[Sequence[str]]:
    return Setting(
        [],
        "a list of dotted paths of classes",
        lambda value: isinstance(value, list | tuple) and all(map(_is_dotted_path, value)),
    )


def dotted_paths_by_name() -> Setting[Mapping[str, str]]:
    return Setting(
        {},
        "a dict of names to dotted paths of classes",
        lambda value: (
            isinstance(value, Mapping)
            and all(isinstance(key, str) for key in value)
            and all(map(_is_dotted_path, value.values()))
        ),
    )


def _is_dotted_path(value: Any) -> bool:
    return isinstance(value, str) and "." in value


def mapping() -> Setting[Mapping[str, Any]]:
    return Setting(
        {},
        "a dict",
        lambda value: isinstance(value, Mapping) and all(isinstance(key, str) for key in value),
    )


def prices_or_none() -> Setting[Mapping[str, Decimal] | None]:
    return Setting(
        None,
        "a dict of model name to Decimal price for one image, or None for the list prices",
        lambda value: (
            value is None
            or (
                isinstance(value, Mapping)
                and all(isinstance(price, Decimal) and price >= 0 for price in value.values())
            )
        ),
    )


def image_counts() -> Setting[Mapping[str, int]]:
    return Setting(
        {},
        "a dict of model name to a whole number of images",
        lambda value: (
            isinstance(value, Mapping)
            and all(isinstance(model, str) for model in value)
            and all(_is_whole(count) and count >= 0 for count in value.values())
        ),
    )


LARGEST_HEIGHT = 10_000


def resolutions(*default: int) -> Setting[Sequence[int]]:
    """Heights of result pictures in pixels; -1 is the size of the model photo.

    It must be among them: it is the default, and only such results can be refined.
    """
    return Setting(
        [*default],
        "a list of whole numbers: -1 for the size of the model photo, and different heights in "
        f"pixels of at most {LARGEST_HEIGHT}",
        lambda value: (
            isinstance(value, list | tuple)
            and all(_is_whole(one) for one in value)
            and all(one == -1 or 1 <= one <= LARGEST_HEIGHT for one in value)
            and -1 in value
            and len({*value}) == len(value)
        ),
    )


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
