from __future__ import annotations

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from django_outfitanyone import actions
from django_outfitanyone.choices import ClothesType
from django_outfitanyone.conf import ConfigurationError
from django_outfitanyone.exceptions import OutfitAnyoneError
from django_outfitanyone.jobs.parse import ONE_PIECE
from django_outfitanyone.management.picture_arguments import model_image_from
from django_outfitanyone.management.reports import check_success, parse_report
from django_outfitanyone.management.waiting import wait_for
from django_outfitanyone.models import ClothesParse


class Command(BaseCommand):
    """Parses the clothes in one picture."""

    help = "Parses the clothes in a picture: a file, or the id of a model photo."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--image", required=True, metavar="FILE|ID")
        parser.add_argument(
            "--clothes",
            nargs="+",
            choices=ClothesType.values,
            help=(
                "upper, lower, dress, or upper lower (default: upper lower, and where neither is "
                "found, dress in a second call)"
            ),
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
            parses = self._finished(options)
        except (OutfitAnyoneError, ConfigurationError) as error:
            raise CommandError(str(error)) from error
        report = parse_report(*parses)
        if options["json"]:
            self.stdout.write(json.dumps(report))
        else:
            names = [name for parse in parses for name in parse.types]
            for name, area in zip(names, report["areas"], strict=True):
                self.stdout.write(f"{name}: {_place(area)}")
        check_success(parses[-1])

    def _finished(self, options: dict[str, Any]) -> list[ClothesParse]:
        """Return the parse, and the one of a dress that followed it, after waiting for them."""
        picture = model_image_from(options["image"])
        given = options["clothes"]
        types = sorted(set(given), key=ClothesType.values.index) if given else None
        started = time.monotonic()
        parses = [actions.parse_clothes(picture, types, again=options["again"])]
        self._wait(parses[0], options["timeout"])
        if types is None and parses[0].has_found_nothing and parses[0].types != [*ONE_PIECE]:
            parses.append(actions.parse_clothes(picture))
            self._wait(parses[1], options["timeout"] - (time.monotonic() - started))
        return parses

    def _wait(self, parse: ClothesParse, seconds: float) -> None:
        wait_for(parse, progress=self.stderr, seconds=seconds, clock=time.monotonic)


def _place(area: dict[str, Any] | None) -> str:
    if not area:
        return "nothing found"
    return str(area["bbox"] or "found, but the engine did not say where")
