"""HTML and text for statuses, pictures, amounts and durations in the admin."""

from __future__ import annotations

import math
from decimal import Decimal

from django.db.models.fields.files import FieldFile
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_outfitanyone.account.money import money
from django_outfitanyone.choices import Review, Severity, Status
from django_outfitanyone.models import ModelImage, TryOnResult
from django_outfitanyone.models.picture import StoredPicture
from django_outfitanyone.models.remote_job import RemoteJob
from django_outfitanyone.picture_findings import Finding

STYLESHEET = "django_outfitanyone/admin/admin.css"
HOTSPOT_EDITOR = (
    "django_outfitanyone/admin/hotspot_formset.js",
    "django_outfitanyone/admin/hotspot_canvas.js",
    "django_outfitanyone/admin/hotspot_drawing.js",
    "django_outfitanyone/admin/hotspot_popover.js",
    "django_outfitanyone/admin/hotspot_unsaved.js",
    "django_outfitanyone/admin/hotspot_editor.js",
)

MAX_LISTED_ERROR = 100

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
    "blocked": "‖",
    "paused": "‖",
    "refused": "✕",
    Severity.REFUSES: "✕",
    Severity.MAY_SPOIL: "!",
    Review.TO_REVIEW: "?",
    Review.APPROVED: "✓",
    Review.REJECTED: "✕",
}
"""Shown beside the label, so that badges do not differ by colour alone."""


def badge(value: str, label: str) -> SafeString:
    """Return a label in a coloured pill."""
    return format_html(
        '<span class="outfit-badge outfit-badge--{}"><span aria-hidden="true">{}</span> {}</span>',
        value,
        SYMBOLS.get(value, "•"),
        label,
    )


def status_badge(job: RemoteJob) -> SafeString:
    """Return the badge for the status of a try-on or a clothes parse."""
    if job.is_paused:
        return badge("paused", _("paused"))
    if job.is_replaced:
        return badge("canceled", _("replaced"))
    if job.is_blocked:
        return badge("blocked", _("blocked"))
    return badge(job.status, job.get_status_display())


def listed_status(job: RemoteJob) -> SafeString:
    """Return the badge, and in a few words below it what went wrong; for a narrow column."""
    if not job.error_message:
        return status_badge(job)
    text = Truncator(job.error_message).chars(MAX_LISTED_ERROR)
    return format_html('{}<span class="outfit-listed-error">{}</span>', status_badge(job), text)


def review_badge(try_on: TryOnResult) -> SafeString:
    """Return the badge for the review state, or a dash if the picture is not finished."""
    if not try_on.has_succeeded:
        return SafeString("–")
    if try_on.published_at:
        return badge("published", _("published"))
    return badge(try_on.review, try_on.get_review_display())


def thumbnail(file: FieldFile | None, *, alt: str = "") -> SafeString:
    """Return a small picture, or an empty frame of the same size; does not read the file."""
    if not file:
        return SafeString('<span class="outfit-thumb"></span>')
    return format_html(
        '<img class="outfit-thumb" src="{}" alt="{}" loading="lazy" decoding="async">',
        file.url,
        alt,
    )


def pixels(width: int, height: int) -> str:
    """Return ``576 × 1024``, in this order also inside right-to-left text."""
    return f"\N{LEFT-TO-RIGHT ISOLATE}{width} × {height}\N{POP DIRECTIONAL ISOLATE}"


def cost(job: RemoteJob) -> str:
    """Return the cost so far, or a dash."""
    return money(Decimal(job.cost), job.currency) if job.cost else "–"


def error_panel(job: RemoteJob) -> SafeString | str:
    """Return what went wrong, who can fix it and how, or a dash if there is no error."""
    if not job.error_code:
        return "–"
    return render_to_string("admin/django_outfitanyone/job_error.html", {"job": job})


def refusal_panel(photo: ModelImage, *, brief: bool = False) -> SafeString:
    """Return why the engine refused a model photo, and what to do about it."""
    context = {"photo": photo, "badge": badge("refused", _("refused")), "brief": brief}
    return render_to_string("admin/django_outfitanyone/photo_refusal.html", context)


def with_badges(findings: list[Finding]) -> list[tuple[Finding, SafeString]]:
    """Return each finding of the picture check with the badge of its severity."""
    return [(one, badge(one.severity, str(one.severity.label))) for one in findings]


def findings_panel(picture: StoredPicture) -> SafeString | str:
    """Return what the check found in a picture, in brief, or ``""`` if there is nothing."""
    shown = [] if picture.findings_ignored else picture.found
    if not shown:
        return ""
    context = {"findings": with_badges(shown), "brief": True}
    return render_to_string("admin/django_outfitanyone/findings.html", context)


def size_only_text() -> str:
    """Return why only the size of pictures is checked."""
    return render_to_string("admin/django_outfitanyone/size_only.html").strip()


def approximate_duration(seconds: float) -> str:
    """Return a rounded duration, for example “about 20 seconds” or “about 3 minutes”."""
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


def comma_separated(parts: list[str]) -> str:
    """Return the parts in one line, with the first letter in upper case."""
    return capfirst(", ".join(parts))
