"""One configured engine: what its entry in ``ENGINES`` says, else what its backend says."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from django_outfitanyone.engine_entry import EngineEntry
from django_outfitanyone.engines.base import EngineConfig, Parser
from django_outfitanyone.engines.capabilities import Answers, Capabilities, OrderSize, Rate
from django_outfitanyone.engines.secret_text import SecretText
from django_outfitanyone.setting_types import ConfigurationError, given

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Defaults, Engine, Link

CONNECT_SECONDS, READ_SECONDS = 5.0, 30.0
"""Defaults of ``CONNECT_TIMEOUT`` and ``READ_TIMEOUT``."""
WARNING_SHARE = 6
"""A warning comes when one part of this many is left of the life of a result."""


class EngineSettings(EngineEntry):
    """One engine as the shop configured it, read live: nothing is cached.

    Every attribute raises ``EngineNotConfigured`` once the alias is gone from the settings,
    and ``ConfigurationError`` if its backend cannot be imported.
    """

    @property
    def backend_class(self) -> type[Engine]:
        """The engine class that ``BACKEND`` names."""
        path = self.BACKEND
        try:
            return cast("type[Engine]", import_string(path))
        except ImportError as error:
            reason = str(error)
        text = _("The BACKEND %(path)s of the engine “%(alias)s” cannot be imported: %(reason)s")
        raise ConfigurationError(text % {"path": path, "alias": self.alias, "reason": reason})

    @property
    def is_importable(self) -> bool:
        try:
            return bool(self.backend_class)
        except ConfigurationError:
            return False

    @property
    def defaults(self) -> Defaults:
        return self.backend_class.DEFAULTS

    @property
    def title(self) -> str:
        """Name of the engine for people."""
        return self.backend_class.TITLE or self.alias

    @property
    def links(self) -> Sequence[Link]:
        """Pages of the engine's vendor, for people."""
        return self.backend_class.LINKS

    @property
    def base_url(self) -> str:
        return self.BASE_URL or self.defaults.base_url

    @property
    def is_sandbox(self) -> bool:
        """Whether pictures are only previews: a sandbox, or an engine that makes no others."""
        if self.IS_SANDBOX is not None:
            return self.IS_SANDBOX
        is_preview = any(self.capabilities(model).is_preview for model in self.remote_models[:1])
        return is_preview or self.backend_class.is_sandbox(self.base_url)

    # Models and money

    @property
    def remote_models(self) -> tuple[str, ...]:
        """Models that are offered for try-ons, the default one first.

        Of the engine's own list, models without a price in ``currency`` are left out.
        """
        if self.REMOTE_MODELS is not None:
            return tuple(self.REMOTE_MODELS)
        first, rest = self.defaults.remote_models[:1], self.defaults.remote_models[1:]
        return first + tuple(model for model in rest if self.knows_price(model))

    @property
    def default_model(self) -> str:
        """The model of a try-on that names none; ``""`` for an engine that only parses."""
        return next(iter(self.remote_models), "")

    @property
    def parsing_model(self) -> str:
        return str(self.OPTIONS.get("PARSING_MODEL", self.backend_class.PARSING_MODEL))

    @property
    def refiner_model(self) -> str:
        return str(self.OPTIONS.get("REFINER_MODEL", self.backend_class.REFINER_MODEL))

    @property
    def is_parser(self) -> bool:
        return issubclass(self.backend_class, Parser)

    @property
    def models(self) -> tuple[str, ...]:
        """All models that are in use, those for try-ons first."""
        others = (self.parsing_model, self.refiner_model, *(self.PRICES or ()))
        return tuple(dict.fromkeys(filter(None, (*self.remote_models, *others))))

    @property
    def currency(self) -> str:
        return self.CURRENCY or self.defaults.currency

    def price(self, model: str, size: OrderSize = OrderSize()) -> Decimal | None:  # noqa: B008 - frozen
        """Return what one call costs, in ``currency``; ``None`` if that is not known."""
        if self.PRICES is None:
            return self.backend_class.price(model, size, self.currency, self.options)
        price = self.PRICES.get(model)
        return None if price is None else price * size.count

    def knows_price(self, model: str) -> bool:
        return self.price(model) is not None

    @property
    def prices(self) -> Mapping[str, Decimal]:
        """Price of one picture of one garment, by model, where it is known."""
        found = {model: self.price(model) for model in self.models}
        return {model: price for model, price in found.items() if price is not None}

    @property
    def free_images(self) -> Mapping[str, int]:
        """The vendor's free quota: model to its number of free images."""
        return self.FREE_IMAGES

    @property
    def may_repeat_parses(self) -> bool:
        """Whether a clothes parse is cheap enough to be sent again when its outcome is unclear.

        A model without a known price is not: it only counts as free.
        """
        most, price = self.REPEAT_UNCLEAR_PARSES_UP_TO, self.price(self.parsing_model)
        return price is not None and most > 0 and price <= most

    # Limits

    @property
    def concurrent_tasks(self) -> int:
        return self.CONCURRENT_TASKS or self.defaults.concurrent_tasks

    @property
    def submits(self) -> Rate:
        return Rate.of(self.SUBMITS) if self.SUBMITS else self.defaults.submits

    @property
    def queries(self) -> Rate:
        return Rate.of(self.QUERIES) if self.QUERIES else self.defaults.queries

    @property
    def is_exclusive(self) -> bool:
        """Whether no other client submits with this account."""
        return self.EXCLUSIVE

    # Capabilities and times

    def capabilities(self, model: str) -> Capabilities:
        """Return what a model can do, with the shop's own values in place of the engine's."""
        changed: dict[str, Any] = {
            "resolutions": self.RESOLUTIONS and tuple(self.RESOLUTIONS),
            "expected_seconds": self.EXPECTED_SECONDS,
            "longest_task": self.TASK_DEADLINE,
        }
        found = self.backend_class.capabilities(model, self.options)
        return replace(found, **{name: value for name, value in changed.items() if value})

    def longest_call(self, model: str = "") -> float:
        """Return after how many seconds one call has been answered or given up.

        Without a model, of any call of this engine.
        """
        models = (model,) if model else self.remote_models
        waits = [
            found.longest_submit
            for found in map(self.capabilities, models)
            if found.answers is not Answers.LATER
        ]
        return _connect_timeout() + max([_read_timeout(), *waits])

    def longest_effect(self, model: str) -> timedelta:
        """Return after what time a submit that was given up can no longer create a task."""
        delay = self.UNCLEAR_DELAY or self.capabilities(model).longest_submit
        return timedelta(seconds=self.longest_call(model) + delay)

    def lease(self, model: str = "") -> timedelta:
        """Return how long a claim on a row lasts: longer than any single call of its step.

        With a model, while its submit is sent and answered, which may bring the picture itself.
        """
        usual = timedelta(seconds=2 * (_connect_timeout() + _read_timeout()))
        found = self.capabilities(model) if model else None
        if found is None or found.answers is Answers.LATER:
            return usual
        return max(usual, timedelta(seconds=found.longest_submit) + usual / 2)

    def result_life(self, model: str) -> timedelta:
        """Return the time after which a task and its result are gone."""
        return timedelta(seconds=self.capabilities(model).longest_task)

    def expiry_warning(self, model: str) -> timedelta:
        """Return how long before that a picture that is not stored yet needs a warning."""
        return self.result_life(model) / WARNING_SHARE

    # The engine itself

    @property
    def options(self) -> Mapping[str, Any]:
        """The given ``OPTIONS``, and the defaults of the others."""
        defaults = {name: one.default for name, one in self.backend_class.OPTIONS.items()}
        return {**defaults, **self.OPTIONS}

    @property
    def api_key_env(self) -> str:
        """The environment variable of the API key; ``""`` for an engine that needs none."""
        return self.API_KEY_ENV or self.defaults.api_key_env

    def api_key(self) -> SecretText:
        """Return the API key; raise ``ConfigurationError`` if the engine needs one and has none."""
        variable = self.api_key_env
        key = SecretText(self.API_KEY or (variable and os.environ.get(variable, "")))
        if key or not variable:
            return key
        text = _(
            "The engine “%(alias)s” has no API key. Set the environment variable %(variable)s, or "
            'API_KEY in OUTFITANYONE["ENGINES"]["%(alias)s"]; a local sandbox accepts any key.'
        )
        raise ConfigurationError(text % {"alias": self.alias, "variable": variable})

    def load(self) -> Engine:
        """Return the engine, ready to use.

        Raises ``ConfigurationError`` without its cause: the frames of an engine's constructor
        may hold the key, and error reporters print the local variables of frames.
        """
        key = self.api_key()
        try:
            return self.backend_class(
                EngineConfig(
                    api_key=key,
                    base_url=self.base_url,
                    connect_timeout=_connect_timeout(),
                    read_timeout=self.longest_call() - _connect_timeout(),
                    allow_private_addresses=given().get("ALLOW_PRIVATE_ADDRESSES", False),
                    options=self.options,
                )
            )
        except ValueError as error:
            reason = str(error).replace(key, "<key>") if key else str(error)
        raise ConfigurationError(reason)


def _connect_timeout() -> float:
    return cast("float", given().get("CONNECT_TIMEOUT", CONNECT_SECONDS))


def _read_timeout() -> float:
    return cast("float", given().get("READ_TIMEOUT", READ_SECONDS))
