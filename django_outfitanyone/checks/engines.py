"""Checks of ``ENGINES``, ``PARSER`` and the keys of engines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from django.core import checks
from django.utils import timezone

from django_outfitanyone.checks.messages import Messages, error, warning
from django_outfitanyone.checks.moved_keys import moved_keys_message
from django_outfitanyone.checks.settings import check_settings
from django_outfitanyone.conf import ConfigurationError, conf
from django_outfitanyone.engine_entry import (
    DEFAULT,
    LOCAL,
    LOCAL_ENGINE,
    OUTFIT_ANYONE,
    known_engine_settings,
)
from django_outfitanyone.engine_settings import EngineSettings
from django_outfitanyone.engines import local
from django_outfitanyone.engines.addresses import is_private_url
from django_outfitanyone.engines.base import Engine, Option
from django_outfitanyone.setting_types import Setting, given

OWN_OPTIONS = ("PARSING_MODEL", "REFINER_MODEL")
"""Keys of ``OPTIONS`` that every engine takes which can parse or refine."""


def check_engines(**_kwargs: Any) -> Messages:
    """Old, unknown and invalid keys of engines, backends and options."""
    if check_settings():
        return []
    messages = moved_keys_message()
    engines = given().get("ENGINES")
    for alias, entry in (engines or {}).items():
        messages += _check_entry(alias, entry)
    if not messages:
        messages += _check_parser()
    return messages


def check_keys(**_kwargs: Any) -> Messages:
    """Without a key nothing can be submitted. Everything else works."""
    return [message for engine in engines_in_use() for message in _check_key(engine)]


def check_local_parser(**_kwargs: Any) -> Messages:
    """The local parser is a package of its own."""
    if conf.parser.BACKEND != LOCAL_ENGINE or local.is_installed():
        return []
    return [
        warning(
            "W014",
            "OUTFITANYONE['PARSER'] is the local engine, which is not installed, so no clothes "
            "are parsed and pictures get no hotspots.",
            local.INSTALL,
        )
    ]


def check_end_dates(**_kwargs: Any) -> Messages:
    """A vendor that has ended the default model makes no more pictures."""
    messages: Messages = []
    for engine in engines_in_use():
        model = engine.default_model
        ends_on = engine.capabilities(model).ends_on if model else None
        if ends_on and ends_on <= timezone.localdate() and not is_private_url(engine.base_url):
            messages.append(
                warning(
                    "W015",
                    f"The vendor announced the end of {model!r} of the engine {engine.alias!r} "
                    f"for {ends_on}.",
                    _line(engine.alias, '"BACKEND": "..."') + " with another engine",
                )
            )
    return messages


def engines_in_use() -> list[EngineSettings]:
    """Return the engines of the shop, and the local one if it is the parser."""
    used = {*(conf.ENGINES or {}), conf.default_alias, conf.PARSER}
    return [engine for engine in conf.usable_engines if engine.alias in used]


def _check_key(engine: EngineSettings) -> Iterator[checks.CheckMessage]:
    try:
        _key = engine.api_key()
    except ConfigurationError as fault:
        yield warning("W001", str(fault), f"export {engine.api_key_env}=...")


def _check_entry(alias: str, entry: Mapping[str, Any]) -> Messages:
    messages = list(_wrong_keys(alias, entry))
    if "BACKEND" not in entry:
        text = f"The engine {alias!r} has no BACKEND."
        messages.append(error("E010", text, _line(alias, f'"BACKEND": "{OUTFIT_ANYONE}"')))
    if messages:
        return messages
    try:
        backend: Any = EngineSettings(alias).backend_class
    except ConfigurationError as fault:
        return [error("E004", str(fault), _line(alias, f'"BACKEND": "{OUTFIT_ANYONE}"'))]
    if not (isinstance(backend, type) and issubclass(backend, Engine)):
        text = f"The BACKEND of the engine {alias!r} is no subclass of Engine."
        return [error("E004", text, _line(alias, f'"BACKEND": "{OUTFIT_ANYONE}"'))]
    return list(_wrong_options(alias, entry.get("OPTIONS", {}), backend))


def _wrong_keys(alias: str, entry: Mapping[str, Any]) -> Iterator[checks.CheckMessage]:
    known = known_engine_settings()
    for name, value in entry.items():
        if name not in known:
            nearest = get_close_matches(str(name).upper(), known, n=1, cutoff=0)[0]
            fits = nearest != "API_KEY" and known[nearest].accepts(value)
            shown = repr(value) if fits else "..."
            line = _line(alias, f'"{nearest}": {shown}')
            text = f"The engine {alias!r} has no setting {name!r}."
            yield error("E001", text, f"Did you mean {line}?")
        elif not known[name].accepts(value):
            text = f"OUTFITANYONE['ENGINES'][{alias!r}][{name!r}] must be {known[name].expects}."
            yield error("E002", text, _line(alias, f'"{name}": {_example(known[name])!r}'))


def _wrong_options(
    alias: str, options: Mapping[str, Any], backend: type[Engine]
) -> Iterator[checks.CheckMessage]:
    known: dict[str, Option] = {**dict.fromkeys(OWN_OPTIONS, _MODEL), **backend.OPTIONS}
    for name, value in options.items():
        if name not in known:
            nearest = get_close_matches(str(name).upper(), known, n=1, cutoff=0)[0]
            yield error(
                "E001",
                f"The engine {alias!r} has no option {name!r}.",
                f"Did you mean {_option_line(alias, nearest, known[nearest].default)}?",
            )
        elif not known[name].accepts(value):
            yield error(
                "E002",
                f"The option {name!r} of the engine {alias!r} must be {known[name].expects}.",
                _option_line(alias, name, known[name].default),
            )


def _check_parser() -> Messages:
    alias = conf.PARSER
    if alias not in conf.engines:
        text = f"OUTFITANYONE['PARSER'] = {alias!r} is no alias of ENGINES."
        return [error("E011", text, f'OUTFITANYONE = {{"PARSER": "{LOCAL}"}}')]
    parser = conf.parser
    if parser.is_importable and not parser.is_parser:
        text = f"OUTFITANYONE['PARSER'] = {alias!r} is an engine that cannot parse clothes."
        return [error("E011", text, f'OUTFITANYONE = {{"PARSER": "{LOCAL}"}}')]
    return []


def _example(setting: Setting[Any]) -> Any:
    return setting.default if setting.example is None else setting.example


def _line(alias: str, rest: str) -> str:
    return f'OUTFITANYONE = {{"ENGINES": {{"{alias or DEFAULT}": {{{rest}}}}}}}'


def _option_line(alias: str, name: str, value: Any) -> str:
    return _line(alias, f'"OPTIONS": {{"{name}": {value!r}}}')


def _is_model(value: Any) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= 50


_MODEL = Option(default="...", expects="a string of 1 to 50 characters", accepts=_is_model)
