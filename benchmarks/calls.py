"""b. Calls for each finished try-on, and how late its row knows, beside the vendor's SDK.

    python -m benchmarks.calls [--tasks 60] [--without-peers]

Each task takes its own time between 15.3 and 18.7 s, as the sandbox has it by itself.
Uploads and searches are shown, but are the matter of ``deliveries``.
"""

from __future__ import annotations

import argparse
import json
import time
from statistics import mean, quantiles
from typing import Any

from benchmarks import peers
from benchmarks.makespan import WORKERS, api_url, draw_pictures, folder_in, orders
from benchmarks.report import say
from benchmarks.stage import Stage, kill_group, wait_until
from benchmarks.wardrobe import make_garments, make_photos

MOST_CALLS = 5
LONGEST_DELAY = 0.6
LONGEST = 900
COUNTED = ("submits", "queries", "lists")


def ours(stage: Stage, count: int) -> list[float]:
    """Seconds from the end of each task to the moment when its row said so."""
    from django_outfitanyone.actions import request_try_ons
    from django_outfitanyone.jobs.try_on import TryOnOptions, combine
    from django_outfitanyone.models import TryOnResult

    wishes = combine(make_garments(count // 5), make_photos(5))
    cluster = stage.start_cluster(workers=WORKERS)
    batch = request_try_ons(wishes, options=TryOnOptions(keep_other_half=False))[0].batch
    rows = TryOnResult.objects.filter(batch=batch)
    wait_until(lambda: not rows.open().exists(), LONGEST, "ours")
    kill_group(cluster)
    ended_at = _ends(stage)
    known_at = {event["pk"]: event["at"] for event in stage.events() if _is_end(event)}
    return [known_at[row.pk] - ended_at[row.remote_task_id or ""] for row in rows]


def _ends(stage: Stage) -> dict[str, float]:
    """When each task ended, by what the sandbox has written down: seconds since the epoch."""
    tasks = (json.loads(path.read_text()) for path in stage.folder.glob("sandbox/tasks/*.json"))
    return {task["task_id"]: task["finished_at"] for task in tasks}


def _is_end(event: dict[str, Any]) -> bool:
    return bool(event["status"] == "collecting")


def _say(who: str, stage: Stage, delays: list[float], started: float, **bars: Any) -> None:
    stats = stage.sandbox.stats
    calls = sum(stats[what] for what in COUNTED) / len(delays)
    counted = {what: stats[what] for what in (*COUNTED, "uploads", "parses", "throttled")}
    bar = {"bar": bars["calls"]} if bars else {}
    say(f"calls per try-on: {who}", calls, "calls", **counted, **bar)
    bar = {"bar": bars["delay"]} if bars else {}
    say(
        f"mean delay until the end is known: {who}",
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
    wanted = parser.parse_args()
    with Stage() as stage:
        started = time.monotonic()
        delays = ours(stage, wanted.tasks)
        _say("ours", stage, delays, started, calls=MOST_CALLS, delay=LONGEST_DELAY)
        if not wanted.without_peers:
            stage.sandbox.tell("reset")
            pictures = draw_pictures(stage, wanted.tasks)
            started = time.monotonic()
            uploaded = orders(peers.upload_by_sdk(api_url(stage), pictures))
            delays = peers.by_sdk(api_url(stage), uploaded, folder_in(stage))
            _say("SDK, five threads", stage, delays, started)


if __name__ == "__main__":
    main()
