"""Checks of the settings of this app."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage
from django.utils.module_loading import import_string

from django_outfitanyone.checks.messages import Messages, error, warning
from django_outfitanyone.checks.moved_keys import MOVED
from django_outfitanyone.conf import (
    ConfigurationError,
    conf,
    known_settings,
    product_model_name,
)
from django_outfitanyone.setting_types import Setting, given


def check_settings(**_kwargs: Any) -> Messages:
    """Unknown keys and invalid values in ``OUTFITANYONE``."""
    try:
        values = given()
    except ConfigurationError as fault:
        return [error("E001", str(fault), "OUTFITANYONE = {}")]
    known = known_settings()
    messages: Messages = []
    for name, value in values.items():
        if name in MOVED:
            continue  # reported by check_engines
        if name not in known:
            nearest = get_close_matches(str(name).upper(), known, n=1, cutoff=0)[0]
            # a misspelled ENGINES may hold a key
            shown = "..." if nearest == "ENGINES" else repr(_fitting(known[nearest], value))
            messages.append(
                error(
                    "E001",
                    f"OUTFITANYONE has no setting {name!r}.",
                    f'Did you mean OUTFITANYONE = {{"{nearest}": {shown}}}?',
                )
            )
        elif not known[name].accepts(value):
            expects, default = known[name].expects, known[name].default
            messages.append(
                error(
                    "E002",
                    f"OUTFITANYONE[{name!r}] must be {expects}.",
                    f'OUTFITANYONE = {{"{name}": {default!r}}}',
                )
            )
    return messages


def _fitting(setting: Setting[Any], value: Any) -> Any:
    """Return the value if the setting accepts it, else the setting's default."""
    return value if setting.accepts(value) else setting.default


def check_product_model(**_kwargs: Any) -> Messages:
    """``OUTFITANYONE_PRODUCT_MODEL`` must name an installed model."""
    try:
        apps.get_model(product_model_name())
    except (LookupError, ValueError):
        return [
            error(
                "E003",
                f"OUTFITANYONE_PRODUCT_MODEL = {product_model_name()!r} names no installed model.",
                'OUTFITANYONE_PRODUCT_MODEL = "catalogue.Product"  # app_label.ModelName',
            )
        ]
    return []


def check_paths(**_kwargs: Any) -> Messages:
    """The catalogue adapter and the classes of the API must be importable."""
    default = known_settings()["CATALOGUE"].default
    found = [_check_path("CATALOGUE", conf.CATALOGUE, f'"{default}"')]
    for key in ("API_AUTHENTICATION_CLASSES", "API_PERMISSION_CLASSES", "API_THROTTLE_CLASSES"):
        found += [_check_path(key, path, "[]") for path in getattr(conf, key)]
    found += [_check_path("API_VIEWS", path, "{}") for path in conf.API_VIEWS.values()]
    return [message for message in found if message]


def _check_path(key: str, path: str, default: str) -> CheckMessage | None:
    try:
        import_string(path)
    except ImportError as fault:
        return error(
            "E004",
            f"OUTFITANYONE['{key}'] = {path!r} cannot be imported: {fault}",
            f'OUTFITANYONE = {{"{key}": {default}}}',
        )
    return None


def check_review(**_kwargs: Any) -> Messages:
    """Without ``REQUIRE_REVIEW``, pictures go to the shop before a person has seen them."""
    if conf.REQUIRE_REVIEW:
        return []
    return [
        warning(
            "W012",
            "OUTFITANYONE['REQUIRE_REVIEW'] is off, so visitors see every finished picture that "
            "is not rejected, before a person has reviewed it.",
            'OUTFITANYONE = {"REQUIRE_REVIEW": True}, or if you want this: '
            'SILENCED_SYSTEM_CHECKS = ["django_outfitanyone.W012"]',
        )
    ]
