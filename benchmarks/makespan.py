"""a. How long 60 try-ons take at 5 slots, against the least it can take, and beside peers.

    python -m benchmarks.makespan [--tasks 60] [--seconds 2 6] [--without-peers]

Ours begins with the rows not asked for and no picture uploaded, and ends when every
picture is stored. Unlike the peers it also searches each picture for clothes meanwhile.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from benchmarks import peers
from benchmarks.report import say
from benchmarks.stage import Stage, kill_group, wait_until
from benchmarks.wardrobe import make_garments, make_photos, picture

SLOTS = 5
BAR = 1.08
WORKERS = 2
LONGEST = 900


def ours(stage: Stage, count: int) -> float:
    """From the request to the last row that is done, with two workers."""
    from django_outfitanyone.actions import request_try_ons
    from django_outfitanyone.models import TryOnResult
    from django_outfitanyone.wishes import Options, combine

    wishes = combine(make_garments(count // 5), make_photos(5))
    cluster = stage.start_cluster(workers=WORKERS)
    started = time.monotonic()
    batch = request_try_ons(wishes, options=Options(keep_other_half=False))[0].batch
    rows = TryOnResult.objects.filter(batch=batch)
    wait_until(lambda: not rows.filter(image="").exists(), LONGEST, "ours")
    took = time.monotonic() - started
    wait_until(lambda: not rows.open().exists(), LONGEST, "ours")
    assert rows.succeeded().count() == count, rows.values_list("status", "error_message")
    kill_group(cluster)
    return took


def by_sdk(stage: Stage, count: int) -> float:
    uploaded, folder = orders(count), folder_in(stage)
    started = time.monotonic()
    peers.by_sdk(f"{stage.sandbox.root_url}/api/v1", uploaded, folder)
    return time.monotonic() - started


def by_jobs(function: str) -> Callable[[Stage, int], float]:
    """One django-q2 job for each try-on."""

    def measure(stage: Stage, count: int) -> float:
        from django_q.tasks import async_task

        uploaded, folder = orders(count), folder_in(stage)
        cluster = stage.start_cluster("peer", workers=WORKERS)
        started = time.monotonic()
        for order in uploaded:
            async_task(f"benchmarks.peers.{function}", order, str(folder))
        done: Callable[[], bool] = lambda: len(list(folder.glob("*.jpg"))) == count  # noqa: E731
        wait_until(done, LONGEST, function)
        took = time.monotonic() - started
        kill_group(cluster)
        return took

    return measure


WAYS: dict[str, Callable[[Stage, int], float]] = {
    "ours": ours,
    "SDK, five threads": by_sdk,
    "a job each that sleeps": by_jobs("sleeping_job"),
    "a Schedule for each look": by_jobs("submitting_job"),
}


def orders(count: int) -> list[peers.Order]:
    """Uploaded pictures, combined as in ``ours``."""
    from django_outfitanyone.conf import conf

    with closing(conf.load_provider()) as provider:
        people, tops = (
            [
                provider.upload(picture(seed), filename="picture.jpg", model=peers.MODEL).url
                for seed in range(start, start + number)
            ]
            for start, number in ((10_000, 5), (20_000, count // 5))
        )
    return [(person, top) for person in people for top in tops]


def folder_in(stage: Stage) -> Path:
    """A new one for the pictures of a peer."""
    folder = stage.folder / f"results-{time.monotonic_ns()}"
    folder.mkdir()
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=60)
    parser.add_argument("--seconds", type=float, nargs="+", default=[2, 6])
    parser.add_argument("--without-peers", action="store_true")
    wanted = parser.parse_args()
    with Stage() as stage:
        for seconds in wanted.seconds:
            stage.sandbox.task_time(seconds)
            least = math.ceil(wanted.tasks / SLOTS) * seconds
            for way, measure in WAYS.items():
                if way != "ours" and wanted.without_peers:
                    continue
                stage.sandbox.tell("reset")
                stage.sandbox.task_time(seconds)
                took = measure(stage, wanted.tasks)
                say(
                    f"makespan of {wanted.tasks} tasks of {seconds:g} s: {way}",
                    took / least,
                    "x lower bound",
                    seconds=round(took, 2),
                    lower_bound=least,
                    peak_running=stage.sandbox.stats["peak_running"],
                    **({"bar": BAR} if way == "ours" else {}),
                )


if __name__ == "__main__":
    main()
