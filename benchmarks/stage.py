"""Where a measure plays: a scratch database, files, a sandbox, and real queue clusters."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

if TYPE_CHECKING:
    from typing_extensions import Self

ROOT = Path(__file__).parents[1]
STARTING = 30
USUAL_SECONDS = 17
"""What a task of aitryon-plus takes in the sandbox, more or less."""


class Stage:
    """Set up by ``with``: afterwards Django is ready, and the tables exist and are empty.

    ``DATABASE_URL`` names the server to make a scratch database on; without one it is
    SQLite in a file. ``Q_BROKER`` is ``orm`` or a ``redis://`` address. One process has
    one stage, because Django can be set up only once.
    """

    def __init__(
        self,
        *,
        outfitanyone: dict[str, Any] | None = None,
        q_cluster: dict[str, Any] | None = None,
        sandbox: dict[str, Any] | None = None,
        database_url: str = "",
        broker: str = "",
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="outfitanyone-bench-"))
        self.server_url = database_url or os.environ.get("DATABASE_URL", "")
        self.broker = broker or os.environ.get("Q_BROKER", "orm")
        self.database = f"outfitanyone_bench_{uuid.uuid4().hex[:8]}"
        self._settings = (outfitanyone or {}, q_cluster or {})
        self.sandbox_options = sandbox or {}
        self._processes: list[subprocess.Popen[str]] = []
        self._logs: list[IO[str]] = []

    def __enter__(self) -> Self:
        self.sandbox = Sandbox(self)
        outfitanyone, q_cluster = self._settings
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "DATABASE_URL": self._make_database(),
            "Q_BROKER": self.broker,
            "OUTFITANYONE_BASE_URL": f"{self.sandbox.root_url}/api/v1",
            "BENCH_MEDIA_ROOT": str(self.folder / "media"),
            "BENCH_OUTFITANYONE": json.dumps(outfitanyone),
            # a queue of its own: nothing else on this machine is disturbed
            "BENCH_Q_CLUSTER": json.dumps({"name": self.database, **q_cluster}),
            "BENCH_EVENTS": str(self.folder / "events.jsonl"),
        }
        import django
        from django.core.management import call_command

        django.setup()
        logging.getLogger("django-q").setLevel(logging.WARNING)
        call_command("migrate", verbosity=0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self._processes:
            kill_group(process)
        for log in self._logs:
            log.close()
        self._drop_database()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, *command: str, log: str = "", **options: Any) -> subprocess.Popen[str]:
        """A process of its own group, ended with the stage; its output goes to a file."""
        if log:
            self._logs.append(self.log(log).open("a"))
            options |= {"stdout": self._logs[-1], "stderr": subprocess.STDOUT}
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, start_new_session=True, text=True, **options
        )
        self._processes.append(process)
        return process

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def start_cluster(
        self, name: str = "cluster", *, workers: int = 1, **settings: Any
    ) -> subprocess.Popen[str]:
        """A django-q2 cluster, at work when this returns."""
        settings = json.loads(os.environ["BENCH_Q_CLUSTER"]) | {"workers": workers, **settings}
        already = self._greetings(name)
        process = self.start(
            "django",
            "qcluster",
            log=name,
            env=os.environ | {"BENCH_Q_CLUSTER": json.dumps(settings)},
        )
        wait_until(lambda: self._greetings(name) > already, STARTING, f"cluster {name}")
        return process

    def _greetings(self, name: str) -> int:
        log = self.log(name)
        return log.read_text().count("running.") if log.exists() else 0

    def events(self, *, model: str = "tryonresult") -> list[dict[str, Any]]:
        """What happened to rows so far: ``pk``, ``status``, ``at`` in seconds since the epoch."""
        path = self.folder / "events.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [event for event in map(json.loads, lines) if event["model"] == model]

    def _make_database(self) -> str:
        if not self.server_url or self.server_url.startswith("sqlite"):
            return f"sqlite:///{self.folder / 'bench.sqlite3'}"
        self._on_server(f"CREATE DATABASE {self.database}")
        return f"{self.server_url.rpartition('/')[0]}/{self.database}"

    def _drop_database(self) -> None:
        from django.db import connections

        connections.close_all()
        if self.server_url and not self.server_url.startswith("sqlite"):
            force = " WITH (FORCE)" if self.server_url.startswith("postgres") else ""
            self._on_server(f"DROP DATABASE IF EXISTS {self.database}{force}")

    def _on_server(self, statement: str) -> None:
        """Outside Django, which knows only the scratch database."""
        parts = urlsplit(self.server_url)
        if self.server_url.startswith("postgres"):
            import psycopg

            with psycopg.connect(self.server_url, autocommit=True) as connection:
                connection.execute(statement)  # type: ignore[call-overload]
        else:
            import pymysql

            pymysql.connect(
                host=parts.hostname or "",
                port=parts.port or 3306,
                user=parts.username,
                password=parts.password or "",
            ).cursor().execute(statement)


class Sandbox:
    """The remote system of a stage, in a process of its own, steered over HTTP."""

    def __init__(self, stage: Stage, *, port: int = 0) -> None:
        state = stage.folder / "sandbox"
        state.mkdir(exist_ok=True)
        self.process = stage.start(
            "benchmarks.free_engine",
            f"--port={port}",
            f"--state-dir={state}",
            f"--options={json.dumps(stage.sandbox_options)}",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout
        self.root_url = self.process.stdout.readline().strip()
        if not self.root_url:
            raise RuntimeError("The sandbox did not start.")

    def tell(self, path: str, **wish: Any) -> dict[str, Any]:
        answer = requests.post(f"{self.root_url}/sandbox/{path}", json=wish, timeout=30)
        answer.raise_for_status()
        return dict(answer.json())

    @property
    def faults(self) -> list[dict[str, Any]]:
        return list(requests.get(f"{self.root_url}/sandbox/faults", timeout=30).json()["faults"])

    def clear_faults(self) -> None:
        requests.delete(f"{self.root_url}/sandbox/faults", timeout=30).raise_for_status()

    def task_time(self, seconds: float) -> None:
        """Every task takes just so long from now on."""
        self.tell("progression", stages=[["PENDING", 0.02], ["RUNNING", seconds - 0.02]])

    def usual_task_times(self, *, mean: float) -> None:
        """Tasks that end when they please, up to 10 % before or after this."""
        self.tell("progression")
        self.tell("options", speed=USUAL_SECONDS / mean)

    @property
    def stats(self) -> dict[str, Any]:
        return dict(requests.get(f"{self.root_url}/sandbox/stats", timeout=30).json())


def postgresql_url() -> str:
    """The server of ``POSTGRES_URL``; nothing when none answers there, and SQLite must do."""
    return _answering("POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")


def redis_url() -> str:
    """The server of ``REDIS_URL``; nothing when none answers there, and the database must do."""
    return _answering("REDIS_URL", "redis://127.0.0.1:6379/0")


def _answering(variable: str, default: str) -> str:
    url = os.environ.get(variable, default)
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 0), 2).close()
    except OSError:
        return ""
    return url


def kill_group(process: subprocess.Popen[str]) -> None:
    """End a process and whatever it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(
    happened: Callable[[], bool], seconds: float, what: str, *, every: float = 0.05
) -> float:
    """How long it took until ``happened()``; ``TimeoutError`` when too long."""
    started = time.monotonic()
    while not happened():
        if time.monotonic() - started > seconds:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(every)
    return time.monotonic() - started
