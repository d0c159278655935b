"""Databases of a thousand and of a million try-ons, made once and kept for the next run."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from typing import Any

from benchmarks import varied_rows

PREFIX = os.environ.get("BENCH_DATABASES", "outfit_visitors_bench")
"""The databases are named after it and the number of try-ons."""


def prepare(server_url: str, sizes: Iterable[int]) -> dict[int, Any]:
    """Return a connection for each number of try-ons; fill the databases that are missing.

    Django must be set up with any database of the server as ``default``.
    """
    return {rows: _prepared(server_url, rows) for rows in sizes}


def are_filled(server_url: str, sizes: Iterable[int]) -> bool:
    """Whether ``prepare`` has only to connect."""
    return all(_note_on(server_url, f"{PREFIX}_{rows}") == varied_rows.VERSION for rows in sizes)


def use(database: Any) -> None:
    """Let all models use this connection from now on."""
    from django.db import connections

    connections["default"] = database


def _prepared(server_url: str, rows: int) -> Any:
    from django.core.management import call_command
    from django.db import connections

    name = f"{PREFIX}_{rows}"
    if _note_on(server_url, name) != varied_rows.VERSION:
        _recreate(server_url, name)
    settings = {**connections.settings["default"], "NAME": name}
    database = type(connections["default"])(settings, alias="default")
    use(database)
    call_command("migrate", verbosity=0)
    if _note_on(server_url, name) != varied_rows.VERSION:
        started = time.monotonic()
        print(f"Filling {name} ...", file=sys.stderr, flush=True)
        varied_rows.fill(rows)
        _run(server_url, f"COMMENT ON DATABASE {name} IS '{varied_rows.VERSION}'")
        print(f"... took {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    return database


def _note_on(server_url: str, name: str) -> str:
    found = _run(
        server_url,
        f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{name}'",
    )
    return str(found[0][0]) if found else ""


def _recreate(server_url: str, name: str) -> None:
    _run(server_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    _run(server_url, f"CREATE DATABASE {name}")


def _run(server_url: str, statement: str) -> list[Any]:
    import psycopg

    with psycopg.connect(server_url, autocommit=True) as connection:
        cursor = connection.execute(statement)  # type: ignore[call-overload]
        return list(cursor.fetchall()) if cursor.description else []
