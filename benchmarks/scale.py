"""d. Claiming due rows and listing results, with a thousand rows and with a million.

    POSTGRES_URL=postgres://… python -m benchmarks.scale [--rows 1000 1000000]

Both have the same open rows; the others are finished. Prints the query plans too.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.environment import Environment, postgresql_url
from benchmarks.report import print_measure
from benchmarks.sample_rows import make_garments, make_photos

if TYPE_CHECKING:
    from collections.abc import Iterator

OPEN_ROWS = 100
REPEATS = 40
HIGHEST_RATIO = 1.3
TRY_ONS = "django_outfitanyone_tryonresult"
HOTSPOTS = "django_outfitanyone_hotspot"

Operation = Callable[[], Any]


def fill(rows: int) -> None:
    """Fill up to ``rows`` finished results with two hotspots each, copied inside the database."""
    from django.db import connection

    from django_outfitanyone.models import Hotspot, TryOnResult

    source = TryOnResult.objects.succeeded().order_by("pk")[:1].values_list("pk", flat=True)[0]
    existing = TryOnResult.objects.count()
    columns = _columns(TryOnResult, "id", "batch", "number", "created_at", "queued_at", "slot")
    spots = _columns(Hotspot, "id", "try_on_id", "clothes_type")
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TRY_ONS} ({columns}, batch, number, created_at, queued_at)"
            f" SELECT {columns}, md5({rows} || '-' || n / 60)::uuid, n %% 60,"
            " now() - n * interval '1 minute', now() - n * interval '1 minute'"
            f" FROM {TRY_ONS}, generate_series(1, %s) n WHERE id = %s",
            [rows - existing, source],
        )
        from_hotspot = ", ".join(f"h.{name}" for name in spots.split(", "))
        cursor.execute(
            f"INSERT INTO {HOTSPOTS} ({spots}, try_on_id, clothes_type)"
            f" SELECT {from_hotspot}, t.id, kind FROM {TRY_ONS} t,"
            f" (SELECT * FROM {HOTSPOTS} LIMIT 1) h, unnest(array['upper', 'lower']) kind"
            " WHERE t.status = 'succeeded' AND NOT EXISTS"
            f" (SELECT FROM {HOTSPOTS} x WHERE x.try_on_id = t.id)"
        )
        cursor.execute("VACUUM (ANALYZE)")  # otherwise autovacuum runs during the measurement


def _columns(model: Any, *without: str) -> str:
    names = (field.column for field in model._meta.concrete_fields)
    return ", ".join(f'"{name}"' for name in names if name not in without)


@contextmanager
def _statements() -> Iterator[list[tuple[str, Any]]]:
    from django.db import connection

    statements: list[tuple[str, Any]] = []

    def log(execute: Any, sql: str, parameters: Any, *rest: Any) -> Any:
        statements.append((sql, parameters))
        return execute(sql, parameters, *rest)

    with connection.execute_wrapper(log):
        yield statements


def plans(operation: Operation) -> list[str]:
    """Return the scans of each statement on try-ons, one line per statement."""
    from django.db import connection

    with _statements() as statements:
        operation()
    shown = []
    for sql, parameters in statements:
        if TRY_ONS in sql and sql.startswith(("SELECT", "UPDATE")):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}", parameters)
                lines = [line.strip() for (line,) in cursor.fetchall()]
            scans = [line.lstrip("-> ").split("  (")[0] for line in lines if "Scan" in line]
            shown.append(f"{sql[:6]}: {'; '.join(scans)}")
    return shown


def operations() -> dict[str, Operation]:
    from django.contrib.auth import get_user_model
    from django.db import transaction
    from django.test import Client
    from django.urls import reverse

    from django_outfitanyone.conf import conf
    from django_outfitanyone.models import Account, TryOnResult
    from django_outfitanyone.worker.queue import next_due_at

    admin, _made = get_user_model().objects.get_or_create(
        username="admin", defaults={"is_staff": True, "is_superuser": True}
    )
    browser = Client()
    browser.force_login(admin)
    account = Account.current()

    def claim() -> None:
        with transaction.atomic():
            queued = TryOnResult.objects.filter(account=account).queued()
            due = [pk for pk, _due_at in queued.unleased(5)]
            assert len(queued.claim(due, lease=conf.lease)) == 5
            transaction.set_rollback(True)

    def page(url: str) -> Operation:
        def get() -> None:
            response = browser.get(url)
            assert response.status_code == 200, response.content[:500]

        return get

    return {
        "claim of due rows": claim,
        "time of the next due row": lambda: next_due_at(account),
        "admin list": page(reverse("admin:django_outfitanyone_tryonresult_changelist")),
        "API list": page("/api/try-ons/"),
        "API list of failed try-ons": page("/api/try-ons/?status=failed"),
    }


def milliseconds(operation: Operation) -> float:
    operation()
    operation()
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        operation()
        times.append(time.perf_counter() - started)
    return median(times) * 1000


def create_open_rows(garments: Iterable[Any], photos: Iterable[Any]) -> None:
    """Create due rows, and one finished result to copy."""
    from django.core.files.base import ContentFile

    from benchmarks.sample_rows import picture
    from django_outfitanyone.jobs.try_on import TryOnOptions, as_row, combine
    from django_outfitanyone.models import Hotspot, TryOnResult

    rows = [as_row(request, TryOnOptions()) for request in combine(list(garments), list(photos))]
    for number, row in enumerate(rows):
        row.number = number
    finished = rows.pop()
    TryOnResult.objects.bulk_create(rows)
    finished.status, finished.due_at, finished.width, finished.height = "succeeded", None, 200, 300
    finished.image.save("result.jpg", ContentFile(picture(1)), save=False)
    finished.thumbnail.save("result.jpg", ContentFile(picture(1)), save=False)
    finished.save()
    Hotspot.objects.create(
        try_on=finished,
        clothes_type="upper",
        x1=1,
        y1=1,
        x2=9,
        y2=9,
        picture_sha256=finished.sha256,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 1_000_000])
    arguments = parser.parse_args()
    url = postgresql_url()
    if not url:
        print("scale: skipped, no PostgreSQL server", file=sys.stderr)
        return
    with Environment(database_url=url):
        from django_outfitanyone.models import Account

        Account.current()
        create_open_rows(make_garments(OPEN_ROWS // 5), make_photos(5))
        measured: dict[str, list[float]] = {}
        for rows in arguments.rows:
            fill(rows)
            for name, operation in operations().items():
                measured.setdefault(name, []).append(milliseconds(operation))
        for name, operation in operations().items():
            times = dict(zip(arguments.rows, (round(ms, 2) for ms in measured[name]), strict=True))
            ratio = measured[name][-1] / measured[name][0]
            print_measure(
                f"{name}: most rows against fewest",
                ratio,
                "x",
                ms=times,
                bar=HIGHEST_RATIO,
                plan=plans(operation),
            )


if __name__ == "__main__":
    main()
