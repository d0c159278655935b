"""Bar charts as SVG: columns in the order of time, rows by amount.

Widths are percentages and heights are pixels, without a ``viewBox``: the chart is as wide as
the page, and its text stays as large as that of the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

HEIGHT = 160
"""Of the highest column."""
TOP = 20
"""Above it, for the text that says how much it is."""
BOTTOM = 20
ROW = 36
MOST_ROWS = 20
MOST_LETTERS = 26


@dataclass(frozen=True, kw_only=True)
class ChartLine:
    """A line of the table; ``key`` is a day or the first day of a month in a chart of columns."""

    key: Any
    name: str
    amount: Decimal
    text: str
    """The amount with its currency."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """The attributes of a ``rect``, and the text that a mouse over it shows."""

    x: str
    y: str
    width: str
    height: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Label:
    """The attributes of a ``text``."""

    x: str
    y: str
    anchor: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What the template draws; ``baseline`` is the height of the line below the columns."""

    height: str
    bars: list[Bar]
    labels: list[Label]
    largest: ChartLine
    """The line that the description names."""
    baseline: str = ""


def columns(lines: Sequence[ChartLine], slots: Sequence[Any], names: Sequence[str]) -> Chart | None:
    """Return a chart with a column for each slot, also those without a line.

    ``names`` are those of the first and the last slot. ``None`` if there is nothing to draw.
    """
    largest = _largest(lines)
    if largest is None:
        return None
    found = {line.key: line for line in lines}
    step = Decimal(100) / len(slots)
    bars = [
        _column(number * step, step, found[slot], largest.amount)
        for number, slot in enumerate(slots)
        if slot in found
    ]
    y = str(TOP + HEIGHT + BOTTOM - 4)
    labels = [
        Label(x="0", y=str(TOP - 6), anchor="start", text=largest.text),
        Label(x="0", y=y, anchor="start", text=names[0]),
    ]
    if len(slots) > 1:
        labels.append(Label(x="100%", y=y, anchor="end", text=names[-1]))
    return Chart(
        height=str(TOP + HEIGHT + BOTTOM),
        bars=bars,
        labels=labels,
        baseline=str(TOP + HEIGHT),
        largest=largest,
    )


def rows(lines: Sequence[ChartLine]) -> Chart | None:
    """Return a chart with a row for each of the first lines; ``None`` without any amount."""
    largest = _largest(lines)
    if largest is None:
        return None
    shown = lines[:MOST_ROWS]
    bars = [
        Bar(
            x="0",
            y=str(number * ROW + 18),
            width=_percent(100 * line.amount / largest.amount),
            height="10",
            title=f"{line.name}: {line.text}",
        )
        for number, line in enumerate(shown)
    ]
    labels = [label for number, line in enumerate(shown) for label in _row_labels(number, line)]
    return Chart(height=str(len(shown) * ROW), bars=bars, labels=labels, largest=largest)


def days(first: date, last: date) -> list[date]:
    """Return the slots of a chart by day."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def months(first: date, last: date) -> list[date]:
    """Return the slots of a chart by month: the first days of the months."""
    return list(_months(first.replace(day=1), last))


def _months(month: date, last: date) -> Iterator[date]:
    while month <= last:
        yield month
        month = (month + timedelta(days=31)).replace(day=1)


def _largest(lines: Sequence[ChartLine]) -> ChartLine | None:
    found = max(lines, key=lambda line: line.amount, default=None)
    return found if found and found.amount > 0 else None


def _column(left: Decimal, step: Decimal, line: ChartLine, most: Decimal) -> Bar:
    height = HEIGHT * line.amount / most
    return Bar(
        x=_percent(left + step / 10),
        y=_pixels(TOP + HEIGHT - height),
        width=_percent(step * 8 / 10),
        height=_pixels(height),
        title=f"{line.name}: {line.text}",
    )


def _row_labels(number: int, line: ChartLine) -> list[Label]:
    name = line.name
    if len(name) > MOST_LETTERS:
        name = f"{name[: MOST_LETTERS - 1]}…"
    return [
        Label(x="0", y=str(number * ROW + 13), anchor="start", text=name),
        Label(x="100%", y=str(number * ROW + 13), anchor="end", text=line.text),
    ]


def _percent(value: Decimal) -> str:
    return f"{value:.3f}%"


def _pixels(value: Decimal) -> str:
    return f"{value:.2f}"
