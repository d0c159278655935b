"""The keys of one entry of ``OUTFITANYONE["ENGINES"]``, as the shop wrote them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from django_outfitanyone.engines.capabilities import Rate
from django_outfitanyone.setting_types import (
    ConfigurationError,
    Setting,
    amount,
    amount_or_none,
    currency,
    flag,
    given,
    http_url,
    image_counts,
    mapping,
    name,
    names,
    optional,
    prices_or_none,
    resolutions,
    seconds,
    text,
    whole,
)

DEFAULT = "default"
LOCAL = "local"
OUTFIT_ANYONE = "django_outfitanyone.engines.dashscope.OutfitAnyone"
LOCAL_ENGINE = "django_outfitanyone.engines.local.LocalEngine"
LONGEST_ALIAS = 50
"""The alias is stored with every row, as the name of its account."""


class EngineNotConfigured(ConfigurationError):
    """``OUTFITANYONE["ENGINES"]`` has no such alias; rows of the account are kept and wait."""

    def __init__(self, alias: str) -> None:
        self.alias = alias
        text = _('OUTFITANYONE["ENGINES"] has no engine “%(alias)s”.')
        super().__init__(text % {"alias": alias})


def rate() -> Setting[str]:
    return Setting("10/s", 'a rate such as "10/s" or "50/60s"', _is_rate)


def _is_rate(value: Any) -> bool:
    try:
        return isinstance(value, str) and Rate.of(value).count > 0
    except ValueError:
        return False


def given_engines() -> Mapping[str, Mapping[str, Any]]:
    """Return the entries by alias, the shop's own first; ``local`` is always among them."""
    engines = given().get("ENGINES")
    if engines is None:
        engines = {DEFAULT: {"BACKEND": OUTFIT_ANYONE}}
    if not isinstance(engines, Mapping) or not all(map(_is_entry, engines.values())):
        del engines  # it may hold a key, and error reporters print local variables
        message = 'OUTFITANYONE["ENGINES"] must be a dict of aliases to dicts.'
        raise ConfigurationError(message)
    return {**engines, LOCAL: engines.get(LOCAL, {"BACKEND": LOCAL_ENGINE})}


def _is_entry(value: Any) -> bool:
    return isinstance(value, Mapping)


class EngineEntry:
    """The given values of one entry, read live; ``None`` leaves a value to the backend."""

    BACKEND = text("")
    API_KEY = text("")  # better: the environment variable that API_KEY_ENV names
    API_KEY_ENV = optional(name("DASHSCOPE_API_KEY"))
    BASE_URL = optional(http_url("https://dashscope.aliyuncs.com/api/v1"))
    IS_SANDBOX = optional(flag(default=True))  # None: an address that is not public is one
    OPTIONS = mapping()

    # Models for try-ons, the default one first, and what one picture costs
    REMOTE_MODELS = optional(names())
    CURRENCY = optional(currency("CNY"))
    PRICES = prices_or_none()  # None: the engine's list prices in CURRENCY
    FREE_IMAGES = image_counts()  # the vendor's free quota: model to its number of free images

    # The most that may be spent, in CURRENCY; days and months are those of TIME_ZONE
    BUDGET_PER_DAY = amount_or_none()
    BUDGET_PER_MONTH = amount_or_none()

    # Limits of the account
    CONCURRENT_TASKS = optional(whole(5))
    SUBMITS = optional(rate())
    QUERIES = optional(rate())
    THROTTLE_PAUSE = seconds(60)

    # When it is unclear whether a paid request arrived, a person decides, unless these do
    EXCLUSIVE = flag(default=False)
    REPEAT_UNCLEAR_PARSES_UP_TO = amount("0.05")

    # What the engine's capabilities say, unless the shop knows better; times in seconds
    RESOLUTIONS = optional(resolutions(-1, 1024, 1280))
    EXPECTED_SECONDS = optional(seconds(20))
    UNCLEAR_DELAY = optional(seconds(300))
    TASK_DEADLINE = optional(seconds(24 * 3600))
    POLL_INTERVAL = seconds(3)

    def __init__(self, alias: str) -> None:
        self.alias = alias

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.alias!r}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EngineEntry) and other.alias == self.alias

    def __hash__(self) -> int:
        return hash(self.alias)

    def values(self) -> Mapping[str, Any]:
        """Return the entry as it is; raise ``EngineNotConfigured`` if it is gone."""
        entry = given_engines().get(self.alias)
        if entry is None:
            raise EngineNotConfigured(self.alias)
        return entry


def known_engine_settings() -> dict[str, Setting[Any]]:
    """Return every key that an entry of ``ENGINES`` may hold."""
    return {name: value for name, value in vars(EngineEntry).items() if isinstance(value, Setting)}
