from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from django_outfitanyone import actions
from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.exceptions import PictureRefused
from django_outfitanyone.management.picture_arguments import existing
from django_outfitanyone.management.picture_checks import SIZE_ONLY
from django_outfitanyone.models import Garment, ModelImage
from django_outfitanyone.pictures import examination, images
from django_outfitanyone.pictures.examination import Examination
from django_outfitanyone.storable_text import storable


class Command(BaseCommand):
    """Checks pictures for free, before anything is paid."""

    help = (
        "Checks photos of people or, with --kind, garment pictures. A file is only checked; for an "
        "id, the result is stored. Exit code 0 means that the engine should accept all of them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pictures", nargs="+", metavar="FILE|ID")
        parser.add_argument(
            "--kind",
            choices=GarmentKind.values,
            default="",
            help="check garments of this kind; an id is then one of a garment, which has its own",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        """Check each picture and print what was found."""
        results = {name: self._examine(name, options["kind"]) for name in options["pictures"]}
        if options["json"]:
            self.stdout.write(json.dumps({"pictures": [_report(*one) for one in results.items()]}))
        else:
            for name, result in results.items():
                self._print(name, result)
        bad = sum(any(one.refuses for one in result.findings) for result in results.values())
        if bad:
            raise CommandError(f"The engine will refuse {bad} of {len(results)} pictures.")
        if any(result.has_rules and not result.is_complete for result in results.values()):
            raise CommandError(SIZE_ONLY)

    def _examine(self, name: str, kind: str) -> Examination:
        try:
            if name.isdecimal():
                row = existing(Garment, name) if kind else existing(ModelImage, name)
                return actions.check_picture(row)
            picture = images.prepare(Path(name).read_bytes())
            return examination.examine(picture.data, kind=kind)
        except OSError as error:
            raise CommandError(f"{name}: {error.strerror or error}") from error
        except PictureRefused as error:
            raise CommandError(f"{name}: {error}") from error

    def _print(self, name: str, result: Examination) -> None:
        name = storable(name)  # a file name may be no text
        if not result.has_rules:
            self.stdout.write(f"{name}: not checked, only the size of this kind of garment is")
        elif not result.findings:
            self.stdout.write(f"{name}: nothing found")
        for finding in result.findings:
            self.stdout.write(f"{name}: {finding.severity.label}. {finding}")


def _report(name: str, result: Examination) -> dict[str, Any]:
    findings = [
        {
            "code": one.code,
            "severity": one.severity.value,
            "reason": one.reason,
            "remedy": one.remedy,
        }
        for one in result.findings
    ]
    return {"picture": name, "is_complete": result.is_complete, "findings": findings}
