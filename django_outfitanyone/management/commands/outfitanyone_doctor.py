from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from django_outfitanyone.checks.engines import engines_in_use
from django_outfitanyone.diagnostics import doctor
from django_outfitanyone.diagnostics.findings import Finding, Level
from django_outfitanyone.engines.base import Link


class Command(BaseCommand):
    """Diagnoses this installation."""

    help = (
        "Checks key, region, clock, storage, delivery, worker, account and budget, and says how to "
        "fix each problem. Costs nothing. Exit code 0 only if there is no problem."
    )
    requires_system_checks: list[str] = []  # the doctor reports them itself

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        """Print every finding. Raises ``CommandError`` if one of them is a problem."""
        findings = doctor.diagnose()
        problems = [finding for finding in findings if finding.level is Level.PROBLEM]
        if options["json"]:
            report = {
                "ok": not problems,
                "findings": _as_dicts(findings),
                "links": [{**vars(link), "title": _(link.title)} for link in _links()],
            }
            self.stdout.write(json.dumps(report))
        else:
            for finding in findings:
                self._print(finding)
            self._print_links()
        if problems:
            raise CommandError(f"Problems found: {len(problems)}.")

    def _print(self, finding: Finding) -> None:
        style = {
            Level.OK: self.style.SUCCESS,
            Level.WARNING: self.style.WARNING,
            Level.PROBLEM: self.style.ERROR,
        }[finding.level]
        level = style(f"{finding.level.value:<8}")
        self.stdout.write(f"{level} {finding.subject:<9} {finding.text}")
        if finding.remedy:
            self.stdout.write(f"{'':<18} -> {finding.remedy}")

    def _print_links(self) -> None:
        if _links():
            self.stdout.write("\nLinks")
        for link in _links():
            self.stdout.write(f"{_(link.title)}: {link.url}")


def _links() -> list[Link]:
    """Return the vendors' pages of all engines in use, each once."""
    return list(dict.fromkeys(link for engine in engines_in_use() for link in engine.links))


def _as_dicts(findings: list[Finding]) -> list[dict[str, str]]:
    return [{**vars(finding), "level": finding.level.value} for finding in findings]
