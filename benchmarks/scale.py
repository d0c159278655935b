"""d. Claiming due rows and listing results, at a thousand rows and at a million.

    POSTGRES_URL=postgres://… python -m benchmarks.scale [--rows 1000 1000000]

The same work is open in both; the rest is history. Prints the plans, too.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.report import say
from benchmarks.stage import Stage, postgresql_url
from benchmarks.wardrobe import make_garments, make_photos

if TYPE_CHECKING:
    from collections.abc import Iterator

OPEN = 100
TIMES = 40
MOST = 1.3
TRY_ONS = "django_outfitanyone_tryonresult"
HOTSPOTS = "django_outfitanyone_hotspot"

Look = Callable[[], Any]


def fill(rows: int) -> None:
    """That many finished results with two hotspots each, copied inside the database."""
    from django.db import connection

    from django_outfitanyone.models import Hotspot, TryOnResult

    kept = TryOnResult.objects.succeeded().order_by("pk")[:1].values_list("pk", flat=True)[0]
    have = TryOnResult.objects.count()
    columns = _columns(TryOnResult, "id", "batch", "number", "created_at", "queued_at", "slot")
    spots = _columns(Hotspot, "id", "try_on_id", "clothes_type")
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TRY_ONS} ({columns}, batch, number, created_at, queued_at)"
            f" SELECT {columns}, md5({rows} || '-' || n / 60)::uuid, n %% 60,"
            " now() - n * interval '1 minute', now() - n * interval '1 minute'"
            f" FROM {TRY_ONS}, generate_series(1, %s) n WHERE id = %s",
            [rows - have, kept],
        )
        from_hotspot = ", ".join(f"h.{name}" for name in spots.split(", "))
        cursor.execute(
            f"INSERT INTO {HOTSPOTS} ({spots}, try_on_id, clothes_type)"
            f" SELECT {from_hotspot}, t.id, kind FROM {TRY_ONS} t,"
            f" (SELECT * FROM {HOTSPOTS} LIMIT 1) h, unnest(array['upper', 'lower']) kind"
            " WHERE t.status = 'succeeded' AND NOT EXISTS"
            f" (SELECT FROM {HOTSPOTS} x WHERE x.try_on_id = t.id)"
        )
        cursor.execute("VACUUM (ANALYZE)")  # else it comes by itself, while the clock runs


def _columns(model: Any, *without: str) -> str:
    names = (field.column for field in model._meta.concrete_fields)
    return ", ".join(f'"{name}"' for name in names if name not in without)


@contextmanager
def _statements() -> Iterator[list[tuple[str, Any]]]:
    from django.db import connection

    heard: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, parameters: Any, *rest: Any) -> Any:
        heard.append((sql, parameters))
        return execute(sql, parameters, *rest)

    with connection.execute_wrapper(note):
        yield heard


def plans(look: Look) -> list[str]:
    """How the database goes about each statement on try-ons, in a line each."""
    from django.db import connection

    with _statements() as heard:
        look()
    shown = []
    for sql, parameters in heard:
        if TRY_ONS in sql and sql.startswith(("SELECT", "UPDATE")):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}", parameters)
                lines = [line.strip() for (line,) in cursor.fetchall()]
            scans = [line.lstrip("-> ").split("  (")[0] for line in lines if "Scan" in line]
            shown.append(f"{sql[:6]}: {'; '.join(scans)}")
    return shown


def looks() -> dict[str, Look]:
    from django.contrib.auth import get_user_model
    from django.db import transaction
    from django.test import Client
    from django.urls import reverse

    from django_outfitanyone.choices import Status
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
            queue = TryOnResult.objects.filter(account=account, status=Status.QUEUED)
            assert len(queue.claim(limit=5, lease=conf.lease)) == 5
            transaction.set_rollback(True)

    def page(address: str) -> Look:
        def look() -> None:
            response = browser.get(address)
            assert response.status_code == 200, response.content[:500]

        return look

    return {
        "claim of due rows": claim,
        "when something is due next": lambda: next_due_at(account),
        "admin list": page(reverse("admin:django_outfitanyone_tryonresult_changelist")),
        "API list": page("/api/try-ons/"),
        "API list of what has failed": page("/api/try-ons/?status=failed"),
    }


def milliseconds(look: Look) -> float:
    look()
    look()
    times = []
    for _ in range(TIMES):
        started = time.perf_counter()
        look()
        times.append(time.perf_counter() - started)
    return median(times) * 1000


def open_work(garments: Iterable[Any], photos: Iterable[Any]) -> None:
    """What is under way: due rows, and one finished result to be copied."""
    from django.core.files.base import ContentFile

    from benchmarks.wardrobe import picture
    from django_outfitanyone.jobs.try_on import TryOnOptions, as_row, combine
    from django_outfitanyone.models import Hotspot, TryOnResult

    rows = [as_row(wish, TryOnOptions()) for wish in combine(list(garments), list(photos))]
    for number, row in enumerate(rows):
        row.number = number
    done = rows.pop()
    TryOnResult.objects.bulk_create(rows)
    done.status, done.due_at, done.width, done.height = "succeeded", None, 200, 300
    done.image.save("result.jpg", ContentFile(picture(1)), save=False)
    done.thumbnail.save("result.jpg", ContentFile(picture(1)), save=False)
    done.save()
    Hotspot.objects.create(
        try_on=done, clothes_type="upper", x1=1, y1=1, x2=9, y2=9, picture_sha256=done.sha256
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 1_000_000])
    wanted = parser.parse_args()
    url = postgresql_url()
    if not url:
        print("scale: left out, there is no PostgreSQL", file=sys.stderr)
        return
    with Stage(database_url=url):
        from django_outfitanyone.models import Account

        Account.current()
        open_work(make_garments(OPEN // 5), make_photos(5))
        found: dict[str, list[float]] = {}
        for rows in wanted.rows:
            fill(rows)
            for what, look in looks().items():
                found.setdefault(what, []).append(milliseconds(look))
        for what, look in looks().items():
            times = dict(zip(wanted.rows, (round(ms, 2) for ms in found[what]), strict=True))
            ratio = found[what][-1] / found[what][0]
            say(
                f"{what}: most rows against fewest",
                ratio,
                "x",
                ms=times,
                bar=MOST,
                plan=plans(look),
            )


if __name__ == "__main__":
    main()
