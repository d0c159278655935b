"""f. Growth of the worker's memory over 500 try-ons.

python -m benchmarks.worker_memory [--tasks 500]
"""

from __future__ import annotations

import argparse
import subprocess

from benchmarks.chaos.processes import CHILDREN
from benchmarks.environment import Environment, wait_until
from benchmarks.report import print_measure
from benchmarks.sample_rows import make_garments, make_photos

PHOTOS = 10
PARTS = 10
FAST = {"SUBMITS": "100/s", "QUERIES": "200/s"}
SANDBOX = {"submits_per_second": 1000, "queries_per_second": 1000}


def resident_mb(pid: str) -> float:
    shown = subprocess.run(["ps", "-o", "rss=", "-p", pid], capture_output=True, check=True)
    return round(int(shown.stdout) / 1024, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=500)
    count = parser.parse_args().tasks
    with Environment(outfitanyone=FAST, sandbox=SANDBOX) as environment:
        from django_outfitanyone.actions import request_try_ons
        from django_outfitanyone.jobs.try_on import TryOnOptions, combine
        from django_outfitanyone.models import TryOnResult

        environment.sandbox.set_task_duration(0.1)
        environment.start_cluster()
        worker = CHILDREN["worker"].findall(environment.log("cluster").read_text())[0]
        requests = combine(make_garments(count // PHOTOS), make_photos(PHOTOS))
        request_try_ons(requests, options=TryOnOptions(keep_other_half=False))
        finished = TryOnResult.objects.succeeded()
        resident: dict[int, float] = {}
        for part in range(1, PARTS + 1):
            goal = part * count // PARTS
            wait_until(lambda goal=goal: finished.count() >= goal, 600, f"{goal} try-ons")  # type: ignore[misc]
            resident[goal] = resident_mb(worker)
        workers = set(CHILDREN["worker"].findall(environment.log("cluster").read_text()))
    later = list(resident.values())
    print_measure(
        "worker memory: growth in the second half",
        round(later[-1] - later[PARTS // 2 - 1], 1),
        "MB",
        resident_mb_after=resident,
        same_process=workers == {worker},
        bar=5,
    )


if __name__ == "__main__":
    main()
