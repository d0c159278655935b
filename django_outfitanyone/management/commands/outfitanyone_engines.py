from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from django_outfitanyone.conf import conf
from django_outfitanyone.diagnostics.engine_table import EngineRow, row_of
from django_outfitanyone.jobs.engine_target import fallback_targets


class Command(BaseCommand):
    """Prints the configured engines."""

    help = (
        'Shows each engine of OUTFITANYONE["ENGINES"]: its models with the price of one picture, '
        "what they wear and keep, when they answer and end, the limits, and whether a key is set."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        """Print the table. The key itself is never printed."""
        rows = [row_of(engine) for engine in conf.engines.values()]
        order = [str(target) for target in fallback_targets()]
        if options["json"]:
            engines = [row.as_dict() for row in rows]
            self.stdout.write(json.dumps({"engines": engines, "fallbacks": order}))
            return
        self.stdout.write("\n\n".join("\n".join(_lines(row)) for row in rows))
        if order:
            self.stdout.write(f"\nfallbacks, if not dearer: {', '.join(order)}")


def _lines(row: EngineRow) -> list[str]:
    if row.problem:
        return [f"{row.alias}: {row.problem}"]
    roles = ", ".join(role for role, is_it in row.roles.items() if is_it)
    lines = [
        f"{row.alias}: {row.title}{f' ({roles})' if roles else ''}",
        f"  key       {row.key}",
        f"  address   {row.base_url or 'this machine'}",
        f"  limits    {row.concurrent_tasks} at a time, submits {row.submits}, polls {row.queries}",
    ]
    for model in row.models:
        end = f", ends on {model.ends_on}" if model.ends_on else ""
        lines += [
            f"  {model.name}: {model.price_text}{end}",
            f"    wears   {', '.join(model.wears)}, at most {model.max_garments} in one call",
            f"    keeps   rest {model.keeps_rest}, face {model.keeps_face}",
            f"    answers {model.answers}, in about {model.seconds:g} s",
        ]
    if row.parsing_model:
        lines.append(f"  {row.parsing_model}: parses clothes, {row.parsing_price}")
    return lines
