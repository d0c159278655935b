"""c. Thousands of try-ons requested at once, with the form behind the admin action.

    DATABASE_URL=postgres://… python -m benchmarks.bulk [--counts 500 5000]

Each further chunk of rows may cost one INSERT and nothing else.
"""

from __future__ import annotations

import argparse
import resource
import time
import tracemalloc
import uuid
from typing import Any

from benchmarks.environment import Environment, postgresql_url
from benchmarks.report import print_measure
from benchmarks.sample_rows import make_garments, make_photos

PHOTOS = 50


def submit_form(count: int, *, with_memory: bool = False) -> dict[str, Any]:
    """Submit the form for ``count`` pictures; return seconds, queries and peak memory.

    Tracing memory takes time, so use a separate request for it.
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
    data = {
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

    url = reverse("admin:django_outfitanyone_tryonresult_add")
    if with_memory:
        tracemalloc.start()
    started = time.perf_counter()
    with connection.execute_wrapper(count_query):
        response = browser.post(url, data)
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
    arguments = parser.parse_args()
    with Environment(database_url=postgresql_url()) as environment:
        from django_outfitanyone.actions import CHUNK

        submit_form(arguments.counts[0])  # the first request also imports and loads
        measured = {count: submit_form(count) for count in arguments.counts}
        resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        for count, result in measured.items():
            result["peak_mb"] = submit_form(count, with_memory=True)["peak_mb"]
        for count, result in measured.items():
            name = f"{count} try-ons requested in the admin"
            print_measure(f"{name}: time", result["seconds"], "s")
            print_measure(
                f"{name}: queries", result["queries"], "queries", inserts=result["inserts"]
            )
            print_measure(
                f"{name}: peak memory", result["peak_mb"], "MB", process_mb=round(resident)
            )
        least, most = min(measured), max(measured)
        print_measure(
            "further queries per further chunk",
            (measured[most]["queries"] - measured[least]["queries"]) / ((most - least) / CHUNK),
            "queries",
            chunk=CHUNK,
            database=environment.server_url.partition(":")[0],
            bar=1,
        )


if __name__ == "__main__":
    main()
