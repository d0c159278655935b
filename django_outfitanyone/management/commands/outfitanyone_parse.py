from __future__ import annotations

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from django_outfitanyone import actions
from django_outfitanyone.choices import ClothesType
from django_outfitanyone.conf import ConfigurationError
from django_outfitanyone.exceptions import OutfitAnyoneError
from django_outfitanyone.management.picture_arguments import model_image_from
from django_outfitanyone.management.reports import check_success, parse_report
from django_outfitanyone.management.waiting import wait_for


class Command(BaseCommand):
    """Parses the clothes in one picture."""

    help = "Parses the clothes in a picture: a file, or the id of a model photo."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--image", required=True, metavar="FILE|ID")
        parser.add_argument(
            "--clothes",
            nargs="+",
            choices=ClothesType.values,
            default=["upper"],
            help="upper, lower, dress, or upper lower",
        )
        parser.add_argument(
            "--again", action="store_true", help="pay for a new parse even if one succeeded before"
        )
        parser.add_argument(
            "--timeout",
            type=float,
            default=120,
            metavar="SECONDS",
            help="maximum time to wait (default: 120)",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        """Request a parse, wait for it and report it."""
        try:
            types = sorted(set(options["clothes"]), key=ClothesType.values.index)
            parse = actions.parse_clothes(
                model_image_from(options["image"]), types, again=options["again"]
            )
        except (OutfitAnyoneError, ConfigurationError) as error:
            raise CommandError(str(error)) from error
        wait_for(parse, progress=self.stderr, seconds=options["timeout"], clock=time.monotonic)
        report = parse_report(parse)
        if options["json"]:
            self.stdout.write(json.dumps(report))
        else:
            for name, area in zip(parse.types, report["areas"], strict=True):
                self.stdout.write(f"{name}: {area['bbox'] if area else 'nothing found'}")
        check_success(parse)
