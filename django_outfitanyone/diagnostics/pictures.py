"""Diagnoses the free check of uploaded pictures."""

from __future__ import annotations

from django.utils.translation import gettext as _

from django_outfitanyone.conf import conf
from django_outfitanyone.diagnostics.findings import Findings, ok, warning
from django_outfitanyone.engines import local


def diagnose_picture_check() -> Findings:
    """Say whether uploads are checked; without the local engine only their size is."""
    if not conf.CHECK_PICTURES:
        return
    if local.is_installed():
        yield ok("pictures", _("Uploaded pictures are checked by the local engine."))
    else:
        yield warning(
            "pictures",
            _("Only the size of uploaded pictures is checked: the local engine is not installed."),
            local.INSTALL,
        )
