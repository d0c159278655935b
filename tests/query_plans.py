"""Query plans of SQLite: which reads would get slower as the tables grow."""

from __future__ import annotations

import re
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

GROWING = ("tryonresult", "worngarment", "hotspot", "clothesparse", "charge")
"""The tables with a row, or several, for each try-on."""
_SCAN = re.compile(rf"SCAN (?:django_outfitanyone_)?(?:{'|'.join(GROWING)})\b")

needs_sqlite = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="only SQLite plans the same for an empty table"
)


@contextmanager
def only_bounded_reads():
    """Fail if a statement inside reads a growing table without an index.

    Reading all rows in the order of their key is fine where a limit ends it.
    """
    with CaptureQueriesContext(connection) as captured:
        yield
    statements = [one["sql"] for one in captured if one["sql"].startswith("SELECT")]
    assert statements
    unbounded = [sql for sql in statements if not _is_bounded(sql)]
    assert not unbounded, "\n".join("FROM" + sql.partition(" FROM")[2] for sql in unbounded)


def _is_bounded(sql):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        steps = [row[3] for row in cursor.fetchall()]
    scans = [step for step in steps if _SCAN.match(step)]
    is_page = " WHERE " not in sql and " LIMIT " in sql and not any("B-TREE" in s for s in steps)
    return not scans or is_page
