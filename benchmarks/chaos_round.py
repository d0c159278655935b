"""One round of chaos on one pair of database and broker; ``chaos`` runs it for each.

    python -m benchmarks.chaos_round postgresql redis --seconds 60 --seed 1

Two clusters share the work of one account. The pages of the shop are "open" all the
time, as ``wake_if_idle`` would be called from them. Prints one JSON line; exit code 1
when a promise was broken.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from benchmarks.monkey import Monkey
from benchmarks.report import say
from benchmarks.servers import MariaDB, NotHere, PostgreSQL, Redis, Server
from benchmarks.stage import Stage
from benchmarks.wardrobe import make_garments, make_photos

if TYPE_CHECKING:
    from django_outfitanyone.models import TryOnResult

T = TypeVar("T")

TASK_SECONDS = 1.0
PHOTOS = 5
SLOTS = 5
BUSY = 30
BATCH = 15
BLUR_SECONDS = 8.0
"""A request is made unclear by what happened at most so long before or after it was sent."""
SETTLING = 150.0
LEFT_OUT = 77
"""Exit code when a server of the pair is not installed."""
OUTFITANYONE = {
    "CONNECT_TIMEOUT": 1,
    "READ_TIMEOUT": 2,  # short leases: what a killed worker held is free again soon
    "UNCLEAR_SUBMIT_DELAY": 3,
    "THROTTLE_PAUSE": 2,
    "POLL_INTERVAL": 1,
    "RUN_BUDGET": 4,
    "REPEAT_UNCLEAR_SEARCHES": True,
}
Q_CLUSTER = {"guard_cycle": 0.5, "timeout": 30, "retry": 40}


class Round:
    def __init__(self, stage: Stage, monkey: Monkey) -> None:
        self.stage = stage
        self.monkey = monkey

    def play(self, seconds: float) -> None:
        """Do harm for so long while pictures are asked for; see how long it takes to settle."""
        from django_outfitanyone.jobs.try_on import combine

        self.stage.sandbox.task_time(TASK_SECONDS)
        for name in ("first", "second"):
            self.monkey.start_cluster(name)
        most = seconds * SLOTS / TASK_SECONDS
        self.wishes = combine(make_garments(round(most / PHOTOS)), make_photos(PHOTOS))
        self.count = 0
        self.monkey.rage(seconds, meanwhile=self.be_a_shop)
        self.monkey.calm_down()
        self.settling = self.settle()

    def be_a_shop(self) -> None:
        """There is always something open, and a page that shows it."""
        self.look_at_a_page()
        if self.wishes and steadily(lambda: self.rows().open().count()) < BUSY:
            self.ask()

    def ask(self) -> None:
        """One more batch; asked for again as the same batch if the database fell meanwhile."""
        from django_outfitanyone.actions import request_try_ons
        from django_outfitanyone.jobs.try_on import TryOnOptions

        wishes, self.wishes = self.wishes[:BATCH], self.wishes[BATCH:]
        options, batch = TryOnOptions(keep_other_half=False), uuid.uuid4()
        self.count += len(steadily(lambda: request_try_ons(wishes, options=options, batch=batch)))

    def look_at_a_page(self) -> None:
        from django_outfitanyone import wakeup

        steadily(wakeup.wake_if_idle)

    def settle(self) -> float:
        """Seconds until nothing is open; gives up after ``SETTLING``."""
        started = time.monotonic()
        while time.monotonic() - started < SETTLING:
            if not steadily(lambda: self.rows().open().exists()):
                break
            self.look_at_a_page()
            time.sleep(0.2)
        return time.monotonic() - started

    def rows(self) -> Any:
        from django_outfitanyone.models import TryOnResult

        return TryOnResult.objects.all()

    def tasks(self) -> list[dict[str, Any]]:
        """All tasks of the sandbox, as it has written them down."""
        files = (self.stage.folder / "sandbox" / "tasks").glob("*.json")
        return [json.loads(path.read_text()) for path in files]

    def judge(self) -> dict[str, Any]:
        """Count what must not be, before and after a person has decided what is unclear."""
        unclear = list(self.rows().needing_attention())
        unexplained = [row.pk for row in unclear if not self._is_explained(row)]
        left = Counter(self.rows().values_list("status", flat=True))
        orphans = self._orphans({row.pk for row in unclear})
        self._decide(unclear)
        self.settling_again = self.settle()
        stats = self.stage.sandbox.stats
        return {
            "try_ons": self.count,
            "submits": stats["submits"],
            "accepted": stats["accepted"],
            "duplicates": len(self._paid_twice()),
            "lost": self.count - left["succeeded"] - left["needs_attention"] + len(orphans),
            "needs_attention": len(unclear),
            "unexplained": len(unexplained),
            "lost_after_decisions": self.count - self._whole(),
            "ledger_differs_by": abs(self._charges() - self._billed()),
            "peak_in_flight": stats["peak_running"],
            "peak_submits_per_second": stats["peak_submits_per_second"],
            "throttled": stats["throttled"],
            "faults_met": self.monkey.faults_met,
            "harm": dict(sorted(self.monkey.harm.items())),
        }

    def _is_explained(self, row: TryOnResult) -> bool:
        """Whether something was done to the request that could leave its outcome unclear."""
        sent = row.submitted_at.timestamp() if row.submitted_at else 0
        return any(abs(sent - moment) <= BLUR_SECONDS for moment in self.monkey.moments)

    def _orphans(self, unclear: set[int]) -> list[str]:
        """Paid tasks that no row knows and no row asks a person about."""
        known = set(self.rows().values_list("remote_task_id", flat=True))
        row_of = self._rows_by_pictures()
        return [
            task["task_id"]
            for task in self.tasks()
            if task["task_id"] not in known
            and not task["problem"]
            and row_of.get(self._pictures(task)) not in unclear
        ]

    def _decide(self, unclear: list[TryOnResult]) -> None:
        """As a person would who can see what the sandbox has of each: adopt it, or ask again."""
        from django_outfitanyone.actions import adopt_task, retry

        task_of = {
            self._pictures(task): task["task_id"] for task in self.tasks() if not task["problem"]
        }
        pictures_of = {pk: pictures for pictures, pk in self._rows_by_pictures().items()}
        for row in unclear:
            task_id = task_of.get(pictures_of[row.pk])
            if task_id:
                adopt_task(row, task_id)
            else:
                retry(row)

    def _rows_by_pictures(self) -> dict[tuple[str, str], int]:
        """Each wish is one person and one garment."""
        rows = self.rows().select_related("model_image", "top_garment")
        return {(row.model_image.sha256, row.top_garment.sha256): row.pk for row in rows}

    def _pictures(self, task: dict[str, Any]) -> tuple[str, str]:
        """The hashes of a task's person and top, from the files that were uploaded for it."""
        person, top = (
            self._hash_of(task["order"][field]) for field in ("person_image_url", "top_garment_url")
        )
        return person, top

    def _hash_of(self, url: str) -> str:
        key = sha256(url.removeprefix("oss://").encode()).hexdigest()
        return sha256((self.stage.folder / "sandbox" / "uploads" / key).read_bytes()).hexdigest()

    def _paid_twice(self) -> list[tuple[str, str]]:
        tasks: dict[tuple[str, str], int] = defaultdict(int)
        for task in self.tasks():
            tasks[self._pictures(task)] += not task["problem"]  # failed ones are not billed
        return [pictures for pictures, count in tasks.items() if count > 1]

    def _whole(self) -> int:
        """Rows that are done and whose picture can be opened."""
        return sum(bool(row.image and row.read()) for row in self.rows().succeeded())

    def _charges(self) -> int:
        from django_outfitanyone.models import Charge

        return Charge.objects.filter(remote_model="aitryon-plus").count()

    def _billed(self) -> int:
        return sum(bool(task["finished_at"] and not task["problem"]) for task in self.tasks())


def steadily(ask: Callable[[], T]) -> T:
    """The answer of a database that may be away for a moment."""
    from django.db import InterfaceError, OperationalError, connection

    while True:
        try:
            return ask()
        except (OperationalError, InterfaceError):  # noqa: PERF203
            connection.close()
            time.sleep(0.2)


def broken(verdict: dict[str, Any]) -> list[str]:
    """The promises that did not hold."""
    limits = {"peak_in_flight": 5, "peak_submits_per_second": 10}
    zeros = (
        "duplicates",
        "lost",
        "unexplained",
        "lost_after_decisions",
        "ledger_differs_by",
    )
    return [
        name for name, most in {**dict.fromkeys(zeros, 0), **limits}.items() if verdict[name] > most
    ]


def servers(database: str, broker: str, stack: ExitStack) -> Iterator[Server | None]:
    """The pair's servers, started; ``None`` where there is none."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="outfitanyone-chaos-")))
    kinds = {"postgresql": PostgreSQL, "mariadb": MariaDB, "redis": Redis}
    for name in (database, broker):
        kind = kinds.get(name)
        server = kind(folder) if kind else None
        if server:
            stack.callback(server.kill)
        yield server


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("database", choices=["sqlite", "postgresql", "mariadb"])
    parser.add_argument("broker", choices=["orm", "redis"])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep-logs", type=Path)
    wanted = parser.parse_args()
    with ExitStack() as stack:
        try:
            database, broker = servers(wanted.database, wanted.broker, stack)
        except NotHere as missing:
            print(f"{wanted.database} + {wanted.broker}: no {missing} here", file=sys.stderr)
            return LEFT_OUT
        stage = stack.enter_context(
            Stage(
                outfitanyone=OUTFITANYONE,
                q_cluster=Q_CLUSTER,
                database_url=database.url if database else "sqlite",
                broker=broker.url if broker else "orm",
            )
        )
        played = Round(stage, Monkey(stage, wanted.seed, database, broker))
        played.play(wanted.seconds)
        verdict = played.judge()
        failures = broken(verdict)
        say(
            f"chaos on {wanted.database} + {wanted.broker}: time to settle",
            played.settling,
            "s",
            **verdict,
            seed=wanted.seed,
            broken=failures,
        )
        if failures:
            keep_logs(stage, wanted.keep_logs or Path(tempfile.mkdtemp(prefix="chaos-logs-")))
    return 1 if failures else 0


def keep_logs(stage: Stage, folder: Path) -> None:
    """What a person needs to find out what happened."""
    folder.mkdir(parents=True, exist_ok=True)
    for log in (*stage.folder.glob("*.log"), stage.folder / "events.jsonl"):
        (folder / log.name).write_bytes(log.read_bytes())
    from django.core.serializers import serialize

    from django_outfitanyone.models import TryOnResult

    rows = serialize("jsonl", TryOnResult.objects.order_by("pk"))
    (folder / "rows.jsonl").write_text(rows)
    print(f"Logs and rows are in {folder}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
