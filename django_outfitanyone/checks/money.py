"""Checks of prices, budgets and the free quota."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.core import checks

from django_outfitanyone.checks.messages import Messages, error, warning
from django_outfitanyone.conf import conf

MODEL_SETTINGS = ("TRY_ON_MODEL", "PARSING_MODEL", "REFINER_MODEL")


def check_money(**_kwargs: Any) -> Messages:
    """Without a price a picture counts as free, so that no budget limits it."""
    try:
        list_prices = conf.list_prices
    except ImportError:
        return []  # reported by check_paths
    if conf.PRICES is None and list_prices and conf.CURRENCY not in list_prices:
        currencies = " or ".join(list_prices)
        return [
            error(
                "E008",
                f"OUTFITANYONE['CURRENCY'] = {conf.CURRENCY!r}, but the vendor lists prices in "
                f"{currencies} only, so PRICES must say what one picture costs.",
                _line(getattr(conf, name) for name in MODEL_SETTINGS),
            )
        ]
    return [*_models_without_price(), *_small_budgets(), *_unknown_free_models()]


def _models_without_price() -> Iterator[checks.CheckMessage]:
    used = {name: getattr(conf, name) for name in MODEL_SETTINGS}
    missing = {name: model for name, model in used.items() if model not in conf.prices}
    for name, model in missing.items():
        is_listed = any(model in prices for prices in conf.list_prices.values())
        where = f" in {conf.CURRENCY}" if conf.PRICES is None and is_listed else ""
        yield warning(
            "W010",
            f"OUTFITANYONE['{name}'] = {model!r} has no price{where}, so estimates, the ledger "
            "and budgets count it as free.",
            _line(missing.values()),
        )


def _line(missing: Iterable[str]) -> str:
    """Return the line to paste: all known prices, and a gap for the unknown ones."""
    known = {model: f"{price}" for model, price in conf.prices.items()}
    prices = {**known, **dict.fromkeys(missing, "...")}
    parts = ", ".join(f'"{model}": Decimal("{price}")' for model, price in prices.items())
    return (
        f'OUTFITANYONE = {{"PRICES": {{{parts}}}}}, with the price in {conf.CURRENCY} on your bill '
        'instead of "..."'
    )


def _small_budgets() -> Iterator[checks.CheckMessage]:
    price = conf.price(conf.TRY_ON_MODEL)
    for name in ("BUDGET_PER_DAY", "BUDGET_PER_MONTH"):
        budget = getattr(conf, name)
        if budget is not None and Decimal(0) < budget < price:
            yield warning(
                "W011",
                f"OUTFITANYONE['{name}'] = {budget} is less than the price of one picture "
                f"({price}).",
                f'OUTFITANYONE = {{"{name}": Decimal("{20 * price}")}}',
            )


def _unknown_free_models() -> Iterator[checks.CheckMessage]:
    known = {getattr(conf, name) for name in MODEL_SETTINGS} | {*conf.prices}
    unknown = [model for model in conf.FREE_IMAGES if model not in known]
    if unknown:
        rest = {model: count for model, count in conf.FREE_IMAGES.items() if model in known}
        yield warning(
            "W013",
            f"OUTFITANYONE['FREE_IMAGES'] names models that are not used: {', '.join(unknown)}.",
            f'OUTFITANYONE = {{"FREE_IMAGES": {rest!r}}}',
        )
