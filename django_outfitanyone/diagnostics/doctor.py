"""Diagnoses an installation: what is wrong and how to fix it. Costs nothing."""

from __future__ import annotations

from collections.abc import Callable

from django.core import checks
from django.utils.translation import gettext as _

from django_outfitanyone.diagnostics.connection import diagnose_end, diagnose_engine
from django_outfitanyone.diagnostics.fallbacks import diagnose_fallbacks
from django_outfitanyone.diagnostics.findings import Finding, Findings, Level, ok
from django_outfitanyone.diagnostics.pictures import diagnose_picture_check
from django_outfitanyone.diagnostics.products import diagnose_catalogue
from django_outfitanyone.diagnostics.storage import diagnose_storage
from django_outfitanyone.diagnostics.totals import diagnose_totals
from django_outfitanyone.diagnostics.work import diagnose_work


def diagnose() -> list[Finding]:
    """Run all diagnoses."""
    return [finding for diagnosis in DIAGNOSES for finding in diagnosis()]


def diagnose_settings() -> Findings:
    """Report the messages of ``manage.py check`` for this app."""
    messages = checks.run_checks(tags=["outfitanyone"])
    for message in messages:
        is_error = message.level >= checks.ERROR
        level = Level.PROBLEM if is_error else Level.WARNING
        text = f"{message.msg} ({message.id})"
        yield Finding(subject="settings", level=level, text=text, remedy=message.hint or "")
    if not messages:
        yield ok("settings", _("The settings are valid."))


DIAGNOSES: tuple[Callable[[], Findings], ...] = (
    diagnose_settings,  # first, because all others depend on the settings
    diagnose_engine,
    diagnose_end,
    diagnose_fallbacks,
    diagnose_catalogue,
    diagnose_storage,
    diagnose_picture_check,
    diagnose_work,
    diagnose_totals,
)
