"""System checks. Each message has a hint with the line to paste into the settings."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core import checks

from django_outfitanyone.checks.catalogue import check_adapter, check_catalogue
from django_outfitanyone.checks.engines import (
    check_end_dates,
    check_engines,
    check_keys,
    check_local_parser,
)
from django_outfitanyone.checks.environment import (
    check_media,
    check_queue,
    check_sqlite,
    check_storages,
    check_time_zone,
)
from django_outfitanyone.checks.fallbacks import check_fallback_order, check_fallbacks
from django_outfitanyone.checks.marks import check_label, check_signing
from django_outfitanyone.checks.messages import IDS, Messages
from django_outfitanyone.checks.money import check_money
from django_outfitanyone.checks.settings import (
    check_paths,
    check_product_model,
    check_review,
    check_settings,
)

__all__ = [
    "IDS",
    "check_adapter",
    "check_catalogue",
    "check_end_dates",
    "check_engines",
    "check_fallback_order",
    "check_fallbacks",
    "check_keys",
    "check_label",
    "check_local_parser",
    "check_media",
    "check_money",
    "check_paths",
    "check_product_model",
    "check_queue",
    "check_review",
    "check_settings",
    "check_signing",
    "check_sqlite",
    "check_storages",
    "check_time_zone",
    "register_all",
]

Check = Callable[..., Messages]


def register_all() -> None:
    """Register the checks. Called once, when the app is ready."""
    checks.register(check_settings, "outfitanyone")
    checks.register(check_engines, "outfitanyone")
    checks.register(check_time_zone, "outfitanyone")
    for check in (
        check_product_model,
        check_paths,
        check_catalogue,
        check_storages,
        check_media,
        check_keys,
        check_local_parser,
        check_end_dates,
        check_fallback_order,
        check_fallbacks,
        check_queue,
        check_sqlite,
        check_money,
        check_review,
        check_signing,
    ):
        checks.register(_if_settings_are_valid(check), "outfitanyone")
    for check in (check_label, check_adapter):
        checks.register(_if_settings_are_valid(check), checks.Tags.database)


def _if_settings_are_valid(check: Check) -> Check:
    """Skip the check while a setting is invalid, so that each fault is reported once.

    Without ``USE_TZ``, some checks would fail at the first time that they compare.
    """

    @wraps(check)
    def guarded(**kwargs: Any) -> Messages:
        is_invalid = check_settings() or check_engines() or check_time_zone()
        return [] if is_invalid else check(**kwargs)

    return guarded
