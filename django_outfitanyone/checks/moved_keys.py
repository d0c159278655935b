"""Keys of older versions, which described one account and now belong to an engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django_outfitanyone.checks.messages import Messages, error
from django_outfitanyone.engine_entry import DEFAULT, OUTFIT_ANYONE
from django_outfitanyone.setting_types import given

RENAMED = {
    "PROVIDER": "BACKEND",
    "EXCLUSIVE_ACCOUNT": "EXCLUSIVE",
    "EXPECTED_DURATION": "EXPECTED_SECONDS",
    "UNCLEAR_SUBMIT_DELAY": "UNCLEAR_DELAY",
}
UNCHANGED = (
    "API_KEY",
    "BASE_URL",
    "CURRENCY",
    "PRICES",
    "FREE_IMAGES",
    "RESOLUTIONS",
    "BUDGET_PER_DAY",
    "BUDGET_PER_MONTH",
    "CONCURRENT_TASKS",
    "THROTTLE_PAUSE",
    "REPEAT_UNCLEAR_PARSES_UP_TO",
    "TASK_DEADLINE",
    "POLL_INTERVAL",
)
OPTIONS = ("WORKSPACE", "PARSING_MODEL", "REFINER_MODEL")
RATES = {"SUBMITS_PER_SECOND": "SUBMITS", "QUERIES_PER_SECOND": "QUERIES"}
REMOVED = ("EXPIRY_WARNING",)
"""What follows from the engine now."""
MOVED = {*RENAMED, *UNCHANGED, *OPTIONS, *RATES, *REMOVED, "ACCOUNT", "TRY_ON_MODEL"}


def moved_keys_message() -> Messages:
    """Return one error that names the old keys, with the lines to paste instead of them."""
    old = {name: value for name, value in given().items() if name in MOVED}
    if not old:
        return []
    names = ", ".join(sorted(old))
    text = f"These keys of OUTFITANYONE describe an engine and belong into ENGINES: {names}."
    return [error("E009", text, f"Instead of them: {_line(old)}")]


def _line(old: Mapping[str, Any]) -> str:
    entry = ", ".join(f'"{name}": {shown}' for name, shown in _entry(old).items())
    alias = old.get("ACCOUNT", DEFAULT)
    return f'OUTFITANYONE = {{"ENGINES": {{"{alias}": {{{entry}}}}}, "PARSER": "{alias}"}}'


def _entry(old: Mapping[str, Any]) -> dict[str, str]:
    """Return the keys of the entry with their values as they are written, except the API key."""
    entry = {"BACKEND": repr(old.get("PROVIDER", OUTFIT_ANYONE))}
    for name in UNCHANGED:
        if name in old:
            entry[name] = "..." if name == "API_KEY" else repr(old[name])
    for name, new in RENAMED.items():
        if name in old:
            entry[new] = repr(old[name])
    for name, new in RATES.items():
        if name in old:
            entry[new] = f'"{old[name]}/s"'
    if "TRY_ON_MODEL" in old:
        entry["REMOTE_MODELS"] = repr([old["TRY_ON_MODEL"]])
    options = {name: old[name] for name in OPTIONS if name in old}
    if options:
        entry["OPTIONS"] = repr(options)
    return entry
