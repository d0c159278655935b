"""Diagnoses ``FALLBACKS``, the order of engines for the try-ons of one that cannot go on."""

from __future__ import annotations

from django.db import DatabaseError
from django.utils.translation import gettext as _

from django_outfitanyone.diagnostics.findings import Findings, ok, warning
from django_outfitanyone.jobs.engine_target import fallback_targets
from django_outfitanyone.jobs.fallback import why_waiting
from django_outfitanyone.models import TryOnResult


def diagnose_fallbacks() -> Findings:
    """Name the order, and the try-ons that wait in spite of it; nothing without an order."""
    names = [f"{target.title} ({target})" for target in fallback_targets()]
    if not names:
        return
    text = _(
        "If an engine stops, its waiting try-ons move automatically to the first of these that is "
        "not dearer: %(order)s."
    )
    yield ok("fallbacks", text % {"order": ", ".join(names)})
    remedy = _(
        "Move them in the admin, or with `manage.py outfitanyone_move --from ALIAS --to ALIAS`."
    )
    try:
        waiting = why_waiting(TryOnResult.objects.all())
    except DatabaseError:
        return  # which the diagnosis of the work reports
    for one in waiting:
        yield warning("fallbacks", str(one), remedy)
