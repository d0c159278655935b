"""a. How long 60 try-ons take at 5 slots, against the lower bound and beside peers.

    python -m benchmarks.makespan [--seconds 2 6] [--ways ours ...] [--rounds 1] [--steady]
    python -m benchmarks.makespan --accounts 2
    python -m benchmarks.makespan --slots 50 --tasks 250 --seconds 18 --network 0.2 --tls --steady \
        --lognormal --size 1080x1440 --ways ours "plain threads" --rounds 3

Every way starts with pictures on disk, none of them uploaded, and ends when every result
is stored. Ours also writes rows and parses each result meanwhile. Tasks take exactly the
given seconds; two ways run once more with durations that vary by up to 10 %. With two
accounts only ours runs: each account has half of the try-ons and its own slots, and a worker.
With ``--network`` each call takes a round trip, and with ``--lognormal`` tasks vary as real ones;
the lower bound is then that of the durations that were drawn.
"""

from __future__ import annotations

import argparse
import heapq
import json
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

from benchmarks import peers
from benchmarks.environment import (
    ACCOUNTS,
    Environment,
    cpu_seconds,
    kill_group,
    redis_url,
    wait_until,
)
from benchmarks.report import print_measure
from benchmarks.sample_rows import SMALL, Size, make_garments, make_photos, picture

PEOPLE = 5
BAR = 1.08
NETWORK_BARS = {(5, 18.0, 0.2): 1.06, (5, 5.0, 0.2): 1.15, (50, 18.0, 0.2): 1.15}
"""By slots, seconds of a task and of a round trip: all pictures are stored."""
TASKS_ENDED_BARS = {(50, 18.0, 0.2): 1.10}
"""The same for the end of the last task."""
WORKERS = 2
SLOTS = 5
TIMEOUT = 900
Picture = TypeVar("Picture")


@dataclass(frozen=True)
class Run:
    """How long a way took, and what else was measured."""

    seconds: float
    details: dict[str, Any] = field(default_factory=dict)


def ours(environment: Environment, count: int) -> Run:
    """Measure from the first request to the last stored picture, on new accounts.

    Each account has a worker and its share of the try-ons. None of them may be paid twice.
    """
    from django_outfitanyone.actions import request_try_ons
    from django_outfitanyone.jobs.try_on import TryOnOptions, combine
    from django_outfitanyone.models import Account, TryOnResult
    from django_outfitanyone.models.account import LONG_AGO

    Account.objects.update(task_seconds={}, runner_expires_at=LONG_AGO)
    size = environment.picture_size
    accounts, photos, batches = environment.accounts, make_photos(PEOPLE, size), []
    requests = {
        alias: combine(make_garments(count // PEOPLE // len(accounts), size), photos)
        for alias in accounts
    }
    cluster = environment.start_cluster(workers=len(accounts))
    warm_up_workers(len(accounts))
    used, statements = cpu_seconds(cluster), environment.statements
    started, started_at = time.monotonic(), time.time()
    for alias in accounts:
        options = TryOnOptions(engine=alias, keep_other_half=False)
        batches.append(request_try_ons(requests[alias], options=options)[0].batch)
    rows = TryOnResult.objects.filter(batch__in=batches)
    wait_until(lambda: not rows.filter(image="").exists(), TIMEOUT, "ours", every=0.01)
    took = time.monotonic() - started
    wait_until(lambda: not rows.open().exists(), TIMEOUT, "ours")
    assert rows.succeeded().count() == count, rows.values_list("status", "error_message")
    assert environment.sandbox.stats["accepted"] == count, "A request was paid twice."
    details = {
        "tasks_ended_s": round(max(end_times(environment).values()) - started_at, 2),
        "parsed_s": round(time.monotonic() - started, 2),
        "cpu_s_per_try_on": round((cpu_seconds(cluster) - used) / count, 3),
        "statements_per_try_on": round((environment.statements - statements) / count, 1),
    }
    kill_group(cluster)
    return Run(took, details)


def end_times(environment: Environment) -> dict[str, float]:
    """Return the end of each task by the sandbox's files, in seconds since 1970."""
    return {task["task_id"]: task["finished_at"] for task in tasks_of(environment)}


def tasks_of(environment: Environment) -> list[dict[str, Any]]:
    """Return the sandbox's files of its tasks, in the order of their submits."""
    files = environment.folder.glob("sandbox/tasks/*.json")
    return sorted(
        (json.loads(path.read_text()) for path in files), key=lambda task: task["submitted_at"]
    )


def shortest(durations: Iterable[float], slots: int) -> float:
    """Return when the last task ends if each one starts as soon as a slot is free."""
    free = [0.0] * slots
    for seconds in durations:
        heapq.heapreplace(free, free[0] + seconds)
    return max(free)


def warm_up_workers(count: int) -> None:
    """Let the workers do some runs without work, and wait for the last one."""
    from django_q.tasks import async_task, fetch

    from django_outfitanyone.wakers.base import POLL

    runs = [async_task(POLL) for _number in range(2 * count)]
    for run in runs:
        assert fetch(run, wait=TIMEOUT * 1000), "The worker has not run."


def by_threads(environment: Environment, count: int) -> Run:
    """Measure plain threads, some more than slots, so that downloads leave none unused."""
    pictures, folder = draw_pictures(environment, count), new_folder(environment)
    threads = math.ceil(1.1 * environment.slots)
    started, started_at = time.monotonic(), time.time()
    peers.by_threads(api_url(environment), pairs(pictures), folder, threads=threads)
    took = time.monotonic() - started
    ended = round(max(end_times(environment).values()) - started_at, 2)
    return Run(took, {"tasks_ended_s": ended, "threads": threads})


def by_sdk(environment: Environment, count: int) -> Run:
    pictures, folder = draw_pictures(environment, count), new_folder(environment)
    started = time.monotonic()
    uploaded = pairs(peers.upload_by_sdk(api_url(environment), pictures))
    peers.by_sdk(api_url(environment), uploaded, folder)
    return Run(time.monotonic() - started)


def by_sdk_already_uploaded(environment: Environment, count: int) -> Run:
    """Measure the SDK without the uploads."""
    pictures, folder = draw_pictures(environment, count), new_folder(environment)
    uploaded = pairs(peers.upload_by_sdk(api_url(environment), pictures))
    started = time.monotonic()
    peers.by_sdk(api_url(environment), uploaded, folder)
    return Run(time.monotonic() - started)


def by_jobs(function: str) -> Callable[[Environment, int], Run]:
    """Return a measurement with one django-q2 job per try-on."""

    def measure(environment: Environment, count: int) -> Run:
        from django_q.tasks import async_task

        pictures, folder = draw_pictures(environment, count), new_folder(environment)
        cluster = environment.start_cluster("peer", workers=WORKERS)
        started = time.monotonic()
        for pair in pairs(peers.upload_by_client(pictures)):
            async_task(f"benchmarks.peers.{function}", pair, str(folder))
        done: Callable[[], bool] = lambda: len(list(folder.glob("*.jpg"))) == count  # noqa: E731
        wait_until(done, TIMEOUT, function, every=0.01)
        took = time.monotonic() - started
        kill_group(cluster)
        return Run(took)

    return measure


SDK = "SDK, five threads"
WAYS: dict[str, Callable[[Environment, int], Run]] = {
    "ours": ours,
    "plain threads": by_threads,
    SDK: by_sdk,
    f"{SDK}, pictures uploaded before": by_sdk_already_uploaded,
    "one sleeping job per try-on": by_jobs("sleeping_job"),
    "one Schedule per poll": by_jobs("submitting_job"),
}
VARIED_WAYS = ("ours", "plain threads", SDK)


def draw_pictures(environment: Environment, count: int) -> list[Path]:
    """Write the files: photos first, then garments, as many as ``ours`` has."""
    folder = new_folder(environment)
    seeds = [*range(10_000, 10_000 + PEOPLE), *range(20_000, 20_000 + count // PEOPLE)]
    for seed in seeds:
        (folder / f"{seed}.jpg").write_bytes(picture(seed, environment.picture_size))
    return [folder / f"{seed}.jpg" for seed in seeds]


def pairs(pictures: list[Picture]) -> list[tuple[Picture, Picture]]:
    """Combine people and tops, as files or URLs, as ``ours`` does."""
    people, tops = pictures[:PEOPLE], pictures[PEOPLE:]
    return [(person, top) for person in people for top in tops]


def new_folder(environment: Environment) -> Path:
    """Create a folder for the pictures of a peer."""
    folder = environment.folder / f"pictures-{time.monotonic_ns()}"
    folder.mkdir()
    return folder


def api_url(environment: Environment) -> str:
    return f"{environment.sandbox.root_url}/api/v1"


def warm_up(environment: Environment) -> None:
    """Import and connect what a long-running process has ready."""
    from django_q.brokers import get_broker

    get_broker().ping()
    peers.upload_by_sdk(api_url(environment), draw_pictures(environment, PEOPLE)[:1])


def measure(
    environment: Environment, way: str, count: int, seconds: float, *, varied: bool
) -> float:
    """Return the makespan as a multiple of the lower bound, with a fresh sandbox."""
    environment.sandbox.control("reset")
    if varied:
        environment.sandbox.vary_task_durations(mean=seconds)
    else:
        environment.sandbox.set_task_duration(seconds)
    run = WAYS[way](environment, count)
    took, accounts = run.seconds, len(environment.accounts)
    lower_bound = math.ceil(count / (environment.slots * accounts)) * seconds
    if environment.lognormal:
        tasks = tasks_of(environment)
        drawn = [task["finished_at"] - task["submitted_at"] for task in tasks]
        lower_bound = shortest(drawn, environment.slots * accounts)
    has_bar = way == "ours" and not varied and accounts == 1 and not environment.lognormal
    case = (environment.slots, seconds, environment.network)
    name = f"{title(environment, count, seconds, varied=varied)}: {way}"
    if has_bar and case in TASKS_ENDED_BARS:
        ended = run.details["tasks_ended_s"] / lower_bound
        print_measure(f"{name}: last task", ended, "x lower bound", bar=TASKS_ENDED_BARS[case])
    print_measure(
        name,
        took / lower_bound,
        "x lower bound",
        seconds=round(took, 2),
        lower_bound=round(lower_bound, 2),
        submit_limit_s=round(submit_limit_seconds(environment, count), 2),
        accounts=accounts,
        **calls_of(environment, count),
        **run.details,
        **({"bar": bar} if has_bar and (bar := bar_of(*case)) else {}),
    )
    return took / lower_bound


def bar_of(slots: int, seconds: float, network: float) -> float | None:
    """Return the bar for all pictures; ``None`` where there is none, as for most networks."""
    return NETWORK_BARS.get((slots, seconds, network)) if network else BAR


def submit_limit_seconds(environment: Environment, count: int) -> float:
    """Return how much longer than the lower bound it takes at least to keep the rate limit.

    The last slot is filled only when the limit has let as many submits leave as there are
    slots. The lower bound does not contain it.
    """
    from django_outfitanyone.conf import conf

    limit = conf.default_engine.submits
    first_wave = min(environment.slots, count // len(environment.accounts))
    return (first_wave - 1) * limit.seconds / limit.count


def calls_of(environment: Environment, count: int) -> dict[str, Any]:
    """Return the calls per try-on, how many a rate limit refused, and how many tasks ran at once.

    Calls are submits, polls and lists.
    """
    stats = environment.sandbox.stats
    calls = sum(stats[name] for name in ("submits", "queries", "lists")) / count
    counts = {name: stats[name] for name in ("throttled", "peak_running")}
    return {"calls_per_try_on": round(calls, 2), **counts}


def title(environment: Environment, count: int, seconds: float, *, varied: bool) -> str:
    parts = [f"makespan of {count} tasks of {seconds:g} s{' ± 10 %' if varied else ''}"]
    parts += [f"{environment.slots} slots"] if environment.slots != SLOTS else []
    parts += [f"{environment.network:g} s away"] if environment.network else []
    parts += ["TLS"] if environment.tls else []
    parts += ["lognormal"] if environment.lognormal else []
    return ", ".join(parts)


def compare(
    environment: Environment, arguments: argparse.Namespace, seconds: float, *, varied: bool
) -> None:
    """Measure each way in turn, in every round; print medians if there are several rounds."""
    ways = [way for way in arguments.ways if way in VARIED_WAYS or not varied]
    ratios: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(arguments.rounds):
        for way in ways:
            ratios[way].append(measure(environment, way, arguments.tasks, seconds, varied=varied))
    for way in ways if arguments.rounds > 1 else ():
        print_measure(
            f"{title(environment, arguments.tasks, seconds, varied=varied)}: {way}: median",
            median(ratios[way]),
            "x lower bound",
            values=ratios[way],
            rounds=arguments.rounds,
        )


def size_of(text: str) -> Size:
    """Read pixels across and down, such as ``1080x1440``."""
    across, down = map(int, text.split("x"))
    return across, down


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=60)
    parser.add_argument("--seconds", type=float, nargs="+", default=[2, 6])
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--steady", action="store_true", help="no tasks of varied duration")
    parser.add_argument("--accounts", type=int, choices=(1, 2), default=1)
    parser.add_argument("--slots", type=int, default=SLOTS)
    parser.add_argument("--network", type=float, default=0, help="seconds of a round trip")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--lognormal", action="store_true")
    parser.add_argument("--size", type=size_of, default=SMALL, help="of pictures: 1080x1440")
    arguments = parser.parse_args()
    if arguments.accounts > 1:
        arguments.ways = ["ours"]
    accounts = ACCOUNTS[: arguments.accounts]
    with Environment(
        broker=redis_url(),
        accounts=accounts,
        slots=arguments.slots,
        network=arguments.network,
        tls=arguments.tls,
        lognormal=arguments.lognormal,
        picture_size=arguments.size,
    ) as environment:
        warm_up(environment)
        for seconds in arguments.seconds:
            for varied in (False,) if arguments.steady else (False, True):
                compare(environment, arguments, seconds, varied=varied)


if __name__ == "__main__":
    main()
