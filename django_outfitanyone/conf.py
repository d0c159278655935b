"""All settings with their defaults, read live from ``settings.OUTFITANYONE``."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from django_outfitanyone.engines.secret_text import SecretText

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine

T = TypeVar("T")


class ConfigurationError(ImproperlyConfigured):
    """A setting is missing or wrong. Deliberately no ``OutfitAnyoneError``."""


@dataclass(eq=False)
class Setting(Generic[T]):
    """One key of ``OUTFITANYONE``: its default, and which values it accepts.

    ``expects`` completes the sentence "KEY must be …" of the system check.
    """

    default: T
    expects: str
    accepts: Callable[[Any], bool]
    name: str = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Setting[T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> Setting[T] | T:
        if instance is None:
            return self
        return cast("T", given().get(self.name, self.default))


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
        lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= least,
    )


def days_or_none() -> Setting[int | None]:
    return Setting(
        None,
        "a whole number of days of at least 1, or None",
        lambda value: (
            value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 1)
        ),
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


def _is_http_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:  # such as http://[
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def amount_or_none() -> Setting[Decimal | None]:
    return Setting(
        None,
        "a Decimal amount, or None",
        lambda value: value is None or (isinstance(value, Decimal) and value >= 0),
    )


def prices(default: Mapping[str, Decimal]) -> Setting[Mapping[str, Decimal]]:
    return Setting(
        default,
        "a dict of model name to Decimal price for one image",
        lambda value: (
            isinstance(value, Mapping)
            and all(isinstance(price, Decimal) and price >= 0 for price in value.values())
        ),
    )


class Settings:
    """``conf.BASE_URL`` and the others return the current value; nothing is cached."""

    # Account
    API_KEY = text("")  # better: the environment variable DASHSCOPE_API_KEY
    BASE_URL = http_url("https://dashscope.aliyuncs.com/api/v1")
    WORKSPACE = text("")
    ACCOUNT = name("default")
    PROVIDER = text("django_outfitanyone.engines.dashscope.DashScope")

    # Models and what one picture costs (Beijing list prices, read 2026-11-21)
    TRY_ON_MODEL = name("aitryon-plus")
    PARSING_MODEL = name("aitryon-parsing-v1")
    REFINER_MODEL = name("aitryon-refiner")
    CURRENCY = currency("CNY")
    PRICES = prices(
        {
            "aitryon": Decimal("0.20"),
            "aitryon-plus": Decimal("0.50"),
            "aitryon-parsing-v1": Decimal("0.004"),
            "aitryon-refiner": Decimal("0.30"),
        },
    )

    # Money: the most that may be spent, in CURRENCY; a Decimal, or None for no limit. Days and
    # months are those of the project's TIME_ZONE.
    BUDGET_PER_DAY = amount_or_none()
    BUDGET_PER_MONTH = amount_or_none()

    # Limits of the account
    CONCURRENT_TASKS = whole(5)
    SUBMITS_PER_SECOND = whole(10)
    QUERIES_PER_SECOND = whole(20)
    THROTTLE_PAUSE = seconds(60)

    # A person decides when it is unclear whether a paid request arrived. These settings
    # decide in advance:
    EXCLUSIVE_ACCOUNT = flag(default=False)  # True: no other client submits with this account,
    #   so an unknown task in its list belongs to the unclear submit
    REPEAT_UNCLEAR_SEARCHES = flag(default=False)  # True: repeat an unclear clothes parse

    # Timing, in seconds
    CONNECT_TIMEOUT = seconds(5)
    READ_TIMEOUT = seconds(30)
    POLL_INTERVAL = seconds(3)
    EXPECTED_DURATION = seconds(20)  # shown to waiting people
    TASK_DEADLINE = seconds(24 * 3600)
    EXPIRY_WARNING = seconds(4 * 3600)  # before the deadline, if the result is not stored yet
    UNCLEAR_SUBMIT_DELAY = seconds(300)  # the vendor's gateway ends a request after 298 s
    RUN_BUDGET = seconds(20)

    # Pictures
    DELIVERY = one_of("auto", "url", "upload")
    PARSE_RESULTS = flag(default=True)
    DIGITAL_SOURCE_TYPE = one_of(
        "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", ""
    )
    REQUIRE_REVIEW = flag(default=True)
    MAX_DOWNLOAD_BYTES = whole(25 * 1024 * 1024)
    MAX_UPLOAD_BYTES = whole(25 * 1024 * 1024)
    MAX_PICTURE_PIXELS = whole(64_000_000)
    ALLOW_PRIVATE_ADDRESSES = flag(default=False)  # True only for a local sandbox

    # What outfitanyone_clean deletes; None keeps it. Published and approved pictures stay.
    KEEP_FAILED_DAYS = days_or_none()
    KEEP_UNPUBLISHED_DAYS = days_or_none()  # finished and paid for, never approved
    KEEP_ORPHANS_DAYS = days_or_none()  # files that no row refers to

    # Shop
    CATALOGUE = text("django_outfitanyone.catalogue.CatalogueAdapter")
    Q_CLUSTER_NAME = text("")

    def require_api_key(self) -> str:
        """Return the API key; raise ``ConfigurationError`` with the remedy if there is none."""
        key = SecretText(self.API_KEY or os.environ.get("DASHSCOPE_API_KEY", ""))
        if not key:
            message = _(
                "No API key. Set the environment variable DASHSCOPE_API_KEY, or "
                'OUTFITANYONE = {"API_KEY": ...}; the local sandbox accepts any key.'
            )
            raise ConfigurationError(message)
        return key

    @property
    def lease(self) -> timedelta:
        """How long a claim on a row lasts: longer than any single request."""
        return timedelta(seconds=2 * (self.CONNECT_TIMEOUT + self.READ_TIMEOUT))

    def price(self, model: str) -> Decimal:
        """Return the price of one image, 0 for a model without a known price."""
        return self.PRICES.get(model, Decimal(0))

    @property
    def engine_class(self) -> type[Engine]:
        """The engine class that ``PROVIDER`` names."""
        return cast("type[Engine]", import_string(self.PROVIDER))

    def load_engine(self) -> Engine:
        """Return the engine that ``PROVIDER`` names, configured for this account.

        Raises ``ConfigurationError`` without its cause: the frames of an engine's constructor
        may hold the key, and error reporters print the local variables of frames.
        """
        key = self.require_api_key()
        try:
            # an engine is built from these settings, which its protocol does not declare
            return self.engine_class(  # type: ignore[call-arg]
                key,
                base_url=self.BASE_URL,
                workspace=self.WORKSPACE,
                connect_timeout=self.CONNECT_TIMEOUT,
                read_timeout=self.READ_TIMEOUT,
                allow_private_addresses=self.ALLOW_PRIVATE_ADDRESSES,
            )
        except ValueError as error:
            reason = str(error).replace(key, "<key>")
        raise ConfigurationError(reason)


conf = Settings()

PRODUCT_MODEL_DEFAULT = "django_outfitanyone.Product"


def given() -> Mapping[str, Any]:
    """Return the project's ``OUTFITANYONE`` dict as it is."""
    value = getattr(settings, "OUTFITANYONE", None) or {}
    if not isinstance(value, Mapping):
        del value  # it may hold the key, and error reporters print local variables
        message = "OUTFITANYONE must be a dict, e.g. OUTFITANYONE = {}"
        raise ConfigurationError(message)
    return value


def known_settings() -> dict[str, Setting[Any]]:
    """Return every key that ``OUTFITANYONE`` may hold."""
    return {name: value for name, value in vars(Settings).items() if isinstance(value, Setting)}


def product_model_name() -> str:
    """Return ``app_label.Model`` of the product model, which is swappable as AUTH_USER_MODEL is."""
    return cast("str", getattr(settings, "OUTFITANYONE_PRODUCT_MODEL", PRODUCT_MODEL_DEFAULT))
