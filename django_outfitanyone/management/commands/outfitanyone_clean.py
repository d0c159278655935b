from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from django_outfitanyone.conf import conf
from django_outfitanyone.diagnostics import cleanup
from django_outfitanyone.diagnostics.cleanup import CleanupReport
from django_outfitanyone.pictures.decoding import human_size


class Command(BaseCommand):
    """Removes old data by the retention rules in the settings, and corrects daily totals."""

    help = (
        "Removes expired uploads and ids of tasks, and data older than the settings "
        "KEEP_FAILED_DAYS, KEEP_UNPUBLISHED_DAYS and KEEP_ORPHANS_DAYS allow. Published and "
        "approved pictures are always kept. Corrects daily totals that differ from the charges."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="only count what would be removed"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        """Clean, and print the counts."""
        dry_run = options["dry_run"]
        report = cleanup.clean(dry_run=dry_run)
        if options["json"]:
            self.stdout.write(json.dumps({"dry_run": dry_run, **report.as_dict()}))
            return
        self.stdout.write("Would be removed:" if dry_run else "Removed:")
        for line in _lines(report):
            self.stdout.write(line)
        self.stdout.write("Would be corrected:" if dry_run else "Corrected:")
        self.stdout.write(f"  daily totals            {report.daily_totals}")


def _lines(report: CleanupReport) -> list[str]:
    orphans = f"{report.orphans} ({human_size(report.orphaned_bytes)})"
    return [
        f"  expired uploads         {report.uploads}",
        f"  ids of expired tasks    {report.known_tasks}",
        f"  batches without try-ons {report.batches}",
        f"  failed or canceled      {_by_rule(report.failed, conf.KEEP_FAILED_DAYS)}",
        f"  never approved          {_by_rule(report.unpublished, conf.KEEP_UNPUBLISHED_DAYS)}",
        f"  uploads never added     {_by_rule(report.drafts, conf.KEEP_DRAFTS_DAYS)}",
        f"  orphaned files          {_by_rule(orphans, conf.KEEP_ORPHANS_DAYS)}",
    ]


def _by_rule(count: object, days: int | None) -> str:
    return "no rule, all kept" if days is None else f"{count} older than {days} days"
