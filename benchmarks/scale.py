"""d. What visitors, staff and the worker read, with a thousand varied try-ons and with a million.

    POSTGRES_URL=postgres://… python -m benchmarks.scale [--rows 1000 1000000] [--only hotspots]

The databases are made once (minutes) and kept. The sizes are measured in turn, so that other
load meets both, in three rounds: a ratio on both sides of the limit is undecided. The time in the
database is reported too, and the CPU time of this process and of PostgreSQL's, if it runs on this
machine: where other work runs, it says more than the clock. ``--plans`` prints the plans of the
slowest statements at the largest size.
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

from benchmarks import sized_databases
from benchmarks.environment import Environment, postgresql_url
from benchmarks.report import print_measure
from benchmarks.scale_operations import Operation, Rows, staff, visitors, worker

REPEATS = 30
QUICK_REPEATS = 8
PATIENCE = 5.0
"""Seconds after which an operation is not repeated further."""
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
    for number in range(-2, QUICK_REPEATS if os.environ.get("QUICK") else REPEATS):
        for rows, database in databases.items():
            sized_databases.use(database)
            taken = _taken(name, operations[rows], database)
            if number >= 0 or taken.in_all > PATIENCE * 1000:
                times[rows].append(taken)
        if time.monotonic() - started > PATIENCE and all(times.values()):
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
    is_undecided = is_noise or min(ratios) <= HIGHEST_RATIO < max(ratios)
    print_measure(
        f"{name}: most rows against fewest",
        "undecided" if is_undecided else median(ratios),
        "" if is_undecided else "x",
        ratios=_lowest_to_highest(ratios),
        cpu_ratios=_lowest_to_highest(cpu),
        load=round(os.getloadavg()[0], 1),
        **{
            f"{part}_ms": {
                rows: _spread([getattr(taken, part) for taken in each])
                for rows, each in all_times.items()
            }
            for part in ("in_all", "in_database", "cpu")
        },
        **({} if is_undecided else {"bar": HIGHEST_RATIO}),
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


def plan(operation: Operation, *, most: int = 2) -> str:
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


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 1_000_000])
    parser.add_argument("--only", nargs="+", default=[""], help="parts of names to measure")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plans", action="store_true", help="print the slowest statements' plans")
    arguments = parser.parse_args()
    url = postgresql_url()
    if not url:
        print("scale: skipped, no PostgreSQL server", file=sys.stderr)
        return
    with Environment(database_url=url):
        from django.db import connections

        scratch = connections["default"]
        databases = sized_databases.prepare(url, arguments.rows)
        operations: dict[int, dict[str, Operation]] = {}
        for rows, database in databases.items():
            sized_databases.use(database)
            with database.cursor() as cursor:
                cursor.execute(f"SET statement_timeout = '{TIMEOUT}s'")
            found = Rows.read()
            operations[rows] = {**worker(found), **visitors(found), **staff(found)}
        for name in operations[arguments.rows[-1]]:
            if any(part in name for part in arguments.only):
                each = {rows: operations[rows][name] for rows in databases}
                rounds = range(arguments.rounds)
                report(name, [measure(name, each, databases) for _ in rounds])
                if arguments.plans:
                    sized_databases.use(databases[arguments.rows[-1]])
                    print(f"\n{plan(each[arguments.rows[-1]])}\n", file=sys.stderr, flush=True)
        for database in databases.values():
            database.close()
        sized_databases.use(scratch)


if __name__ == "__main__":
    main()
