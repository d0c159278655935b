from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from django_outfitanyone.exceptions import OutfitAnyoneError
from django_outfitanyone.models import ModelImage, TryOnResult


class Command(BaseCommand):
    """Creates smaller copies of pictures that were stored without them."""

    help = "Creates missing smaller copies of stored pictures. Safe to stop and run again."

    def handle(self, **options: Any) -> None:  # noqa: ARG002
        count = 0
        for model in (ModelImage, TryOnResult):
            for picture in model.without_renditions().order_by("pk").iterator(chunk_size=100):
                count += self._add(picture)
        text = ngettext(
            "Smaller copies of %(count)d picture were created.",
            "Smaller copies of %(count)d pictures were created.",
            count,
        )
        self.stdout.write(text % {"count": count})

    def _add(self, picture: ModelImage | TryOnResult) -> bool:
        """Return whether it worked. A damaged file is reported and skipped."""
        try:
            picture.add_renditions()
        except (OSError, OutfitAnyoneError) as error:
            self.stderr.write(f"{picture._meta.model_name} {picture.pk}: {error}")
            return False
        return True
