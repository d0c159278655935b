"""The output of a benchmark: one JSON object per line, and a table at the end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any


def print_measure(measure: str, value: float | str, unit: str = "", **more: Any) -> dict[str, Any]:
    """Print and return one measure. ``bar`` in ``more`` is the highest good value."""
    shown = round(value, 4) if isinstance(value, float) else value
    line = {"measure": measure, "value": shown, "unit": unit, **more}
    if "bar" in more:
        line["holds"] = bool(value <= more["bar"])
    print(json.dumps(line), flush=True)
    return line


def table(lines: Sequence[dict[str, Any]]) -> str:
    """Return the measures as a Markdown table."""
    rows = [("measure", "value", "unit", "bar", "notes")]
    for line in lines:
        notes = {
            name: value
            for name, value in line.items()
            if name not in {"measure", "value", "unit", "bar", "holds", "plan"}
        }
        bar = f"≤ {line['bar']} {'✓' if line['holds'] else '✗'}" if "bar" in line else ""
        shown = ", ".join(f"{name} {value}" for name, value in notes.items())
        rows.append((line["measure"], str(line["value"]), line["unit"], bar, shown))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    ruled = [*rows[:1], tuple("-" * width for width in [*widths, 5]), *rows[1:]]
    return "\n".join(
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True))
        + " |"
        for row in ruled
    )
