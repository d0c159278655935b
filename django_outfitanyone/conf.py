"""All settings with their defaults, read live from ``settings.OUTFITANYONE``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.conf import settings

from django_outfitanyone.engine_entry import (
    DEFAULT,
    LOCAL,
    LONGEST_ALIAS,
    EngineNotConfigured,
    given_engines,
)
from django_outfitanyone.engine_settings import CONNECT_SECONDS, READ_SECONDS, EngineSettings
from django_outfitanyone.setting_types import (
    ConfigurationError,
    Setting,
    currency,
    days_or_none,
    dotted_paths,
    dotted_paths_by_name,
    engine_names,
    file_path_or_empty,
    flag,
    given,
    http_url_or_empty,
    one_of,
    seconds,
    text,
    whole,
)

__all__ = [
    "ConfigurationError",
    "EngineNotConfigured",
    "EngineSettings",
    "Settings",
    "conf",
    "known_settings",
    "product_model_name",
]


def engines_or_none() -> Setting[Mapping[str, Mapping[str, Any]] | None]:
    return Setting(
        None,
        f"a dict of aliases of 1 to {LONGEST_ALIAS} characters to dicts",
        lambda value: (
            value is None
            or (
                isinstance(value, Mapping)
                and all(
                    isinstance(alias, str) and 1 <= len(alias) <= LONGEST_ALIAS for alias in value
                )
                and all(isinstance(entry, Mapping) for entry in value.values())
            )
        ),
    )


class Settings:
    """``conf.RUN_BUDGET`` and the others return the current value; nothing is cached."""

    # Engines by alias, as engine_entry.py describes them; the alias "local" always exists
    ENGINES = engines_or_none()
    PARSER = text(LOCAL)  # the alias of the engine that parses clothes
    FALLBACKS = engine_names()  # where try-ons go that wait for an engine which cannot go on

    # Timing, in seconds
    CONNECT_TIMEOUT = seconds(CONNECT_SECONDS)
    READ_TIMEOUT = seconds(READ_SECONDS)  # longer where an engine answers only when it is done
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

    # Where files are: aliases of Django's STORAGES
    INPUT_STORAGE = text("default")  # uploads, and what is cut out of them or sent to engines
    RESULT_STORAGE = text("default")  # finished pictures
    DERIVATIVE_STORAGE = text("default")  # smaller copies and thumbnails of finished pictures

    # Marks: that a picture was made by AI, for people and in files
    SHOW_LABEL = flag(default=True)  # the label on pictures; the tag's option label overrides it
    C2PA_CERTIFICATE = file_path_or_empty()  # PEM chain that signs pictures, needs [c2pa]
    C2PA_KEY = file_path_or_empty()  # its private key in PEM, without a password
    C2PA_TIME_STAMP_URL = http_url_or_empty()  # an RFC 3161 authority
    AIGC_PRODUCER = text("")  # who made the pictures, for China's AIGC field in exports
    AIGC_PROPAGATOR = text("")  # who passes them on, for the same field

    # What outfitanyone_clean deletes; None keeps it. Published and approved pictures stay.
    KEEP_FAILED_DAYS = days_or_none()
    KEEP_UNPUBLISHED_DAYS = days_or_none()  # finished and paid for, never approved
    KEEP_DRAFTS_DAYS = days_or_none(30)  # pictures that were uploaded together, but never added
    KEEP_ORPHANS_DAYS = days_or_none()  # files that no row refers to

    # E-mail
    NOTIFY_BY_EMAIL = flag(default=False)  # tell who requested a batch when it is finished
    SITE_URL = http_url_or_empty()  # of the project's pages, for links in e-mails

    # REST API: classes for it alone
    API_AUTHENTICATION_CLASSES = dotted_paths()  # empty: those of REST_FRAMEWORK
    API_PERMISSION_CLASSES = dotted_paths()  # required besides the app's own
    API_THROTTLE_CLASSES = dotted_paths()  # empty: those of REST_FRAMEWORK
    API_VIEWS = dotted_paths_by_name()  # subclasses of the app's views by resource

    # Shop and queue
    WAKER = text("django_q")  # also "django_tasks", "celery", "none", or a dotted path
    CATALOGUE = text("django_outfitanyone.catalogue.CatalogueAdapter")
    DEFAULT_CURRENCY = currency("EUR")  # of products that name none
    Q_CLUSTER_NAME = text("")

    @staticmethod
    def values() -> Mapping[str, Any]:
        """Return the project's ``OUTFITANYONE`` dict as it is."""
        return given()

    @property
    def engines(self) -> Mapping[str, EngineSettings]:
        """The configured engines by alias, the shop's own first."""
        return {alias: EngineSettings(alias) for alias in given_engines()}

    @property
    def usable_engines(self) -> list[EngineSettings]:
        """The engines whose backend can be imported; the system checks report the others."""
        return [engine for engine in self.engines.values() if engine.is_importable]

    @property
    def default_alias(self) -> str:
        """The alias ``default``, or the first one of the shop if there is none of that name."""
        aliases = list(given_engines())
        return DEFAULT if DEFAULT in aliases else aliases[0]

    @property
    def default_engine(self) -> EngineSettings:
        """The engine of try-ons that name none."""
        return EngineSettings(self.default_alias)

    @property
    def parser(self) -> EngineSettings:
        """The engine that parses clothes; raise ``EngineNotConfigured`` if it is unknown."""
        return self.engine(self.PARSER)

    def engine(self, alias: str = "") -> EngineSettings:
        """Return an engine by its alias, the default one for ``""``.

        Raises ``EngineNotConfigured`` if ``ENGINES`` has no such alias.
        """
        name = alias or self.default_alias
        if name not in given_engines():
            raise EngineNotConfigured(name)
        return EngineSettings(name)


conf = Settings()

PRODUCT_MODEL_DEFAULT = "django_outfitanyone.Product"


def known_settings() -> dict[str, Setting[Any]]:
    """Return every key that ``OUTFITANYONE`` may hold."""
    return {name: value for name, value in vars(Settings).items() if isinstance(value, Setting)}


def product_model_name() -> str:
    """Return ``app_label.Model`` of the product model, which is swappable as AUTH_USER_MODEL is."""
    return cast("str", getattr(settings, "OUTFITANYONE_PRODUCT_MODEL", PRODUCT_MODEL_DEFAULT))
