"""Diagnoses the daily totals, which budgets and the spending pages rely on."""

from __future__ import annotations

from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_outfitanyone.diagnostics.findings import Findings, ok, warning
from django_outfitanyone.models import DailyTotal
from django_outfitanyone.models.amounts import last_month, shop_day


def diagnose_totals() -> Findings:
    """Compare the totals of this month and the last with the charges, today's left out.

    A charge may be written between the two sums of today.
    """
    today = shop_day(timezone.now())
    try:
        wrong = len(DailyTotal.objects.differing(last_month(today), before=today))
    except DatabaseError:  # the diagnosis of the work says so
        return
    if not wrong:
        yield ok("totals", _("The daily totals are the sums of their charges."))
        return
    text = ngettext(
        "%(count)d daily total differs from the sum of its charges, so budgets and spending "
        "pages are wrong.",
        "%(count)d daily totals differ from the sums of their charges, so budgets and spending "
        "pages are wrong.",
        wrong,
    )
    remedy = _("Run `manage.py outfitanyone_clean`, which corrects them.")
    yield warning("totals", text % {"count": wrong}, remedy)
