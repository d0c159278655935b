from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from django_outfitanyone.exceptions import OutfitAnyoneError
from django_outfitanyone.models import ModelImage, TryOnResult


class Command(BaseCommand):
    """For pictures stored before there were smaller copies, or whose making was cut short."""

    help = "Makes the smaller copies that stored pictures lack; may be stopped and run again."

    def handle(self, **options: Any) -> None:  # noqa: ARG002
        made = 0
        for model in (ModelImage, TryOnResult):
            for picture in model.without_renditions().order_by("pk").iterator(chunk_size=100):
                made += self._add(picture)
        self.stdout.write(_("Smaller copies made of %(count)d pictures.") % {"count": made})

    def _add(self, picture: ModelImage | TryOnResult) -> bool:
        """Whether it could be done; one bad file does not keep the others waiting."""
        try:
            picture.add_renditions()
        except (OSError, OutfitAnyoneError) as error:
            self.stderr.write(f"{picture._meta.model_name} {picture.pk}: {error}")
            return False
        return True
