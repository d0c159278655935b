"""m. Which SQL statements and how much CPU a try-on takes in the worker, by step and caller.

    python -m benchmarks.statements [--tasks 20] [--slots 5] [--seconds 2] [--known]

The worker runs in this process, with its threads, on SQLite. ``BEGIN`` and savepoints count.
Each try-on has one garment, pictures of its own to upload, and a parse of its result. The CPU
is that of this process, which counts the statements too.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from statistics import fmean
from types import FrameType
from typing import Any
from unittest import mock

from benchmarks.environment import Environment
from benchmarks.report import print_measure
from benchmarks.sample_rows import make_garments, make_photos

BAR = 60
CPU_BAR = 0.15
REMOTE_BAR = 5
PEOPLE = 5
RUN_SECONDS = 20.0
TIMEOUT = 900
CODE_ROOMS = ("django_outfitanyone/worker/", "django_outfitanyone/account/", "outfitanyone/jobs/")


class Statements:
    """Counts each statement of this process by the step that it belongs to, and by its caller."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str, str]] = Counter()
        self.moments: list[tuple[float, bool]] = []
        """When each statement ran, and whether it only waited for a task to end."""

    def install(self) -> None:
        """Count on the connections that are opened from now on."""
        from django.db import connections
        from django.db.backends.signals import connection_created

        connections.close_all()
        connection_created.connect(self._watch)

    def _watch(self, *, connection: Any, **_: Any) -> None:
        if self._count not in connection.execute_wrappers:  # the connection was opened again
            connection.execute_wrappers.append(self._count)

    def _count(self, execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        frames = list(_frames(sys._getframe(1)))  # noqa: SLF001
        step, caller = _step(frames), _caller(frames)
        self.counts[step, caller, _shape(sql)] += 1
        is_waiting = step.startswith("(") or (step == "collect.poll" and "_poll_at" in caller)
        self.moments.append((time.monotonic(), is_waiting))
        return execute(sql, *arguments)

    @property
    def while_waiting(self) -> list[int]:
        """Return how many there were in each second in which tasks only ran remotely."""
        first = self.moments[0][0]
        seconds: dict[int, list[bool]] = {}
        for moment, is_waiting in self.moments:
            seconds.setdefault(int(moment - first), []).append(is_waiting)
        return [len(one) for one in seconds.values() if all(one)]


def _frames(frame: FrameType | None) -> Iterator[FrameType]:
    while frame:
        if "django_outfitanyone/" in frame.f_code.co_filename:
            yield frame
        frame = frame.f_back


def _step(frames: list[FrameType]) -> str:
    """Return the function of the step, or of the runner's part that runs the statement."""
    for frame in frames:
        name = frame.f_code.co_name
        if name == "_step":
            step = frame.f_locals["step"]
            return f"{step.__module__.rpartition('.')[2]}.{step.__name__}"
        if name in {"due_work", "claim", "advance", "renew", "is_due_soon", "_is_another_due"}:
            return f"({name})"
    return "(other)"


def _caller(frames: list[FrameType]) -> str:
    """Return the innermost function of the app, and the one outside of the models that calls it."""
    names = [f"{f.f_code.co_filename.rpartition('/')[2][:-3]}.{f.f_code.co_name}" for f in frames]
    outer = next(
        (
            name
            for name, frame in zip(names, frames, strict=True)
            if any(room in frame.f_code.co_filename for room in CODE_ROOMS)
        ),
        "",
    )
    inner = names[0] if names else ""
    return inner if inner == outer else f"{inner} < {outer}"


def _shape(sql: str) -> str:
    """Return the statement's first word and its table."""
    words = sql.replace('"', "").split()
    after = {"SELECT": "FROM", "INSERT": "INTO", "DELETE": "FROM", "UPDATE": "UPDATE"}
    first = words[0].upper()
    if first not in after or after[first] not in words:
        return first
    table = words[words.index(after[first]) + 1]
    return f"{first} {table.replace('django_outfitanyone_', '')}"


def work(count: int, statements: Statements) -> float:
    """Request the try-ons, run the worker until all are parsed; return its CPU seconds."""
    from django_outfitanyone.actions import request_try_ons
    from django_outfitanyone.jobs.try_on import TryOnOptions, combine
    from django_outfitanyone.models import ClothesParse, TryOnResult
    from django_outfitanyone.worker.turns import take_turns

    requests = combine(make_garments(count // PEOPLE), make_photos(PEOPLE))
    request_try_ons(requests, options=TryOnOptions(keep_other_half=False))
    statements.install()
    before, end = time.process_time(), time.monotonic() + TIMEOUT
    while take_turns(budget=RUN_SECONDS) and time.monotonic() < end:
        pass
    used = time.process_time() - before
    assert TryOnResult.objects.succeeded().count() == count
    assert ClothesParse.objects.succeeded().count() == count
    return used


def know_durations(seconds: float) -> None:
    """Let the account know how long tasks take, as it does after a day of work."""
    from django_outfitanyone.conf import conf
    from django_outfitanyone.models import Account

    model = conf.default_engine.default_model
    Account.of()
    Account.objects.update(task_seconds={model: [seconds] * 20})


def profiled(count: int, statements: Statements) -> float:
    """Do the same, and print where the threads of the worker spend their time."""
    from django_outfitanyone.worker import thread_pool

    profiles: list[cProfile.Profile] = []
    original = thread_pool.ThreadPool._work  # noqa: SLF001

    def measured(pool: Any, lane: Any) -> None:
        profiles.append(cProfile.Profile(time.thread_time))
        profiles[-1].runcall(original, pool, lane)

    runner = cProfile.Profile(time.thread_time)
    with mock.patch.object(thread_pool.ThreadPool, "_work", measured):
        used: float = runner.runcall(work, count, statements)
    for title, ones in (("runner", [runner]), ("threads", profiles)):
        print(f"--- {title}", file=sys.stderr)
        stats = pstats.Stats(*ones, stream=sys.stderr)
        stats.sort_stats("tottime").print_stats(45)
        stats.sort_stats("cumulative").print_stats(90)
    return used


def print_table(counts: Counter[tuple[str, str, str]], count: int) -> None:
    """Print the statements of each try-on: by step, then by caller within it."""
    by_step: Counter[str] = Counter()
    for (step, _caller_name, _sql), number in counts.items():
        by_step[step] += number
    for step, total in by_step.most_common():
        print(f"\n{step}: {total / count:.1f}", file=sys.stderr)
        own = Counter({key[1:]: number for key, number in counts.items() if key[0] == step})
        for (caller, sql), number in own.most_common():
            print(f"  {number / count:6.2f}  {sql:32} {caller}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=20)
    parser.add_argument("--slots", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--known", action="store_true", help="earlier tasks took as long")
    parser.add_argument("--profile", action="store_true", help="print where the CPU time goes")
    arguments = parser.parse_args()
    statements, count = Statements(), arguments.tasks
    with Environment(slots=arguments.slots) as environment:
        environment.sandbox.set_task_duration(arguments.seconds)
        if arguments.known:
            know_durations(arguments.seconds)
        measure = profiled if arguments.profile else work
        used = measure(count, statements)
        calls = environment.sandbox.stats["queries"] / count
    print_table(statements.counts, count)
    total = sum(statements.counts.values()) / count
    waiting = statements.while_waiting
    print_measure("statements per try-on", round(total, 1), "statements", polls=calls, bar=BAR)
    print_measure("CPU of the worker per try-on", round(used / count, 3), "s", bar=CPU_BAR)
    if waiting and arguments.known:
        title = "statements in a second in which tasks only run remotely"
        mean, most = round(fmean(waiting), 1), max(waiting)
        print_measure(title, mean, "statements", most=most, seconds=len(waiting), bar=REMOTE_BAR)


if __name__ == "__main__":
    main()
