from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from django_outfitanyone import actions
from django_outfitanyone.account.money import money
from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.conf import ConfigurationError, conf
from django_outfitanyone.exceptions import OutfitAnyoneError, PictureUnsuitable, RequestRefused
from django_outfitanyone.jobs.try_on import MAX_COUNT, TryOnOptions, TryOnRequest
from django_outfitanyone.management.picture_arguments import (
    garment_from,
    garment_of_kind,
    model_image_from,
)
from django_outfitanyone.management.picture_checks import check_before_use
from django_outfitanyone.management.reports import check_success, try_on_report
from django_outfitanyone.management.waiting import wait_for
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.models.try_on import Keep
from django_outfitanyone.picture_guide import GARMENTS, PEOPLE


class Command(BaseCommand):
    """Requests one try-on."""

    help = (
        "Tries garments on a person. Pictures are files, or ids of model photos and garments. Exit "
        "code 0 means that the try-on succeeded or, without --wait, was accepted."
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return Django's parser, with the short form of the picture guide at its end."""
        pictures = f"Person: {PEOPLE.summary} Garments: {GARMENTS.summary}"
        return super().create_parser(prog_name, subcommand, epilog=pictures, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--person", required=True, metavar="FILE|ID")
        parser.add_argument("--top", metavar="FILE|ID")
        parser.add_argument("--bottom", metavar="FILE|ID")
        parser.add_argument("--one-piece", metavar="FILE|ID", help="a dress or jumpsuit")
        parser.add_argument(
            "--garment",
            action="append",
            default=[],
            metavar="KIND=FILE|ID",
            help=f"a garment of any kind: {', '.join(GarmentKind.values)}; may be repeated",
        )
        other_half = parser.add_mutually_exclusive_group()
        other_half.add_argument(
            "--keep",
            choices=Keep.values,
            help="half of the person's own clothes to keep (default: the one without a garment)",
        )
        other_half.add_argument(
            "--new-other-half",
            action="store_true",
            help="with a top or a bottom alone, let the engine make up a random other half",
        )
        parser.add_argument(
            "--engine", default="", help=f"alias of the engine; default: {conf.default_alias}"
        )
        parser.add_argument(
            "--model", default="", help=f"default: {conf.default_engine.default_model}"
        )
        parser.add_argument(
            "--resolution",
            type=int,
            default=-1,
            metavar="HEIGHT",
            help="one of RESOLUTIONS in the settings (default: -1, the size of the person's photo)",
        )
        parser.add_argument(
            "--new-face",
            action="store_true",
            help="do not keep the person's face: the engine makes up a new, random one",
        )
        parser.add_argument(
            "--count",
            type=int,
            default=1,
            help=f"candidates to choose from, each paid for (1 to {MAX_COUNT}; default: 1)",
        )
        parser.add_argument(
            "--seed", type=int, help="seed of the first candidate, for engines that take one"
        )
        parser.add_argument(
            "--force-new",
            action="store_true",
            help="make a new picture, at full price, even if an identical one exists",
        )
        parser.add_argument(
            "--ignore-findings",
            action="store_true",
            help="use the pictures although the picture check advises against them",
        )
        parser.add_argument(
            "--wait", action="store_true", help="advance the try-on here until it has finished"
        )
        parser.add_argument(
            "--timeout",
            type=float,
            default=600,
            metavar="SECONDS",
            help="maximum time to wait (default: 600)",
        )
        parser.add_argument(
            "--out",
            metavar="FILE",
            help="write the picture to this file; implies --wait. Further candidates get a number",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        """Request the try-on, wait if asked to, and report."""
        try:
            try_ons = self._request(options)
        except PictureUnsuitable as error:
            raise CommandError(f"{error} To use it anyway, add --ignore-findings.") from error
        except (OutfitAnyoneError, ConfigurationError) as error:
            raise CommandError(str(error)) from error
        waits = options["wait"] or options["out"]
        for try_on in try_ons if waits else ():
            wait_for(try_on, progress=self.stderr, seconds=options["timeout"], clock=time.monotonic)
        self._report(try_ons, options)
        for try_on in try_ons if waits else ():
            check_success(try_on)

    def _request(self, options: dict[str, Any]) -> list[TryOnResult]:
        kinds = {
            "top": GarmentKind.TOP,
            "bottom": GarmentKind.BOTTOM,
            "one_piece": GarmentKind.ONE_PIECE,
        }
        if not any(options[name] for name in (*kinds, "garment")):
            raise RequestRefused(
                "Give at least one garment: --top, --bottom, --one-piece or --garment.",
                code="NoGarment",
            )
        if options["top"] and options["one_piece"]:
            raise RequestRefused(
                "A top and a one-piece cannot be worn together.", code="NotTogether"
            )
        try_on_options = TryOnOptions(
            engine=options["engine"],
            model=options["model"],
            keep_other_half=not options["new_other_half"],
            resolution=options["resolution"],
            restore_face=not options["new_face"],
            force_new=options["force_new"],
            count=options["count"],
            seed=options["seed"],
        )
        try_on_options.check()  # before files are stored
        person = model_image_from(options["person"])
        worn = [garment_from(options[name], kind) for name, kind in kinds.items() if options[name]]
        worn += [garment_of_kind(argument) for argument in options["garment"]]
        request = TryOnRequest.of(person, worn)
        check_before_use([person, *worn], self.stderr, ignore=options["ignore_findings"])
        if options["keep"] and request.keep(try_on_options) != options["keep"]:
            raise RequestRefused(
                f"--keep {options['keep']} contradicts the given garments.", code="NothingToKeep"
            )
        return actions.request_try_ons([request], options=try_on_options)

    def _report(self, try_ons: list[TryOnResult], options: dict[str, Any]) -> None:
        for try_on in try_ons:
            if options["out"] and try_on.image:
                _path_of(try_on, options["out"]).write_bytes(try_on.read())
        if options["json"]:
            reports = [try_on_report(try_on) for try_on in try_ons]
            others = {"candidates": reports} if len(reports) > 1 else {}
            self.stdout.write(json.dumps({**reports[0], **others}))
            return
        for try_on in try_ons:
            self._print(try_on, options["out"])

    def _print(self, try_on: TryOnResult, out: str | None) -> None:
        if try_on.is_open:
            self.stdout.write(f"Try-on {try_on.pk} is {try_on.get_status_display()}.")
        elif try_on.has_succeeded:
            price = "reused, free" if try_on.is_reused else money(try_on.cost, try_on.currency)
            where = _path_of(try_on, out) if out else try_on.image.name
            self.stdout.write(f"Try-on {try_on.pk} succeeded ({price}): {where}")


def _path_of(try_on: TryOnResult, out: str) -> Path:
    """Return the file for a candidate: ``look.jpg`` for the first, ``look-2.jpg`` for the next."""
    path = Path(out)
    number = try_on.candidate
    return path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
