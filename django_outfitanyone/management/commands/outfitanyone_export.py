from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import ngettext

from django_outfitanyone import actions
from django_outfitanyone.conf import ConfigurationError
from django_outfitanyone.exceptions import OutfitAnyoneError
from django_outfitanyone.exports import ExportOptions
from django_outfitanyone.models import TryOnResult


class Command(BaseCommand):
    """Writes finished pictures as files for use outside of the shop."""

    help = (
        "Writes approved pictures as files that state how they were made (IPTC), as shopping "
        "feeds demand. The stored pictures never change. Exit code 0 means that all were written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("results", nargs="+", type=int, metavar="RESULT_ID")
        parser.add_argument("--out", required=True, metavar="FOLDER")
        parser.add_argument(
            "--aigc",
            action="store_true",
            help="add the AIGC metadata field that China demands; needs AIGC_PRODUCER",
        )
        parser.add_argument(
            "--label",
            action="store_true",
            help='draw the label "AI生成" that China demands into the picture; feeds refuse it',
        )

    def handle(self, **options: Any) -> None:
        """Export each picture; report those that cannot be exported and go on."""
        choice = ExportOptions(aigc=options["aigc"], label=options["label"])
        try:
            choice.check()
        except ConfigurationError as error:
            raise CommandError(str(error)) from error
        folder = Path(options["out"])
        folder.mkdir(parents=True, exist_ok=True)
        wanted = dict.fromkeys(options["results"])
        written = sum(self._export(pk, choice, folder) for pk in wanted)
        text = ngettext(
            "%(count)d picture was exported.", "%(count)d pictures were exported.", written
        )
        self.stdout.write(text % {"count": written})
        if written < len(wanted):
            raise CommandError("Not every picture was exported.")

    def _export(self, pk: int, choice: ExportOptions, folder: Path) -> bool:
        """Return whether it worked. A picture that cannot be exported is reported."""
        try:
            exported = actions.export_picture(TryOnResult.objects.get(pk=pk), choice)
            path = folder / exported.name
            path.write_bytes(exported.data)
        except TryOnResult.DoesNotExist:
            self.stderr.write(f"{pk}: There is no try-on result with this id.")
            return False
        except (OSError, OutfitAnyoneError) as error:
            self.stderr.write(f"{pk}: {error}")
            return False
        self.stdout.write(str(path))
        return True
