"""Periods in words, for messages about how long an engine keeps something."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import ngettext

MINUTE, HOUR = 60, 3600
LONGEST_HOURS = 48
"""Longer periods are told in days."""


def period(length: timedelta) -> str:
    """Return the length in whole minutes, hours or days, in the active language."""
    seconds = length.total_seconds()
    if seconds < 2 * HOUR:
        count = max(1, round(seconds / MINUTE))
        return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}
    if seconds <= LONGEST_HOURS * HOUR:
        count = round(seconds / HOUR)
        return ngettext("%(count)d hour", "%(count)d hours", count) % {"count": count}
    count = round(seconds / HOUR / 24)
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}
