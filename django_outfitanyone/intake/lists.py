"""Read CSV lists of pictures: which file or address, and what is known about the picture."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from django_outfitanyone.choices import GarmentKind, Gender
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.intake.names import NAME_LENGTH, kind_of, plain_path
from django_outfitanyone.models.person import TAGS_LENGTH, joined, tags_of
from django_outfitanyone.storable_text import is_storable

MAX_BYTES = 1_000_000
MAX_LINES = 1_000
"""Lines that are read; an intake takes fewer."""
URL_SCHEMES = ("http://", "https://")

COLUMNS = {
    "picture": ("file", "filename", "file name", "path", "url", "picture", "image"),
    "kind": ("kind", "type", "category"),
    "sku": ("sku", "product", "code"),
    "name": ("name", "title"),
    "gender": ("gender",),
    "body": ("body", "size"),
    "tags": ("tags", "tag"),
}
"""Our columns, with the headings that they may have."""
LENGTHS = {"sku": 100, "name": NAME_LENGTH, "body": 60, "tags": TAGS_LENGTH}


@dataclass(frozen=True)
class ListedPicture:
    """A line of a list. ``reference`` is a path within the upload, never one of the server."""

    reference: str
    is_url: bool
    details: dict[str, str] = field(default_factory=dict)


def read_list(data: bytes) -> list[ListedPicture]:
    """Return the lines of a CSV file; raise ``RequestRefused`` if it cannot be read."""
    if len(data) > MAX_BYTES:
        raise _refused(_("The list is larger than 1 MB. Divide it."))
    text = _decoded(data)
    if not is_storable(text):
        raise _refused(_("The list contains invalid characters. Remove them."))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error as error:
        raise _refused(
            _("The list is not a valid CSV file: %(error)s") % {"error": error}
        ) from error
    if len(rows) > MAX_LINES:
        raise _refused(
            _("The list has more than %(count)d lines. Divide it.") % {"count": MAX_LINES}
        )
    columns = _columns_of(rows[0] if rows else [])
    return [listed for row in rows[1:] if (listed := _listed(row, columns))]


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:  # as spreadsheets save it on Windows
        return data.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    heading = text.partition("\n")[0]
    return max(",;\t", key=heading.count)


def _columns_of(headings: list[str]) -> dict[str, int]:
    """Return the number of each known column."""
    found = {heading.strip().lower(): number for number, heading in enumerate(headings)}
    columns = {
        column: next((found[name] for name in names if name in found), -1)
        for column, names in COLUMNS.items()
    }
    known = {column: number for column, number in columns.items() if number >= 0}
    if "picture" not in known:
        raise _refused(
            _("The first line of the list must name its columns, one of them “file” or “url”.")
        )
    return known


def _listed(row: list[str], columns: dict[str, int]) -> ListedPicture | None:
    values = {
        column: row[number].strip() for column, number in columns.items() if number < len(row)
    }
    reference = values.pop("picture", "")
    if not reference:
        return None
    is_url = reference.lower().startswith(URL_SCHEMES)
    details = {column: value for column, value in _cleaned(values).items() if value}
    return ListedPicture(reference[:1000] if is_url else plain_path(reference), is_url, details)


def _cleaned(values: dict[str, str]) -> dict[str, str]:
    """Return the values as rows store them; an unknown kind or gender is left to the person."""
    cleaned = {column: value[: LENGTHS.get(column, 20)] for column, value in values.items()}
    if "kind" in values:
        cleaned["kind"] = _choice(values["kind"], GarmentKind) or kind_of(values["kind"])
    if "gender" in values:
        cleaned["gender"] = _choice(values["gender"], Gender)
    if "tags" in values:
        cleaned["tags"] = joined(tags_of(values["tags"]))[:TAGS_LENGTH]
    return cleaned


def _choice(text: str, choices: type[GarmentKind | Gender]) -> str:
    """Return the value whose name or label this is, or ``""``."""
    wanted = text.strip().casefold()
    named = {str(value).casefold(): str(value) for value in choices.values}
    labelled = {str(label).casefold(): str(value) for value, label in choices.choices}
    return {**labelled, **named}.get(wanted, "")


def _refused(text: str) -> RequestRefused:
    return RequestRefused(text, code="ListUnreadable")
