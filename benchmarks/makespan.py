"""a. How long 60 try-ons take at 5 slots, against the lower bound and beside peers.

    python -m benchmarks.makespan [--seconds 2 6] [--ways ours ...] [--rounds 1] [--steady]

Every way starts with pictures on disk, none of them uploaded, and ends when every result
is stored. Ours also writes rows and parses each result meanwhile. Tasks take exactly the
given seconds; two ways run once more with durations that vary by up to 10 %.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks import peers
from benchmarks.environment import Environment, kill_group, redis_url, wait_until
from benchmarks.report import print_measure
from benchmarks.sample_rows import make_garments, make_photos, picture

SLOTS = 5
PEOPLE = 5
BAR = 1.08
WORKERS = 2
TIMEOUT = 900


def ours(environment: Environment, count: int) -> float:
    """Measure from the request to the last stored picture, with one worker, on a new account."""
    from django_outfitanyone.actions import request_try_ons
    from django_outfitanyone.jobs.try_on import TryOnOptions, combine
    from django_outfitanyone.models import Account, TryOnResult
    from django_outfitanyone.models.account import LONG_AGO

    Account.objects.update(task_seconds={}, runner_expires_at=LONG_AGO)
    requests = combine(make_garments(count // PEOPLE), make_photos(PEOPLE))
    cluster = environment.start_cluster(workers=1)
    warm_up_worker()
    started = time.monotonic()
    batch = request_try_ons(requests, options=TryOnOptions(keep_other_half=False))[0].batch
    rows = TryOnResult.objects.filter(batch=batch)
    wait_until(lambda: not rows.filter(image="").exists(), TIMEOUT, "ours", every=0.01)
    took = time.monotonic() - started
    wait_until(lambda: not rows.open().exists(), TIMEOUT, "ours")
    assert rows.succeeded().count() == count, rows.values_list("status", "error_message")
    kill_group(cluster)
    return took


def warm_up_worker() -> None:
    """Let the worker do one run without work."""
    from django_outfitanyone import wakeup
    from django_outfitanyone.models import Account
    from django_outfitanyone.models.account import LONG_AGO

    wakeup.wake()
    wait_until(lambda: Account.current().runner_expires_at > LONG_AGO, TIMEOUT, "first run")
    wait_until(lambda: not Account.current().runner_token, TIMEOUT, "end of the first run")


def by_sdk(environment: Environment, count: int) -> float:
    pictures, folder = draw_pictures(environment, count), new_folder(environment)
    started = time.monotonic()
    uploaded = pairs(peers.upload_by_sdk(api_url(environment), pictures))
    peers.by_sdk(api_url(environment), uploaded, folder)
    return time.monotonic() - started


def by_sdk_already_uploaded(environment: Environment, count: int) -> float:
    """Measure the SDK without the uploads."""
    pictures, folder = draw_pictures(environment, count), new_folder(environment)
    uploaded = pairs(peers.upload_by_sdk(api_url(environment), pictures))
    started = time.monotonic()
    peers.by_sdk(api_url(environment), uploaded, folder)
    return time.monotonic() - started


def by_jobs(function: str) -> Callable[[Environment, int], float]:
    """Return a measurement with one django-q2 job per try-on."""

    def measure(environment: Environment, count: int) -> float:
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
        return took

    return measure


SDK = "SDK, five threads"
WAYS: dict[str, Callable[[Environment, int], float]] = {
    "ours": ours,
    SDK: by_sdk,
    f"{SDK}, pictures uploaded before": by_sdk_already_uploaded,
    "one sleeping job per try-on": by_jobs("sleeping_job"),
    "one Schedule per poll": by_jobs("submitting_job"),
}
VARIED_WAYS = ("ours", SDK)


def draw_pictures(environment: Environment, count: int) -> list[Path]:
    """Write the files: photos first, then garments, as many as ``ours`` has."""
    folder = new_folder(environment)
    seeds = [*range(10_000, 10_000 + PEOPLE), *range(20_000, 20_000 + count // PEOPLE)]
    for seed in seeds:
        (folder / f"{seed}.jpg").write_bytes(picture(seed))
    return [folder / f"{seed}.jpg" for seed in seeds]


def pairs(urls: list[str]) -> list[peers.Pair]:
    """Combine people and tops as ``ours`` does."""
    people, tops = urls[:PEOPLE], urls[PEOPLE:]
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
    took = WAYS[way](environment, count)
    lower_bound = math.ceil(count / SLOTS) * seconds
    print_measure(
        f"{title(count, seconds, varied=varied)}: {way}",
        took / lower_bound,
        "x lower bound",
        seconds=round(took, 2),
        lower_bound=lower_bound,
        peak_running=environment.sandbox.stats["peak_running"],
        **({"bar": BAR} if way == "ours" and not varied else {}),
    )
    return took / lower_bound


def title(count: int, seconds: float, *, varied: bool) -> str:
    return f"makespan of {count} tasks of {seconds:g} s{' ± 10 %' if varied else ''}"


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
            f"{title(arguments.tasks, seconds, varied=varied)}: {way}: median",
            median(ratios[way]),
            "x lower bound",
            rounds=arguments.rounds,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=60)
    parser.add_argument("--seconds", type=float, nargs="+", default=[2, 6])
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--steady", action="store_true", help="no tasks of varied duration")
    arguments = parser.parse_args()
    with Environment(broker=redis_url()) as environment:
        warm_up(environment)
        for seconds in arguments.seconds:
            for varied in (False,) if arguments.steady else (False, True):
                compare(environment, arguments, seconds, varied=varied)


if __name__ == "__main__":
    main()
