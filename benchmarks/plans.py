"""Query plans of PostgreSQL, in one line each: which indexes an operation reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Plan = Mapping[str, Any]
"""A node of ``EXPLAIN (FORMAT JSON)``."""
Statement = tuple[str, Any]
"""SQL and its parameters."""

LARGE = 50_000
"""Rows of a table from which on a sequential scan is named."""
PREFIX = "django_outfitanyone_"


def line_of(plan: Plan) -> str:
    """Return the types of the nodes and what they read: ``Limit(Index Scan outfit_newest)``."""
    read = plan.get("Index Name") or plan.get("Relation Name") or ""
    name = f"{plan['Node Type']} {read.removeprefix(PREFIX)}".strip()
    below = ", ".join(line_of(child) for child in plan.get("Plans", ()))
    return f"{name}({below})" if below else name


def large_scans(plan: Plan, rows: Mapping[str, float]) -> list[str]:
    """Return the tables of many rows that a plan reads sequentially. ``rows`` are by table."""
    return sorted(
        {
            node["Relation Name"].removeprefix(PREFIX)
            for node in _nodes(plan)
            if "Seq Scan" in node["Node Type"] and rows.get(node["Relation Name"], 0) >= LARGE
        }
    )


def _nodes(plan: Plan) -> Iterator[Plan]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def plans_of(connection: Any, statements: Sequence[Statement]) -> list[Plan]:
    """Return the plan of each different statement that reads rows."""
    found: dict[str, Plan] = {}
    with connection.cursor() as cursor:
        for sql, parameters in statements:
            if sql.startswith("SELECT") and sql not in found:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", parameters)
                (shown,) = cursor.fetchone()
                found[sql] = (json.loads(shown) if isinstance(shown, str) else shown)[0]["Plan"]
    return list(found.values())


def rows_by_table(connection: Any) -> dict[str, float]:
    """Return about how many rows each table has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, reltuples FROM pg_class WHERE relkind = 'r'")
        return dict(cursor.fetchall())


def described(connection: Any, statements: Sequence[Statement]) -> dict[str, Any]:
    """Return ``plan``, one line for the statements, and ``large_scans``, where there are some."""
    plans, rows = plans_of(connection, statements), rows_by_table(connection)
    scanned = sorted({name for plan in plans for name in large_scans(plan, rows)})
    line = "; ".join(dict.fromkeys(map(line_of, plans)))
    return {"plan": line, **({"large_scans": scanned} if scanned else {})}
