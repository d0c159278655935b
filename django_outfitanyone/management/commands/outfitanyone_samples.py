from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_outfitanyone import starter_set
from django_outfitanyone.exceptions import RequestRefused


class Command(BaseCommand):
    """Adds the starter set; with ``--models`` or ``--garments`` only that half of it."""

    help = (
        "Adds sample model photos and garments, which are free to use. "
        "Adds only what is missing, so it can run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--models", action="store_true", help="add only the model photos")
        parser.add_argument("--garments", action="store_true", help="add only the garments")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, models: bool, garments: bool, json: bool, **_options: Any) -> None:
        both = models == garments
        try:
            photos = starter_set.add_model_photos() if models or both else []
            pieces = starter_set.add_garments() if garments or both else []
        except RequestRefused as error:
            raise CommandError(str(error)) from error
        if json:
            self._print_json(photos, pieces)
        else:
            self._print_counts(len(photos), len(pieces))

    def _print_json(self, photos: list[Any], pieces: list[Any]) -> None:
        report = {
            "model_images": [photo.pk for photo in photos],
            "garments": [piece.pk for piece in pieces],
        }
        self.stdout.write(json.dumps(report))

    def _print_counts(self, photos: int, pieces: int) -> None:
        photos_text = ngettext("%(count)d model photo", "%(count)d model photos", photos)
        garments_text = ngettext("%(count)d garment", "%(count)d garments", pieces)
        counts = {
            "photos": photos_text % {"count": photos},
            "garments": garments_text % {"count": pieces},
        }
        self.stdout.write(_("Added: %(photos)s, %(garments)s.") % counts)
