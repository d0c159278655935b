"""The picture check in commands."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.management.base import OutputWrapper

from django_outfitanyone import actions
from django_outfitanyone.conf import conf
from django_outfitanyone.models import Garment, ModelImage

SIZE_ONLY = (
    "Only the size was checked: the local engine is not installed, is busy or failed. Install it "
    'with: pip install "django-outfitanyone[local]"'
)


def check_before_use(
    pictures: Iterable[Garment | ModelImage], progress: OutputWrapper, *, ignore: bool
) -> None:
    """Check pictures that were not checked yet, and print what may spoil the result.

    ignore: decide to use those that the check advises against.
    """
    if not conf.CHECK_PICTURES:
        return
    for picture in pictures:
        if not picture.is_checked:
            actions.check_picture(picture)
        for finding in picture.found:
            if ignore or not finding.refuses:
                progress.write(f"{picture}: {finding.severity.label}. {finding}")
        if ignore and picture.refusing_findings:
            actions.ignore_findings(picture)
