"""Findings of the doctor: a subject, a level, a text, and a remedy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from django_outfitanyone.error_help import error_help_for
from django_outfitanyone.exceptions import OutfitAnyoneError

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine


class Level(Enum):
    """Severity of a finding. Only a problem prevents try-ons from being made."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """``subject`` is a stable keyword; ``remedy`` is empty when there is nothing to do."""

    subject: str
    level: Level
    text: str
    remedy: str = ""


Findings = Iterator[Finding]


def ok(subject: str, text: str) -> Finding:
    """Return a finding that needs no action."""
    return Finding(subject=subject, level=Level.OK, text=text)


def warning(subject: str, text: str, remedy: str) -> Finding:
    """Return a finding that does not prevent try-ons."""
    return Finding(subject=subject, level=Level.WARNING, text=text, remedy=remedy)


def problem(subject: str, text: str, remedy: str) -> Finding:
    """Return a finding that prevents try-ons."""
    return Finding(subject=subject, level=Level.PROBLEM, text=text, remedy=remedy)


def remedy_for(error: OutfitAnyoneError, engine_class: type[Engine]) -> str:
    """Return the help of this engine for this error; ``""`` when there is none."""
    error_help = error_help_for(error.code, error.message, engine_class)
    return error_help.text if error_help else ""
