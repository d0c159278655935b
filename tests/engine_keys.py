"""Settings of a shop with one engine: its keys are put where they belong in ``OUTFITANYONE``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django_outfitanyone.engine_entry import OUTFIT_ANYONE, known_engine_settings

OPTIONS = {"WORKSPACE", "PARSING_MODEL", "REFINER_MODEL"}


def changed(settings: Mapping[str, Any], **keys: Any) -> dict[str, Any]:
    """Return these settings with some keys changed; those of an engine go to ``default``."""
    top = dict(settings)
    engines = dict(top.get("ENGINES") or {"default": {"BACKEND": OUTFIT_ANYONE}})
    entry = dict(engines.get("default", {}))
    for name, value in keys.items():
        if name in OPTIONS:
            entry["OPTIONS"] = {**entry.get("OPTIONS", {}), name: value}
        elif name in known_engine_settings():
            entry[name] = value
        else:
            top[name] = value
    if not keys.keys() & {"ENGINES"}:
        top["ENGINES"] = {**engines, "default": entry} if "default" in engines else engines
    return top


def shop(**keys: Any) -> dict[str, Any]:
    """Return the settings of a shop whose one engine makes pictures and parses clothes."""
    return changed({"PARSER": "default"}, **keys)
