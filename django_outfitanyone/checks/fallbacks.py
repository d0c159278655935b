"""Checks of ``FALLBACKS``, the order of engines for the try-ons of one that cannot go on."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from django.core import checks

from django_outfitanyone.checks.messages import Messages, error, warning
from django_outfitanyone.conf import conf
from django_outfitanyone.engines.capabilities import OrderSize
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs import fallback_rules as rules
from django_outfitanyone.jobs.engine_target import Target, fallback_targets, target_of, targets


def check_fallback_order(**_kwargs: Any) -> Messages:
    """Every entry must be an engine that makes pictures, and none may come twice."""
    found: list[Target] = []
    messages: Messages = []
    for name in conf.FALLBACKS:
        try:
            target = target_of(name)
        except RequestRefused:
            text = f"OUTFITANYONE['FALLBACKS'] names {name!r}, which is no engine for try-ons."
            messages.append(error("E012", text, f"Did you mean {_line(_corrected())}?"))
            continue
        if target in found:
            text = f"OUTFITANYONE['FALLBACKS'] names the engine {str(target)!r} twice."
            messages.append(error("E012", text, _line(_corrected())))
        found.append(target)
    return messages


def check_fallbacks(**_kwargs: Any) -> Messages:
    """An engine that may train on the pictures, and one that nothing can ever fall back to."""
    return [message for target in fallback_targets() for message in _check_target(target)]


def _check_target(target: Target) -> Iterator[checks.CheckMessage]:
    rest = _line([str(one) for one in fallback_targets() if one != target])
    if target.capabilities.trains_on_inputs:
        yield warning(
            "W016",
            f"The terms of {target.title}, to which OUTFITANYONE['FALLBACKS'] moves try-ons by "
            "itself, are said to allow training on the pictures.",
            f"{rest}, or if no photo shows a shopper: "
            'SILENCED_SYSTEM_CHECKS = ["django_outfitanyone.W016"]',
        )
    reasons = [_refusal(target, present) for present in targets() if present.alias != target.alias]
    if all(reasons):
        reason = reasons[0] if reasons else "there is no other engine"
        text = f"No try-on can move to {str(target)!r} by OUTFITANYONE['FALLBACKS']: {reason}."
        yield warning("W017", text, rest)


def _refusal(target: Target, present: Target) -> str:
    """Return why nothing of another engine can go to this one, by kind and price."""
    return rules.sandbox_mismatch(target, present) or rules.dearer_size(
        OrderSize(), target, present, alias=present.alias
    )


def _corrected() -> list[str]:
    """Return the order with the nearest known engine for each unknown one, and each once."""
    known = {name for target in targets() for name in (target.alias, str(target))}
    found: dict[Target, str] = {}
    for name in conf.FALLBACKS if known else ():
        nearest = name if name in known else get_close_matches(name, known, n=1, cutoff=0)[0]
        found.setdefault(target_of(nearest), nearest)
    return list(found.values())


def _line(names: list[str]) -> str:
    return f'OUTFITANYONE = {{"FALLBACKS": {names!r}}}'
