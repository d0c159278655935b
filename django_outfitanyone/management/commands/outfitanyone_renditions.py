from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import ngettext

from django_outfitanyone.exceptions import OutfitAnyoneError
from django_outfitanyone.models import ModelImage, TryOnResult

Picture = ModelImage | TryOnResult


class Command(BaseCommand):
    """Creates smaller copies of pictures that were stored without them, or all of them anew."""

    help = "Creates missing smaller copies of stored pictures. Safe to stop and run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--again",
            action="store_true",
            help="replace the copies and thumbnails of all pictures: of those that were stored "
            "before a setting about marks was changed, or before copies were marked at all",
        )

    def handle(self, **options: Any) -> None:
        """Make the copies and report how many pictures got them."""
        count = 0
        for model in (ModelImage, TryOnResult):
            rows = model.with_pictures() if options["again"] else model.without_renditions()
            for picture in rows.order_by("pk").iterator(chunk_size=100):
                make = picture.remake_copies if options["again"] else picture.add_renditions
                count += self._make(picture, make)
        text = ngettext(
            "Smaller copies of %(count)d picture were created.",
            "Smaller copies of %(count)d pictures were created.",
            count,
        )
        self.stdout.write(text % {"count": count})

    def _make(self, picture: Picture, make: Callable[[], object]) -> bool:
        """Return whether it worked. A damaged file is reported and skipped."""
        try:
            make()
        except (OSError, OutfitAnyoneError) as error:
            self.stderr.write(f"{picture._meta.model_name} {picture.pk}: {error}")
            return False
        return True
