"""Checks of the prices, budgets and free quotas of engines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.core import checks

from django_outfitanyone.checks.engines import engines_in_use
from django_outfitanyone.checks.messages import Messages, error, warning
from django_outfitanyone.conf import conf
from django_outfitanyone.engine_settings import EngineSettings


def check_money(**_kwargs: Any) -> Messages:
    """Without a price a picture counts as free, so that no budget limits it."""
    return [message for engine in engines_in_use() for message in _check_engine(engine)]


def _check_engine(engine: EngineSettings) -> Iterator[checks.CheckMessage]:
    missing = [model for model in used_models(engine) if not engine.knows_price(model)]
    own = engine.defaults.currency
    if missing and not engine.prices and engine.PRICES is None and engine.currency != own:
        yield error(
            "E008",
            f"The engine {engine.alias!r} lists no prices in {engine.currency}, only in {own}, "
            "so PRICES must say what one picture costs.",
            _line(engine, missing),
        )
        return
    for model in missing:
        where = f" in {engine.currency}" if engine.PRICES is None else ""
        yield warning(
            "W010",
            f"The model {model!r} of the engine {engine.alias!r} has no price{where}, so "
            "estimates, the ledger and budgets count it as free.",
            _line(engine, missing),
        )
    yield from _small_budgets(engine)
    yield from _unknown_free_models(engine)


def used_models(engine: EngineSettings) -> list[str]:
    """Return the models that may be called: a parsing model only of the parser."""
    parsing = engine.parsing_model if engine.alias == conf.PARSER else ""
    models = (*engine.remote_models, parsing, engine.refiner_model)
    return list(dict.fromkeys(filter(None, models)))


def _line(engine: EngineSettings, missing: Iterable[str]) -> str:
    """Return the line to paste: all known prices, and a gap for the unknown ones."""
    known = {model: f"{price}" for model, price in engine.prices.items()}
    prices = {**known, **dict.fromkeys(missing, "...")}
    parts = ", ".join(f'"{model}": Decimal("{price}")' for model, price in prices.items())
    return (
        f'OUTFITANYONE = {{"ENGINES": {{"{engine.alias}": {{"PRICES": {{{parts}}}}}}}}}, with the '
        f'price in {engine.currency} on your bill instead of "..."'
    )


def _small_budgets(engine: EngineSettings) -> Iterator[checks.CheckMessage]:
    price = engine.price(engine.default_model) or Decimal(0)
    for name in ("BUDGET_PER_DAY", "BUDGET_PER_MONTH"):
        budget = getattr(engine, name)
        if budget is not None and Decimal(0) < budget < price:
            yield warning(
                "W011",
                f"{name} of the engine {engine.alias!r}, {budget}, is less than the price of one "
                f"picture ({price}).",
                f'OUTFITANYONE = {{"ENGINES": {{"{engine.alias}": '
                f'{{"{name}": Decimal("{20 * price}")}}}}}}',
            )


def _unknown_free_models(engine: EngineSettings) -> Iterator[checks.CheckMessage]:
    known = {*engine.models, *engine.defaults.remote_models}
    unknown = [model for model in engine.free_images if model not in known]
    if unknown:
        rest = {model: count for model, count in engine.free_images.items() if model in known}
        yield warning(
            "W013",
            f"FREE_IMAGES of the engine {engine.alias!r} names models that are not used: "
            f"{', '.join(unknown)}.",
            f'OUTFITANYONE = {{"ENGINES": {{"{engine.alias}": {{"FREE_IMAGES": {rest!r}}}}}}}',
        )
