"""Which cells of the matrix a person has switched on or off.

A cell is an outfit on a model photo, written ``12-34:5``: the keys of the garments, then that of
the photo. The choice outlives a change of garments, photos and pairing, and the page sends it
without a script: each box that it has shown is named in ``cells_shown``, as browsers do not send
those that are not ticked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django_outfitanyone.admin.combining import Wearers

if TYPE_CHECKING:
    from django.utils.datastructures import MultiValueDict

    from django_outfitanyone.models import Garment

CELL = re.compile(r"([0-9]{1,18}(?:-[0-9]{1,18}){0,9}):([0-9]{1,18})")
NO_PHOTO = 0


def row_key(outfit: Sequence[Garment]) -> str:
    """Return what names an outfit in forms, the same for the same garments."""
    return "-".join(str(garment.pk) for garment in outfit)


@dataclass
class CellChoice:
    """What was switched on or off, apart for the two ways of ``Wearers``."""

    off: set[tuple[str, int]] = field(default_factory=set)
    """Cells that are off where every outfit is tried on every photo."""
    wearers: dict[str, int] = field(default_factory=dict)
    """The photo of each outfit where it is tried on one; ``NO_PHOTO`` if the outfit is off."""

    @classmethod
    def of(cls, data: MultiValueDict[str, str]) -> CellChoice:
        """Return the choice after what a person did on the page that sent this form."""
        choice = cls(set(_cells(data.get("cells_off"))), dict(_cells(data.get("cells_wearers"))))
        shown = _cells(data.get("cells_shown"))
        ticked = {cell for cell in shown if str(cell[1]) in data.getlist(f"cell-{cell[0]}")}
        ticked = _toggled(shown, ticked, data)
        if data.get("cells_shown_for") == Wearers.ONE:
            choice.wearers |= {row: NO_PHOTO for row, _photo in shown} | dict(ticked)
        else:
            choice.off = (choice.off - set(shown)) | (set(shown) - ticked)
        return choice

    def photos_on(self, row: str, photos: Sequence[int], *, wearers: str) -> set[int]:
        """Return those of the photos, by their keys, on which an outfit is tried on.

        photos: those that the engine does not refuse for this outfit.
        """
        if wearers != Wearers.ONE:
            return {photo for photo in photos if (row, photo) not in self.off}
        chosen = self.wearers.get(row)
        return {chosen} & {*photos} if chosen in {NO_PHOTO, *photos} else set(photos[:1])

    @property
    def off_text(self) -> str:
        return _as_text(sorted(self.off))

    @property
    def wearers_text(self) -> str:
        return _as_text(sorted(self.wearers.items()))


def _toggled(
    shown: Sequence[tuple[str, int]],
    ticked: set[tuple[str, int]],
    data: MultiValueDict[str, str],
) -> set[tuple[str, int]]:
    """Return what is ticked after the button of a row or a column."""
    row, photo = data.get("_row"), data.get("_column")
    own = {cell for cell in shown if row == cell[0] or photo == str(cell[1])}
    if data.get("cells_shown_for") != Wearers.ONE:
        return ticked - own if own <= ticked else ticked | own
    if photo:  # of radio buttons, the others of these rows go off
        rows = {cell[0] for cell in own}
        return {cell for cell in ticked if cell[0] not in rows} | own
    is_off = not own & ticked
    first = next((cell for cell in shown if cell in own), None)
    return ticked | {first} if is_off and first else ticked - own


def _cells(text: str | None) -> list[tuple[str, int]]:
    """Return the cells that a hidden input names."""
    return [(row, int(photo)) for row, photo in CELL.findall(text or "")]


def _as_text(cells: Iterable[tuple[str, int]]) -> str:
    return " ".join(f"{row}:{photo}" for row, photo in cells)
