"""a. How long 60 try-ons take at 5 slots, against the least it can take, and beside peers.

    python -m benchmarks.makespan [--seconds 2 6] [--ways ours ...] [--rounds 1] [--steady]

All begin with pictures on the disk, none of them uploaded, and end when every result is
stored. Ours also writes rows and searches each result for clothes meanwhile. Tasks take
just so many seconds; and once more, for those that wait well, up to 10 % less or more.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks import peers
from benchmarks.report import say
from benchmarks.stage import Stage, kill_group, redis_url, wait_until
from benchmarks.wardrobe import make_garments, make_photos, picture

SLOTS = 5
PEOPLE = 5
BAR = 1.08
WORKERS = 2
LONGEST = 900


def ours(stage: Stage, count: int) -> float:
    """From the request to the last row that is done, with one worker, on a new account."""
    from django_outfitanyone.actions import request_try_ons
    from django_outfitanyone.jobs.try_on import TryOnOptions, combine
    from django_outfitanyone.models import Account, TryOnResult
    from django_outfitanyone.models.account import LONG_AGO

    Account.objects.update(task_seconds={}, runner_expires_at=LONG_AGO)
    wishes = combine(make_garments(count // PEOPLE), make_photos(PEOPLE))
    cluster = stage.start_cluster(workers=1)
    let_worker_warm_up()
    started = time.monotonic()
    batch = request_try_ons(wishes, options=TryOnOptions(keep_other_half=False))[0].batch
    rows = TryOnResult.objects.filter(batch=batch)
    wait_until(lambda: not rows.filter(image="").exists(), LONGEST, "ours", every=0.01)
    took = time.monotonic() - started
    wait_until(lambda: not rows.open().exists(), LONGEST, "ours")
    assert rows.succeeded().count() == count, rows.values_list("status", "error_message")
    kill_group(cluster)
    return took


def let_worker_warm_up() -> None:
    """Have one run with nothing to do."""
    from django_outfitanyone import wakeup
    from django_outfitanyone.models import Account
    from django_outfitanyone.models.account import LONG_AGO

    wakeup.wake()
    wait_until(lambda: Account.current().runner_expires_at > LONG_AGO, LONGEST, "first run")
    wait_until(lambda: not Account.current().runner_token, LONGEST, "end of the first run")


def by_sdk(stage: Stage, count: int) -> float:
    pictures, folder = draw_pictures(stage, count), folder_in(stage)
    started = time.monotonic()
    peers.by_sdk(api_url(stage), orders(peers.upload_by_sdk(api_url(stage), pictures)), folder)
    return time.monotonic() - started


def by_sdk_already_uploaded(stage: Stage, count: int) -> float:
    """What is left when somebody else has done a part of the work."""
    pictures, folder = draw_pictures(stage, count), folder_in(stage)
    uploaded = orders(peers.upload_by_sdk(api_url(stage), pictures))
    started = time.monotonic()
    peers.by_sdk(api_url(stage), uploaded, folder)
    return time.monotonic() - started


def by_jobs(function: str) -> Callable[[Stage, int], float]:
    """One django-q2 job for each try-on."""

    def measure(stage: Stage, count: int) -> float:
        from django_q.tasks import async_task

        pictures, folder = draw_pictures(stage, count), folder_in(stage)
        cluster = stage.start_cluster("peer", workers=WORKERS)
        started = time.monotonic()
        for order in orders(peers.upload_by_client(pictures)):
            async_task(f"benchmarks.peers.{function}", order, str(folder))
        done: Callable[[], bool] = lambda: len(list(folder.glob("*.jpg"))) == count  # noqa: E731
        wait_until(done, LONGEST, function, every=0.01)
        took = time.monotonic() - started
        kill_group(cluster)
        return took

    return measure


SDK = "SDK, five threads"
WAYS: dict[str, Callable[[Stage, int], float]] = {
    "ours": ours,
    SDK: by_sdk,
    f"{SDK}, pictures uploaded before": by_sdk_already_uploaded,
    "a job each that sleeps": by_jobs("sleeping_job"),
    "a Schedule for each look": by_jobs("submitting_job"),
}
STRAYING = ("ours", SDK)


def draw_pictures(stage: Stage, count: int) -> list[Path]:
    """Files of photos first, then of garments, as many as ``ours`` has."""
    folder = folder_in(stage)
    seeds = [*range(10_000, 10_000 + PEOPLE), *range(20_000, 20_000 + count // PEOPLE)]
    for seed in seeds:
        (folder / f"{seed}.jpg").write_bytes(picture(seed))
    return [folder / f"{seed}.jpg" for seed in seeds]


def orders(addresses: list[str]) -> list[peers.Order]:
    """Pictures combined as in ``ours``."""
    people, tops = addresses[:PEOPLE], addresses[PEOPLE:]
    return [(person, top) for person in people for top in tops]


def folder_in(stage: Stage) -> Path:
    """A new one for the pictures of a peer."""
    folder = stage.folder / f"pictures-{time.monotonic_ns()}"
    folder.mkdir()
    return folder


def api_url(stage: Stage) -> str:
    return f"{stage.sandbox.root_url}/api/v1"


def warm_up(stage: Stage) -> None:
    """Import and connect what a process that has been up for a while has at hand."""
    from django_q.brokers import get_broker

    get_broker().ping()
    peers.upload_by_sdk(api_url(stage), draw_pictures(stage, PEOPLE)[:1])


def measure(stage: Stage, way: str, count: int, seconds: float, *, stray: bool) -> float:
    """Times the lower bound, with a sandbox that knows of nothing."""
    stage.sandbox.tell("reset")
    if stray:
        stage.sandbox.usual_task_times(mean=seconds)
    else:
        stage.sandbox.task_time(seconds)
    took = WAYS[way](stage, count)
    least = math.ceil(count / SLOTS) * seconds
    say(
        f"{title(count, seconds, stray=stray)}: {way}",
        took / least,
        "x lower bound",
        seconds=round(took, 2),
        lower_bound=least,
        peak_running=stage.sandbox.stats["peak_running"],
        **({"bar": BAR} if way == "ours" and not stray else {}),
    )
    return took / least


def title(count: int, seconds: float, *, stray: bool) -> str:
    return f"makespan of {count} tasks of {seconds:g} s{' ± 10 %' if stray else ''}"


def compare(stage: Stage, wanted: argparse.Namespace, seconds: float, *, stray: bool) -> None:
    """One way after the other, and again; medians when there are several rounds."""
    ways = [way for way in wanted.ways if way in STRAYING or not stray]
    ratios: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(wanted.rounds):
        for way in ways:
            ratios[way].append(measure(stage, way, wanted.tasks, seconds, stray=stray))
    for way in ways if wanted.rounds > 1 else ():
        say(
            f"{title(wanted.tasks, seconds, stray=stray)}: {way}: median",
            median(ratios[way]),
            "x lower bound",
            rounds=wanted.rounds,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=60)
    parser.add_argument("--seconds", type=float, nargs="+", default=[2, 6])
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--steady", action="store_true", help="no tasks of straying lengths")
    wanted = parser.parse_args()
    with Stage(broker=redis_url()) as stage:
        warm_up(stage)
        for seconds in wanted.seconds:
            for stray in (False,) if wanted.steady else (False, True):
                compare(stage, wanted, seconds, stray=stray)


if __name__ == "__main__":
    main()
