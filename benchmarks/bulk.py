"""c. Thousands of try-ons asked for at once, by the form behind the admin's action.

    DATABASE_URL=postgres://… python -m benchmarks.bulk [--counts 500 5000]

The request may grow by one INSERT for each chunk of rows, and by nothing else.
"""

from __future__ import annotations

import argparse
import resource
import time
import tracemalloc
import uuid
from typing import Any

from benchmarks.report import say
from benchmarks.stage import Stage, postgresql_url
from benchmarks.wardrobe import make_garments, make_photos

PHOTOS = 50


def ask(count: int, *, with_memory: bool = False) -> dict[str, Any]:
    """Press the button for so many pictures; seconds, queries and peak memory of the request.

    Memory is seen at the price of time, so not by the same request.
    """
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test import Client
    from django.urls import reverse

    from django_outfitanyone.models import TryOnResult

    admin, _made = get_user_model().objects.get_or_create(
        username="admin", defaults={"is_staff": True, "is_superuser": True}
    )
    browser = Client()
    browser.force_login(admin)
    garments, photos = make_garments(count // PHOTOS), make_photos(PHOTOS)
    batch = uuid.uuid4()
    answers = {
        "garments": ",".join(str(garment.pk) for garment in garments),
        "photos": [photo.pk for photo in photos],
        "combining": "alone",
        "model": "aitryon-plus",
        "resolution": "-1",
        "other_half": "keep",
        "face": "keep",
        "batch": batch,
        "_order": "1",
    }
    queries: list[str] = []

    def count_query(execute: Any, sql: str, *rest: Any) -> Any:
        queries.append(sql)
        return execute(sql, *rest)

    address = reverse("admin:django_outfitanyone_tryonresult_add")
    if with_memory:
        tracemalloc.start()
    started = time.perf_counter()
    with connection.execute_wrapper(count_query):
        response = browser.post(address, answers)
    seconds = time.perf_counter() - started
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    made = TryOnResult.objects.filter(batch=batch).count()
    assert (response.status_code, made) == (302, count), (response.status_code, made)
    return {
        "seconds": seconds,
        "queries": len(queries),
        "inserts": sum("INSERT" in sql and "tryonresult" in sql for sql in queries),
        "peak_mb": peak / 2**20,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--counts", type=int, nargs="+", default=[500, 5000])
    wanted = parser.parse_args()
    with Stage(database_url=postgresql_url()) as stage:
        from django_outfitanyone.actions import CHUNK

        ask(wanted.counts[0])  # what is loaded at the first request is no matter of the count
        measured = {count: ask(count) for count in wanted.counts}
        resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        for count, found in measured.items():
            found["peak_mb"] = ask(count, with_memory=True)["peak_mb"]
        for count, found in measured.items():
            name = f"{count} try-ons asked for in the admin"
            say(f"{name}: time", found["seconds"], "s")
            say(f"{name}: queries", found["queries"], "queries", inserts=found["inserts"])
            say(f"{name}: peak memory", found["peak_mb"], "MB", process_mb=round(resident))
        least, most = min(measured), max(measured)
        say(
            "queries more for each chunk more",
            (measured[most]["queries"] - measured[least]["queries"]) / ((most - least) / CHUNK),
            "queries",
            chunk=CHUNK,
            database=stage.server_url.partition(":")[0],
            bar=1,
        )


if __name__ == "__main__":
    main()
