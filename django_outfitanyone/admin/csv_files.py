"""CSV files that a spreadsheet opens as they are: UTF-8 with a mark, and no formulas."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse

BYTE_ORDER_MARK = "\ufeff"
"""Without it, Excel reads UTF-8 as the local encoding."""
FORMULA = (*"=+-@＝＋－＠", "\t", "\r", "\n")


class _Echo:
    """A file that returns what is written to it."""

    def write(self, value: str) -> str:
        return value


def csv_response(rows: Iterable[Iterable[Any]], filename: str) -> StreamingHttpResponse:
    """Return a download of these rows, which are sent one after the other."""
    return StreamingHttpResponse(
        _lines(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


def harmless(cell: Any) -> Any:
    """Return a text as one that a spreadsheet does not run: a title may begin like a formula."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA):
        return f"'{cell}"
    return cell


def _lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)  # some split unquoted text at ";"
    yield BYTE_ORDER_MARK
    for row in rows:
        yield writer.writerow([harmless(cell) for cell in row])
