"""How pictures, statuses, amounts and times look in the admin."""

from __future__ import annotations

import math
from decimal import Decimal

from django.db.models.fields.files import FieldFile
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_outfitanyone.account.money import money
from django_outfitanyone.choices import Review, Status
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.models.remote_job import RemoteJob

STYLESHEET = "django_outfitanyone/admin/admin.css"
HOTSPOT_EDITOR = (
    "django_outfitanyone/admin/hotspot_rows.js",
    "django_outfitanyone/admin/hotspot_editor.js",
)

SYMBOLS: dict[str, str] = {
    Status.QUEUED: "…",
    Status.PREPARING: "…",
    Status.SUBMITTING: "↑",
    Status.RUNNING: "↻",
    Status.COLLECTING: "↓",
    Status.SUCCEEDED: "✓",
    Status.FAILED: "✕",
    Status.CANCELED: "–",
    Status.NEEDS_ATTENTION: "!",
    Review.TO_REVIEW: "?",
    Review.APPROVED: "✓",
    Review.REJECTED: "✕",
}
"""Beside the word, so that no badge is told by its colour."""


def badge(value: str, label: str) -> SafeString:
    """A word in a coloured pill."""
    return format_html(
        '<span class="outfit-badge outfit-badge--{}"><span aria-hidden="true">{}</span> {}</span>',
        value,
        SYMBOLS.get(value, "•"),
        label,
    )


def status_badge(job: RemoteJob) -> SafeString:
    """Where a job stands."""
    return badge(job.status, job.get_status_display())


def review_badge(try_on: TryOnResult) -> SafeString:
    """What people think of a finished picture; a dash for one that is not finished."""
    if try_on.status != Status.SUCCEEDED:
        return SafeString("–")
    if try_on.published_at:
        return badge("published", _("published"))
    return badge(try_on.review, try_on.get_review_display())


def thumbnail(file: FieldFile | None, *, alt: str = "") -> SafeString:
    """A small picture, or an empty frame of the same size; reads no file."""
    if not file:
        return SafeString('<span class="outfit-thumb"></span>')
    return format_html(
        '<img class="outfit-thumb" src="{}" alt="{}" loading="lazy" decoding="async">',
        file.url,
        alt,
    )


def pixels(width: int, height: int) -> str:
    """``576 × 1024``, in this order also among words that run from right to left."""
    return f"\N{LEFT-TO-RIGHT ISOLATE}{width} × {height}\N{POP DIRECTIONAL ISOLATE}"


def cost(job: RemoteJob) -> str:
    """What a job has cost so far."""
    return money(Decimal(job.cost), job.currency) if job.cost else "–"


def error(job: RemoteJob) -> SafeString | str:
    """What went wrong, who can mend it, and how."""
    if not job.error_code:
        return "–"
    return render_to_string("admin/django_outfitanyone/job_error.html", {"job": job})


def about(seconds: float) -> str:
    """A duration as nobody measures it: “about 20 seconds”, “about 3 minutes”."""
    if seconds < 5:
        return _("a few seconds")
    if seconds <= 55:
        count = math.ceil(seconds / 5) * 5
        return ngettext("about %(count)d second", "about %(count)d seconds", count) % {
            "count": count
        }
    if seconds < 90 * 60:
        count = round(seconds / 60)
        return ngettext("about %(count)d minute", "about %(count)d minutes", count) % {
            "count": count
        }
    count = round(seconds / 3600)
    return ngettext("about %(count)d hour", "about %(count)d hours", count) % {"count": count}


def sentence(parts: list[str]) -> str:
    """The parts as one line, separated by commas."""
    return capfirst(", ".join(parts))
