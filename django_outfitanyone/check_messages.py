"""Constructors of the messages of system checks."""

from __future__ import annotations

from django.core import checks

Messages = list[checks.CheckMessage]


def error(number: str, message: str, hint: str) -> checks.CheckMessage:
    """Return an error; ``hint`` is a line to paste into the settings."""
    return checks.Error(message, hint=hint, id=f"django_outfitanyone.{number}")


def warning(number: str, message: str, hint: str) -> checks.CheckMessage:
    """Return a warning; ``hint`` is a line to paste into the settings."""
    return checks.Warning(message, hint=hint, id=f"django_outfitanyone.{number}")
