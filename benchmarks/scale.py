"""d. What visitors, staff and the worker read, with a thousand varied try-ons and with a million.

    POSTGRES_URL=postgres://… python -m benchmarks.scale [--rows 1000 1000000] [--only hotspots]

The databases are made once (minutes) and kept. The sizes are measured in turn, so that other
load meets both, in three rounds: a ratio on both sides of the limit is undecided. The time in the
database is reported too, and the CPU time of this process and of PostgreSQL's, if it runs on this
machine: where other work runs, it says more than the clock.

Each line has the ``plan`` at the largest size: node types and indexes of each statement. Tables of
many rows that are read sequentially are its ``large_scans``. ``--plans`` prints the complete plans
of the slowest statements. With ``QUICK`` in the environment, a few operations run, on databases
that were made before.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple

from benchmarks import plans, sized_databases
from benchmarks.environment import Environment, postgresql_url
from benchmarks.report import print_measure
from benchmarks.scale_operations import Operation, Rows, staff, visitors, worker

REPEATS = 30
QUICK_REPEATS = 8
PATIENCE, QUICK_PATIENCE = 5.0, 1.0
"""Seconds after which an operation is not repeated further."""
QUICK_OPERATIONS = (
    "claim of due rows",
    "API try-ons/?product=",
    "API hotspots/?cursor=",
    "shop: newest looks",
    "shop: for_product",
    "admin results by text: product",
)
IS_QUICK = bool(os.environ.get("QUICK"))
TIMEOUT = 30
"""Seconds after which a statement is canceled."""
HIGHEST_RATIO = 1.3
UNDECIDED = 2.0
"""Milliseconds that are within the noise, whatever the ratio."""


class Taken(NamedTuple):
    """Milliseconds of one run of an operation."""

    in_all: float
    in_database: float
    cpu: float


Times = dict[int, list[Taken]]
"""By number of try-ons."""


def measure(name: str, operations: Mapping[int, Operation], databases: Mapping[int, Any]) -> Times:
    """Run an operation on all databases in turn."""
    times: Times = {rows: [] for rows in databases}
    started = time.monotonic()
    patience = QUICK_PATIENCE if IS_QUICK else PATIENCE
    for number in range(-2, QUICK_REPEATS if IS_QUICK else REPEATS):
        for rows, database in databases.items():
            sized_databases.use(database)
            taken = _taken(name, operations[rows], database)
            if number >= 0 or taken.in_all > patience * 1000:
                times[rows].append(taken)
        if time.monotonic() - started > patience and all(times.values()):
            break
    return times


def _taken(name: str, operation: Operation, database: Any) -> Taken:
    from django.db import OperationalError

    started, cpu, server = time.perf_counter(), time.process_time(), _server_cpu(database)
    with _statements() as statements:
        try:
            operation()
        except OperationalError:
            print(f"{name}: canceled after {TIMEOUT} s", file=sys.stderr, flush=True)
    in_all, cpu = time.perf_counter() - started, time.process_time() - cpu
    for pid, seconds in _server_cpu(database).items():
        cpu += seconds - server.get(pid, 0)
    in_database = sum(seconds for *_, seconds in statements)
    return Taken(in_all * 1000, in_database * 1000, cpu * 1000)


def _server_cpu(database: Any) -> dict[int, float]:
    """Return the CPU time so far of the server's process, by its id: a new one starts at 0."""
    if database.connection is None:
        return {}
    pid = database.connection.info.backend_pid
    try:
        nanoseconds = Path(f"/proc/{pid}/schedstat").read_text().split()[0]
    except OSError:  # the server runs on another machine
        return {}
    return {pid: int(nanoseconds) / 1e9}


def report(name: str, rounds: Sequence[Times], **more: Any) -> None:
    """Print how the largest compares to the smallest: lowest, median and highest of the rounds."""
    few, many = min(rounds[0]), max(rounds[0])
    ratios = [_median(times[many]).in_all / _median(times[few]).in_all for times in rounds]
    cpu = [_median(times[many]).cpu / _median(times[few]).cpu for times in rounds]
    all_times = {rows: [taken for times in rounds for taken in times[rows]] for rows in rounds[0]}
    slower = _median(all_times[many]).in_all - _median(all_times[few]).in_all
    is_noise = median(ratios) > HIGHEST_RATIO and slower < UNDECIDED
    print_measure(
        f"{name}: most rows against fewest",
        median(ratios),
        "x",
        values=ratios,
        bar=HIGHEST_RATIO,
        **({"holds": None} if is_noise else {}),
        cpu_ratios=_lowest_to_highest(cpu),
        load=round(os.getloadavg()[0], 1),
        **{
            f"{part}_ms": {
                rows: _spread([getattr(taken, part) for taken in each])
                for rows, each in all_times.items()
            }
            for part in ("in_all", "in_database", "cpu")
        },
        **more,
    )


def _median(each: Iterable[Taken]) -> Taken:
    return Taken(*map(median, zip(*each, strict=True)))


def _lowest_to_highest(ratios: list[float]) -> list[float]:
    return [round(one, 2) for one in (min(ratios), median(ratios), max(ratios))]


def _spread(values: list[float]) -> list[float]:
    """Return first quartile, median and third quartile."""
    found = quantiles(values, n=4) if len(values) > 1 else values * 3
    return [round(value, 1) for value in found]


@contextmanager
def _statements() -> Iterator[list[tuple[str, Any, float]]]:
    from django.db import connections

    found: list[tuple[str, Any, float]] = []

    def log(execute: Any, sql: str, parameters: Any, *rest: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, parameters, *rest)
        finally:
            found.append((sql, parameters, time.perf_counter() - started))

    with connections["default"].execute_wrapper(log):
        yield found


def short_plan(operation: Operation, database: Any) -> dict[str, Any]:
    """Return what the measure says about the plans of an operation."""
    from django.db import OperationalError

    sized_databases.use(database)
    with _statements() as statements:
        try:
            operation()
        except OperationalError:
            return {"plan": f"canceled after {TIMEOUT} s"}
    return plans.described(database, [one[:2] for one in statements])


def complete_plan(operation: Operation, *, most: int = 2) -> str:
    """Return statement and plan of the slowest reads of an operation."""
    from django.db import OperationalError, connections

    with _statements() as statements:
        try:
            operation()
        except OperationalError:
            return "canceled"
    reads = [one for one in statements if one[0].startswith("SELECT")]
    shown = []
    for sql, parameters, _seconds in sorted(reads, key=lambda one: -one[2])[:most]:
        with connections["default"].cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", parameters)
            lines = [line for (line,) in cursor.fetchall()]
        tables, _from, conditions = sql.partition(" FROM ")
        shown.append("\n".join([f"{tables[:60]} … FROM {conditions[:1500]}", *lines]))
    return "\n\n".join(shown)


def chosen(names: Iterable[str], parts: Sequence[str] | None) -> list[str]:
    """Return the operations to measure: those with a part in their name, by default all."""
    if parts:
        return [name for name in names if any(part in name for part in parts)]
    return [name for name in names if not IS_QUICK or name in QUICK_OPERATIONS]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 1_000_000])
    parser.add_argument("--only", nargs="+", help="parts of names to measure")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plans", action="store_true", help="print complete plans too")
    arguments = parser.parse_args()
    url = postgresql_url()
    if not url:
        print("scale: skipped, no PostgreSQL server", file=sys.stderr)
        return
    with Environment(database_url=url):
        from django.db import connections

        scratch = connections["default"]
        if IS_QUICK and not sized_databases.are_filled(url, arguments.rows):
            print(
                "scale: skipped; `python -m benchmarks.scale` makes its databases", file=sys.stderr
            )
            return
        databases = sized_databases.prepare(url, arguments.rows)
        operations: dict[int, dict[str, Operation]] = {}
        for rows, database in databases.items():
            sized_databases.use(database)
            with database.cursor() as cursor:
                cursor.execute(f"SET statement_timeout = '{TIMEOUT}s'")
            found = Rows.read()
            operations[rows] = {**worker(found), **visitors(found), **staff(found)}
        largest, scanned = databases[arguments.rows[-1]], []
        for name in chosen(operations[arguments.rows[-1]], arguments.only):
            each = {rows: operations[rows][name] for rows in databases}
            times = [measure(name, each, databases) for _ in range(arguments.rounds)]
            shown = short_plan(each[arguments.rows[-1]], largest)
            report(name, times, **shown)
            scanned += [name] if "large_scans" in shown else []
            if arguments.plans:
                plan = complete_plan(each[arguments.rows[-1]])
                print(f"\n{plan}\n", file=sys.stderr, flush=True)
        print_measure("reads with a sequential scan of a large table", len(scanned), names=scanned)
        for database in databases.values():
            database.close()
        sized_databases.use(scratch)


if __name__ == "__main__":
    main()
