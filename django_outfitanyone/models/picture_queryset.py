"""Garments and model photos by what the picture check found in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import TextField
from django.db.models.functions import Cast

from django_outfitanyone.choices import Severity

if TYPE_CHECKING:
    from typing_extensions import Self


class StoredPictureQuerySet(models.QuerySet[Any]):
    """Pictures by what the picture check found in them."""

    def unchecked(self) -> Self:
        """Return the pictures that were not checked since they were uploaded."""
        return self.filter(findings__isnull=True)

    def with_findings(self) -> Self:
        """Return the pictures in which the check found anything."""
        return self._with_text('"code"')

    def advised_against(self) -> Self:
        """Return the pictures that the engine will refuse, unless a person decided to use them."""
        return self._with_text(f'"{Severity.REFUSES}"').filter(findings_ignored=False)

    def _with_text(self, text: str) -> Self:
        # as text, because SQLite does not look inside of JSON lists
        as_text = Cast("findings", TextField())
        return self.alias(findings_as_text=as_text).filter(findings_as_text__contains=text)
