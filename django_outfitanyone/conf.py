"""All settings with their defaults, read live from ``settings.OUTFITANYONE``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from django_outfitanyone.engines.secret_text import SecretText
from django_outfitanyone.setting_types import (
    ConfigurationError,
    Setting,
    amount,
    amount_or_none,
    currency,
    days_or_none,
    flag,
    http_url,
    image_counts,
    name,
    one_of,
    prices_or_none,
    resolutions,
    seconds,
    text,
    whole,
)

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine, Link

__all__ = [
    "ConfigurationError",
    "Settings",
    "conf",
    "known_settings",
    "product_model_name",
]


class Settings:
    """``conf.BASE_URL`` and the others return the current value; nothing is cached."""

    # Account
    API_KEY = text("")  # better: the environment variable DASHSCOPE_API_KEY
    BASE_URL = http_url("https://dashscope.aliyuncs.com/api/v1")
    WORKSPACE = text("")
    ACCOUNT = name("default")
    PROVIDER = text("django_outfitanyone.engines.dashscope.DashScope")

    # Models, and what one picture costs; without PRICES, the engine's list prices in CURRENCY
    TRY_ON_MODEL = name("aitryon-plus")
    PARSING_MODEL = name("aitryon-parsing-v1")
    REFINER_MODEL = name("aitryon-refiner")
    CURRENCY = currency("CNY")
    PRICES = prices_or_none()
    FREE_IMAGES = image_counts()  # the vendor's free quota: model to its number of free images
    RESOLUTIONS = resolutions(-1, 1024, 1280)  # what try-ons may ask for; -1: as the model photo

    # Money: the most that may be spent, in CURRENCY; a Decimal, or None for no limit. Days and
    # months are those of the project's TIME_ZONE.
    BUDGET_PER_DAY = amount_or_none()
    BUDGET_PER_MONTH = amount_or_none()

    # Limits of the account
    CONCURRENT_TASKS = whole(5)
    SUBMITS_PER_SECOND = whole(10)
    QUERIES_PER_SECOND = whole(20)
    THROTTLE_PAUSE = seconds(60)

    # When it is unclear whether a paid request arrived, a person decides, unless these
    # settings do:
    EXCLUSIVE_ACCOUNT = flag(default=False)  # True: no other client submits with this account,
    #   so an unknown task in its list belongs to the unclear submit
    REPEAT_UNCLEAR_PARSES_UP_TO = amount("0.05")  # repeat an unclear clothes parse if one costs
    #   at most this much, in CURRENCY; Decimal(0) for never

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
    CHECK_PICTURES = flag(default=True)  # by the local engine, when they are uploaded
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
    def longest_call(self) -> float:
        """Seconds after which one call of the engine has been answered or given up."""
        return self.CONNECT_TIMEOUT + self.READ_TIMEOUT

    @property
    def lease(self) -> timedelta:
        """How long a claim on a row lasts: longer than any single call."""
        return timedelta(seconds=2 * self.longest_call)

    def price(self, model: str) -> Decimal:
        """Return the price of one image, 0 for a model without a known price."""
        return self.prices.get(model, Decimal(0))

    @property
    def prices(self) -> Mapping[str, Decimal]:
        """Price of one image of each model, in ``CURRENCY``: ``PRICES``, or the list prices."""
        given = self.PRICES
        return self.list_prices.get(self.CURRENCY, {}) if given is None else given

    @property
    def list_prices(self) -> Mapping[str, Mapping[str, Decimal]]:
        """Price of one image by the vendor's list: currency to model to amount."""
        return getattr(self.engine_class, "LIST_PRICES", {})

    @property
    def links(self) -> Sequence[Link]:
        """Pages of the engine's vendor, for people."""
        return getattr(self.engine_class, "LINKS", ())

    @property
    def may_repeat_parses(self) -> bool:
        """Whether a clothes parse is cheap enough to be sent again when its outcome is unclear.

        A model without a known price is not: it only counts as free.
        """
        most, price = self.REPEAT_UNCLEAR_PARSES_UP_TO, self.prices.get(self.PARSING_MODEL)
        return price is not None and most > 0 and price <= most

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


def known_settings() -> dict[str, Setting[Any]]:
    """Return every key that ``OUTFITANYONE`` may hold."""
    return {name: value for name, value in vars(Settings).items() if isinstance(value, Setting)}


def product_model_name() -> str:
    """Return ``app_label.Model`` of the product model, which is swappable as AUTH_USER_MODEL is."""
    return cast("str", getattr(settings, "OUTFITANYONE_PRODUCT_MODEL", PRODUCT_MODEL_DEFAULT))
