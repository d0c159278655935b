"""b. API calls per try-on, and how late its row learns of the end, beside the vendor's SDK.

    python -m benchmarks.calls [--tasks 60] [--without-peers]

Each task takes between 15.3 and 18.7 s, the sandbox's default. Uploads and parses are
printed too, but ``deliveries`` measures them.
"""

from __future__ import annotations

import argparse
import time
from statistics import mean, quantiles
from typing import Any

from benchmarks import peers
from benchmarks.environment import Environment, kill_group, wait_until
from benchmarks.makespan import (
    WORKERS,
    api_url,
    draw_pictures,
    end_times,
    new_folder,
    pairs,
)
from benchmarks.report import print_measure
from benchmarks.sample_rows import make_garments, make_photos

MOST_CALLS = 5
LONGEST_DELAY = 0.6
TIMEOUT = 900
COUNTED = ("submits", "queries", "lists")


def ours(environment: Environment, count: int) -> list[float]:
    """Return the seconds from the end of each task until its row knew."""
    from django_outfitanyone.actions import request_try_ons
    from django_outfitanyone.jobs.try_on import TryOnOptions, combine
    from django_outfitanyone.models import TryOnResult

    requests = combine(make_garments(count // 5), make_photos(5))
    cluster = environment.start_cluster(workers=WORKERS)
    batch = request_try_ons(requests, options=TryOnOptions(keep_other_half=False))[0].batch
    rows = TryOnResult.objects.filter(batch=batch)
    wait_until(lambda: not rows.open().exists(), TIMEOUT, "ours")
    kill_group(cluster)
    ended_at = end_times(environment)
    known_at = {event["pk"]: event["at"] for event in environment.events() if _is_end(event)}
    return [known_at[row.pk] - ended_at[row.remote_task_id or ""] for row in rows]


def _is_end(event: dict[str, Any]) -> bool:
    return bool(event["status"] == "collecting")


def _print(
    way: str, environment: Environment, delays: list[float], started: float, **bars: Any
) -> None:
    stats = environment.sandbox.stats
    calls = sum(stats[name] for name in COUNTED) / len(delays)
    counted = {name: stats[name] for name in (*COUNTED, "uploads", "parses", "throttled")}
    bar = {"bar": bars["calls"]} if bars else {}
    print_measure(f"calls per try-on: {way}", calls, "calls", **counted, **bar)
    bar = {"bar": bars["delay"]} if bars else {}
    print_measure(
        f"mean delay until the end is known: {way}",
        mean(delays),
        "s",
        p95=round(quantiles(delays, n=20)[-1], 3),
        longest=round(max(delays), 3),
        makespan_s=round(time.monotonic() - started, 1),
        **bar,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=60)
    parser.add_argument("--without-peers", action="store_true")
    parser.add_argument("--slots", type=int, default=5)
    parser.add_argument("--network", type=float, default=0, help="seconds of a round trip")
    parser.add_argument("--tls", action="store_true")
    options = parser.parse_args()
    with Environment(slots=options.slots, network=options.network, tls=options.tls) as environment:
        started = time.monotonic()
        delays = ours(environment, options.tasks)
        _print("ours", environment, delays, started, calls=MOST_CALLS, delay=LONGEST_DELAY)
        if not options.without_peers:
            environment.sandbox.control("reset")
            pictures = draw_pictures(environment, options.tasks)
            started = time.monotonic()
            uploaded = pairs(peers.upload_by_sdk(api_url(environment), pictures))
            delays = peers.by_sdk(api_url(environment), uploaded, new_folder(environment))
            _print("SDK, five threads", environment, delays, started)


if __name__ == "__main__":
    main()
