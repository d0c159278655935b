"""Check uploads once they are saved, and tell the user what was found."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.utils.translation import gettext as _

from django_outfitanyone.conf import conf
from django_outfitanyone.engines import local
from django_outfitanyone.models.database import on_commit
from django_outfitanyone.picture_check import check_saved

if TYPE_CHECKING:
    from django.http import HttpRequest

    from django_outfitanyone.models import Garment, ModelImage

CHECKED_FIELDS = frozenset({"image", "kind"})
"""Fields of a form after whose change the picture is checked anew."""


def check_upload(request: HttpRequest, row: Garment | ModelImage, form: Any) -> None:
    """Check the picture of a saved form after the commit: a check takes about a second."""
    if conf.CHECK_PICTURES and not CHECKED_FIELDS.isdisjoint(form.changed_data):
        on_commit(partial(_check_and_report, request, row))


def report_check(request: HttpRequest, row: Garment | ModelImage) -> None:
    """Tell the user what the check found in this picture, one message for each finding."""
    if not row.is_checkable:
        text = _("“%(name)s” was not checked: only the size of pictures of this kind is checked.")
        messages.info(request, text % {"name": row})
    elif row.is_checked and not row.found:
        text = _("The check found nothing wrong with the picture of “%(name)s”.")
        messages.success(request, text % {"name": row})
    elif not row.is_checked and local.is_installed():
        text = _("“%(name)s” could not be checked: the local engine is busy or failed. Try again.")
        messages.warning(request, text % {"name": row})
    for finding in row.found:
        text = _("“%(name)s”: %(reason)s %(remedy)s")
        values = {"name": row, "reason": finding.reason, "remedy": finding.remedy}
        messages.warning(request, f"{finding.severity.label}. {text % values}")


def _check_and_report(request: HttpRequest, row: Garment | ModelImage) -> None:
    if refusal := check_saved(row):
        messages.warning(request, refusal)
    else:
        report_check(request, row)
