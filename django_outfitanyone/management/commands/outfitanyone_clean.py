from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from django_outfitanyone.conf import conf
from django_outfitanyone.diagnostics import cleanup
from django_outfitanyone.diagnostics.cleanup import Sweep
from django_outfitanyone.pictures.decoding import human_size


class Command(BaseCommand):
    """Removes what nobody wants any more, by the rules in the settings."""

    help = (
        "Removes expired uploads, and by the rules KEEP_FAILED_DAYS, KEEP_UNPUBLISHED_DAYS and "
        "KEEP_ORPHANS_DAYS what is older. Nothing published or approved ever goes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        """Clean and say how much."""
        dry_run = options["dry_run"]
        done = cleanup.clean(dry_run=dry_run)
        if options["json"]:
            self.stdout.write(json.dumps({"dry_run": dry_run, **done.as_dict()}))
            return
        self.stdout.write("Would be removed:" if dry_run else "Removed:")
        for line in _lines(done):
            self.stdout.write(line)


def _lines(done: Sweep) -> list[str]:
    orphans = f"{done.orphans} ({human_size(done.orphaned_bytes)})"
    return [
        f"  expired uploads         {done.uploads}",
        f"  failed and canceled     {_by_rule(done.failed, conf.KEEP_FAILED_DAYS)}",
        f"  never approved          {_by_rule(done.unpublished, conf.KEEP_UNPUBLISHED_DAYS)}",
        f"  files without a row     {_by_rule(orphans, conf.KEEP_ORPHANS_DAYS)}",
    ]


def _by_rule(count: object, days: int | None) -> str:
    return "no rule: all stay" if days is None else f"{count} older than {days} days"
