"""The output of a benchmark: one JSON object per line, and a table at the end.

A measure with a bar holds, is missed, or is undecided: the bar lies within the spread of the
repeats, so that the next run might decide otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

SHOWN_ELSEWHERE = {"measure", "value", "unit", "bar", "holds", "spread", "plan"}
"""What a line of the table does not repeat in its notes."""


def verdict(values: Sequence[float], bar: float) -> bool | None:
    """Return whether all values are at most the bar; ``None`` if only some are."""
    if max(values) <= bar:
        return True
    return None if min(values) <= bar else False


def print_measure(
    measure: str,
    value: float | str,
    unit: str = "",
    *,
    values: Sequence[float] = (),
    **more: Any,
) -> dict[str, Any]:
    """Print and return one measure. ``bar`` in ``more`` is the highest good value.

    ``values`` are those of the repeats, of which ``value`` is the median. ``holds`` in ``more``
    overrules what they say about the bar; ``None`` is undecided.
    """
    line: dict[str, Any] = {"measure": measure, "value": _rounded(value), "unit": unit}
    if len(values) > 1:
        line["spread"] = [_rounded(min(values)), _rounded(max(values))]
    line |= more
    if "bar" in more and "holds" not in more:
        line["holds"] = verdict(values or [float(value)], more["bar"])
    print(json.dumps(line), flush=True)
    return line


def merged(repeats: Iterable[Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return one line for each measure of several runs: its median, its spread and its verdict."""
    by_measure: dict[str, list[dict[str, Any]]] = {}
    for lines in repeats:
        for line in lines:
            by_measure.setdefault(line["measure"], []).append(line)
    return [_merged(lines) for lines in by_measure.values()]


def _merged(lines: list[dict[str, Any]]) -> dict[str, Any]:
    last = lines[-1]
    values = [line["value"] for line in lines if not isinstance(line["value"], str)]
    if len(lines) == 1 or len(values) < len(lines):
        return last
    ends = [end for line in lines for end in line.get("spread", [line["value"]])]
    found = {**last, "value": _rounded(median(values)), "spread": [min(ends), max(ends)]}
    if "bar" in last:
        found["holds"] = verdict(ends, last["bar"])
    return found


def _rounded(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value


def table(lines: Sequence[dict[str, Any]]) -> str:
    """Return the measures as a Markdown table."""
    rows = [("measure", "value", "unit", "bar", "notes")]
    for line in lines:
        notes = {name: value for name, value in line.items() if name not in SHOWN_ELSEWHERE}
        shown = ", ".join(f"{name} {value}" for name, value in notes.items())
        rows.append((line["measure"], _value(line), line["unit"], _bar(line), shown))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    ruled = [*rows[:1], tuple("-" * width for width in [*widths, 5]), *rows[1:]]
    return "\n".join(
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True))
        + " |"
        for row in ruled
    )


def _value(line: dict[str, Any]) -> str:
    if "spread" not in line:
        return str(line["value"])
    lowest, highest = line["spread"]
    return f"{line['value']} ({lowest} to {highest})"


def _bar(line: dict[str, Any]) -> str:
    if "bar" not in line:
        return ""
    marks = {True: "✓", False: "✗", None: "undecided"}
    return f"≤ {line['bar']} {marks[line['holds']]}"
