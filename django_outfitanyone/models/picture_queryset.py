"""Garments and model photos by what the picture check found in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from django_outfitanyone.choices import Severity
from django_outfitanyone.picture_findings import SMALL_SIDE

if TYPE_CHECKING:
    from typing_extensions import Self


def advised_against() -> Q:
    """Return the condition that the check expects a refusal; needs ``with_findings_text``."""
    return Q(findings__isnull=False, findings_as_text__contains=f'"{Severity.REFUSES}"')


class StoredPictureQuerySet(models.QuerySet[Any]):
    """Pictures by what the picture check found in them."""

    least_width = SMALL_SIDE
    """Pixels across below which the size alone is a finding."""

    def unchecked(self) -> Self:
        """Return the pictures that the local engine has not checked since they were uploaded."""
        return self.filter(findings__isnull=True)

    def with_findings(self) -> Self:
        """Return the pictures in which the check found anything."""
        is_small = Q(width__lt=self.least_width) | Q(height__lt=SMALL_SIDE)
        return self.with_findings_text().filter(is_small | Q(findings_as_text__contains='"code"'))

    def advised_against(self) -> Self:
        """Return the pictures that the engine will refuse, unless a person decided to use them."""
        return self.with_findings_text().filter(advised_against(), findings_ignored=False)

    def with_findings_text(self) -> Self:
        """Add what the conditions about findings need."""
        # as text, because SQLite does not look inside of JSON lists
        return self.alias(findings_as_text=Cast("findings", TextField()))
