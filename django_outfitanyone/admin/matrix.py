"""The matrix of an order: one row for each outfit, one column for each model photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.functional import cached_property

from django_outfitanyone.admin.cell_choice import CellChoice, row_key
from django_outfitanyone.admin.combining import Wearers
from django_outfitanyone.jobs.existing import Existing
from django_outfitanyone.jobs.forecast import Forecast, Refusals, forecast
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest
from django_outfitanyone.models import Garment, ModelImage, TryOnResult

MAX_CELLS = 800
"""Cells that are shown: each is a field, and Django accepts 1000 of them by default."""
MAX_ROWS = 100
OTHER_FIELDS = 180
"""Fields of the form beside the matrix, such as the pictures to choose from."""


@dataclass(frozen=True)
class Cell:
    """One outfit on one model photo."""

    row_key: str
    photo: ModelImage
    forecast: Forecast
    is_on: bool
    is_shared: bool = False
    """Whether a cell before it, which is on, makes the same picture."""

    @property
    def value(self) -> str:
        """What the form sends; not a number, which templates may write as ``1,234``."""
        return str(self.photo.pk)

    @property
    def id(self) -> str:
        return f"cell-{self.row_key}-{self.photo.pk}"


@dataclass(frozen=True)
class Row:
    """One outfit; ``refusal`` says why the engine would refuse a garment of it."""

    key: str
    outfit: Sequence[Garment]
    refusal: str
    cells: Sequence[Cell]

    @property
    def name(self) -> str:
        return " + ".join(map(str, self.outfit))


@dataclass(frozen=True)
class Column:
    """One model photo; ``refusal`` says why the engine would refuse it."""

    photo: ModelImage
    refusal: str

    @property
    def value(self) -> str:
        return str(self.photo.pk)


@dataclass(frozen=True)
class Matrix:
    """All cells of an order, of which a page shows the first rows."""

    rows: Sequence[Row]
    columns: Sequence[Column]
    choice: CellChoice
    wearers: str
    existing: Existing = field(default_factory=dict)
    start: int = 0
    """Number of the row with which the page begins."""

    @classmethod
    def of(
        cls,
        outfits: Sequence[Sequence[Garment]],
        photos: Sequence[ModelImage],
        *,
        options: TryOnOptions,
        choice: CellChoice,
        wearers: str,
        start: int = 0,
    ) -> Matrix:
        """Return the matrix; raise ``RequestRefused`` for options that the engine lacks."""
        refusals = Refusals(options)
        requests = [TryOnRequest(photo, outfit) for outfit in outfits for photo in photos]
        found = forecast(requests, options=options, refusals=refusals)
        width, made = len(photos), set[str]()
        rows = [
            _row(
                found.each[start : start + width],
                refusals,
                choice=choice,
                wearers=wearers,
                made=made,
            )
            for start in range(0, len(requests), max(1, width))
        ]
        columns = [Column(photo, refusals.of(photo)) for photo in photos]
        start = start if 0 <= start < len(rows) else 0
        return cls(rows, columns, choice, wearers, found.existing, start)

    @cached_property
    def on(self) -> list[Forecast]:
        """What is ordered, one photo after the other."""
        return [
            row.cells[number].forecast
            for number in range(len(self.columns))
            for row in self.rows
            if row.cells[number].is_on
        ]

    @property
    def requests(self) -> list[TryOnRequest]:
        return [one.request for one in self.on]

    @property
    def try_ons(self) -> list[TryOnResult]:
        """The unsaved rows of what is ordered."""
        return [row for one in self.on for row in one.rows]

    @property
    def all_requests(self) -> list[TryOnRequest]:
        return [cell.forecast.request for row in self.rows for cell in row.cells]

    @cached_property
    def refused(self) -> int:
        """How many cells are left out because the engine would refuse them."""
        return sum(cell.forecast.is_refused for row in self.rows for cell in row.cells)

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """What is refused and why: the name of each photo and outfit with the reason."""
        columns = [(str(one.photo), one.refusal) for one in self.columns if one.refusal]
        return columns + [(row.name, row.refusal) for row in self.rows if row.refusal]

    @cached_property
    def shown(self) -> Sequence[Row]:
        """The rows that the page shows."""
        return self.rows[self.start : self.start + self.page_size]

    @cached_property
    def page_size(self) -> int:
        limit: int | None = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
        cells = MAX_CELLS if limit is None else min(MAX_CELLS, max(0, limit - OTHER_FIELDS))
        return min(MAX_ROWS, cells // max(1, len(self.columns)))

    @property
    def more(self) -> int:
        """How many rows are not shown."""
        return len(self.rows) - len(self.shown)

    @property
    def start_text(self) -> str:
        return str(self.start)

    @property
    def pages(self) -> list[tuple[str, str, bool]]:
        """Start and label of each page, and whether it is shown; none if one page is enough."""
        if not self.shown or not self.more:
            return []
        starts = range(0, len(self.rows), self.page_size)
        ends = (min(start + self.page_size, len(self.rows)) for start in starts)
        return [
            (str(start), f"{start + 1}–{end}", start == self.start)
            for start, end in zip(starts, ends, strict=True)
        ]

    @property
    def shown_text(self) -> str:
        """The cells that can be switched on and off, as ``CellChoice`` reads them."""
        return " ".join(
            f"{row.key}:{cell.photo.pk}"
            for row in self.shown
            for cell in row.cells
            if not cell.forecast.is_refused
        )

    @property
    def has_one_wearer(self) -> bool:
        return self.wearers == Wearers.ONE


def _row(
    forecasts: Sequence[Forecast],
    refusals: Refusals,
    *,
    choice: CellChoice,
    wearers: str,
    made: set[str],
) -> Row:
    """Return a row; ``made`` has what the cells before it make, and gets what its own make."""
    outfit = forecasts[0].request.garments
    key = row_key(outfit)
    accepted = [one.request.person.pk for one in forecasts if not one.is_refused]
    on = choice.photos_on(key, accepted, wearers=wearers)
    cells = []
    for one in forecasts:
        is_on = one.request.person.pk in on
        cells.append(Cell(key, one.request.person, one, is_on, is_on and one.fingerprint in made))
        made |= {one.fingerprint} if is_on and one.fingerprint else set()
    reason = next(filter(None, map(refusals.of, outfit)), "")
    return Row(key, outfit, reason, cells)
