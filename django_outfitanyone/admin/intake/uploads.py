"""The upload form without script: several files and a list in one request."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.intake import drafts
from django_outfitanyone.models import IntakeLine

if TYPE_CHECKING:
    from django_outfitanyone.models import Intake

MOST_AT_ONCE = 30
"""Files of one request without script; each is checked while the browser waits."""
SECONDS = 15
"""Time for the checks and downloads of one request; the page offers to do the rest later."""


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Any number of files, up to ``MOST_AT_ONCE``; what they hold is checked one by one."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:  # noqa: ARG002
        files = [file for file in data or () if file]
        if len(files) > MOST_AT_ONCE:
            text = _("Without JavaScript, upload at most %(count)d files at a time.")
            raise ValidationError(text % {"count": MOST_AT_ONCE})
        return files


class UploadForm(forms.Form):
    """``pictures`` may hold lists, too: people drop a whole folder."""

    pictures = ManyFilesField(label=gettext_lazy("Pictures"), required=False)
    list = forms.FileField(label=gettext_lazy("List (CSV)"), required=False, allow_empty_file=True)


def receive(
    intake: Intake, form: UploadForm, *, user: Any, report: Callable[[str], object]
) -> None:
    """Add what the form holds, the lists first, and download what they name within the time."""
    end = monotonic() + SECONDS
    files = [*form.cleaned_data["pictures"], *filter(None, [form.cleaned_data["list"]])]
    lists = [file for file in files if file.name.lower().endswith((".csv", ".txt"))]
    bad = 0
    try:
        for file in lists:
            drafts.add_list(intake, file)
        for file in files:
            if file not in lists:
                has_time = monotonic() < end
                entry = drafts.add_file(
                    intake, file, path=file.name, user=user, is_checked=has_time
                )
                bad += isinstance(entry, IntakeLine)
        for entry in drafts.fetch(intake, user=user, seconds=end - monotonic()):
            bad += isinstance(entry, IntakeLine)
    except RequestRefused as error:
        report(str(error))
    if bad:
        text = ngettext(
            "%(count)d picture cannot be used; see below.",
            "%(count)d pictures cannot be used; see below.",
            bad,
        )
        report(text % {"count": bad})
