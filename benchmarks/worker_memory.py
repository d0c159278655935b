"""f. Does the worker's memory stay flat over 500 try-ons?

python -m benchmarks.worker_memory [--tasks 500]
"""

from __future__ import annotations

import argparse
import subprocess

from benchmarks.monkey import CHILDREN
from benchmarks.report import say
from benchmarks.stage import Stage, wait_until
from benchmarks.wardrobe import make_garments, make_photos

PHOTOS = 10
PARTS = 10
FAST = {"SUBMITS_PER_SECOND": 100, "QUERIES_PER_SECOND": 200}
SANDBOX = {"submits_per_second": 1000, "queries_per_second": 1000}


def resident_mb(pid: str) -> float:
    shown = subprocess.run(["ps", "-o", "rss=", "-p", pid], capture_output=True, check=True)
    return round(int(shown.stdout) / 1024, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=500)
    count = parser.parse_args().tasks
    with Stage(outfitanyone=FAST, sandbox=SANDBOX) as stage:
        from django_outfitanyone.actions import request_try_ons
        from django_outfitanyone.jobs.try_on import TryOnOptions, combine
        from django_outfitanyone.models import TryOnResult

        stage.sandbox.task_time(0.1)
        stage.start_cluster()
        worker = CHILDREN["worker"].findall(stage.log("cluster").read_text())[0]
        wishes = combine(make_garments(count // PHOTOS), make_photos(PHOTOS))
        request_try_ons(wishes, options=TryOnOptions(keep_other_half=False))
        done = TryOnResult.objects.succeeded()
        resident: dict[int, float] = {}
        for part in range(1, PARTS + 1):
            goal = part * count // PARTS
            wait_until(lambda goal=goal: done.count() >= goal, 600, f"{goal} try-ons")  # type: ignore[misc]
            resident[goal] = resident_mb(worker)
        workers = set(CHILDREN["worker"].findall(stage.log("cluster").read_text()))
    later = list(resident.values())
    say(
        "worker memory: growth in the second half",
        round(later[-1] - later[PARTS // 2 - 1], 1),
        "MB",
        resident_mb_after=resident,
        same_process=workers == {worker},
        bar=5,
    )


if __name__ == "__main__":
    main()
