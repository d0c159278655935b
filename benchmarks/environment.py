"""What a benchmark runs in: a scratch database, files, a sandbox, and real queue clusters."""

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
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

from benchmarks.network import make_certificate
from benchmarks.sample_rows import SMALL

if TYPE_CHECKING:
    from typing_extensions import Self

ROOT = Path(__file__).parents[1]
START_TIMEOUT = 30
ACCOUNTS = ("default", "second")
"""Aliases of the engines of a shop with two accounts."""
USUAL_SECONDS = 17
"""Mean duration of a task of aitryon-plus in the sandbox."""


class Environment:
    """A context manager: inside it Django is set up, with empty tables.

    ``DATABASE_URL`` names the server for the scratch database; without one it is SQLite
    in a file. ``Q_BROKER`` is ``orm`` or a ``redis://`` URL. A process can have only one
    environment, because Django can be set up only once. ``accounts`` are the aliases of its
    engines; each has its own API key, which is an account of its own in the sandbox.
    ``slots`` are the tasks of an account that may run at once.
    ``network`` is the seconds of a round trip to the sandbox, which speaks ``tls`` then with a
    certificate of its own; ``lognormal`` lets the durations of its tasks vary. ``picture_size``
    are the pixels of the pictures that benchmarks draw.
    """

    def __init__(
        self,
        *,
        outfitanyone: dict[str, Any] | None = None,
        q_cluster: dict[str, Any] | None = None,
        accounts: Sequence[str] = ACCOUNTS[:1],
        sandbox: dict[str, Any] | None = None,
        parse_seconds: float = 0,
        slots: int = 5,
        network: float = 0,
        tls: bool = False,
        lognormal: bool = False,
        picture_size: tuple[int, int] = SMALL,
        storage: str = "django.core.files.storage.FileSystemStorage",
        database_url: str = "",
        broker: str = "",
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="outfitanyone-bench-"))
        self.server_url = database_url or os.environ.get("DATABASE_URL", "")
        self.broker = broker or os.environ.get("Q_BROKER", "orm")
        self.database = f"outfitanyone_bench_{uuid.uuid4().hex[:8]}"
        self._settings = ({"CONCURRENT_TASKS": slots, **(outfitanyone or {})}, q_cluster or {})
        self.accounts = accounts
        self.sandbox_options = {"running_tasks": slots, "workers": 4, **(sandbox or {})}
        self.parse_seconds = parse_seconds
        self.slots = slots
        self.network = network
        self.tls = tls
        self.lognormal = lognormal
        self.picture_size = picture_size
        self.storage = storage
        self._processes: list[subprocess.Popen[str]] = []
        self._logs: list[IO[str]] = []

    def __enter__(self) -> Self:
        self.sandbox = Sandbox(self)
        outfitanyone, q_cluster = self._settings
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "DATABASE_URL": self._create_database(),
            "Q_BROKER": self.broker,
            "OUTFITANYONE_BASE_URL": f"{self.sandbox.root_url}/api/v1",
            "BENCH_FOLDER": str(self.folder),
            "BENCH_STORAGE": self.storage,
            "BENCH_MEDIA_ROOT": str(self.folder / "media"),
            "BENCH_OUTFITANYONE": json.dumps(outfitanyone),
            "BENCH_ACCOUNTS": json.dumps(list(self.accounts)),
            # its own queue name, so that other queues on this machine are left alone
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
        """Start a Python module in its own process group; it ends with the environment.

        With ``log``, its output goes to that log.
        """
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
        """Start a django-q2 cluster and wait until it is ready."""
        settings = json.loads(os.environ["BENCH_Q_CLUSTER"]) | {"workers": workers, **settings}
        before = self._ready_messages(name)
        process = self.start(
            "django",
            "qcluster",
            log=name,
            env=os.environ | {"BENCH_Q_CLUSTER": json.dumps(settings), "BENCH_COUNT": "1"},
        )
        wait_until(lambda: self._ready_messages(name) > before, START_TIMEOUT, f"cluster {name}")
        return process

    def _ready_messages(self, name: str) -> int:
        log = self.log(name)
        return log.read_text().count("running.") if log.exists() else 0

    def events(self, *, model: str = "tryonresult") -> list[dict[str, Any]]:
        """Return the status changes so far: ``pk``, ``status``, ``at`` (seconds since 1970)."""
        path = self.folder / "events.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [event for event in map(json.loads, lines) if event["model"] == model]

    @property
    def statements(self) -> int:
        """How many SQL statements the clusters have executed so far."""
        path = self.folder / "events.jsonl.statements"
        return path.stat().st_size if path.exists() else 0

    def _create_database(self) -> str:
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
        """Run a statement without Django, which knows only the scratch database."""
        parts = urlsplit(self.server_url)
        if self.server_url.startswith("postgres"):
            import psycopg

            with psycopg.connect(self.server_url, autocommit=True) as connection:
                connection.execute(statement)
        else:
            import pymysql

            pymysql.connect(
                host=parts.hostname or "",
                port=parts.port or 3306,
                user=parts.username,
                password=parts.password or "",
            ).cursor().execute(statement)


class Sandbox:
    """The environment's sandbox, in its own process, controlled over HTTP."""

    def __init__(self, environment: Environment, *, port: int = 0) -> None:
        state = environment.folder / "sandbox"
        state.mkdir(exist_ok=True)
        network = [f"--network={environment.network}"]
        if environment.tls:
            certificate, bundle = make_certificate(environment.folder)
            os.environ["REQUESTS_CA_BUNDLE"] = str(bundle)
            network.append(f"--certificate={certificate}")
        if environment.lognormal:
            network.append("--lognormal")
        self.process = environment.start(
            "benchmarks.instant_sandbox",
            f"--port={port}",
            f"--state-dir={state}",
            f"--parse-seconds={environment.parse_seconds}",
            f"--options={json.dumps(environment.sandbox_options)}",
            *network,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout
        self.root_url = self.process.stdout.readline().strip()
        if not self.root_url:
            raise RuntimeError("The sandbox did not start.")

    def control(self, path: str, **body: Any) -> dict[str, Any]:
        response = requests.post(f"{self.root_url}/sandbox/{path}", json=body, timeout=30)
        response.raise_for_status()
        return dict(response.json())

    @property
    def faults(self) -> list[dict[str, Any]]:
        return list(requests.get(f"{self.root_url}/sandbox/faults", timeout=30).json()["faults"])

    def remove_fault(self, number: int) -> None:
        requests.delete(f"{self.root_url}/sandbox/faults/{number}", timeout=30).raise_for_status()

    def clear_faults(self) -> None:
        requests.delete(f"{self.root_url}/sandbox/faults", timeout=30).raise_for_status()

    def set_task_duration(self, seconds: float) -> None:
        """Let every task take exactly this long from now on."""
        self.control("progression", stages=[["PENDING", 0.02], ["RUNNING", seconds - 0.02]])

    def vary_task_durations(self, *, mean: float) -> None:
        """Let tasks take up to 10 % more or less than ``mean`` seconds."""
        self.control("progression")
        self.control("options", speed=USUAL_SECONDS / mean)

    @property
    def stats(self) -> dict[str, Any]:
        return dict(requests.get(f"{self.root_url}/sandbox/stats", timeout=30).json())


def postgresql_url() -> str:
    """Return the URL in ``POSTGRES_URL``, or ``""`` (use SQLite) if no server answers there."""
    return _reachable("POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")


def redis_url() -> str:
    """Return the URL in ``REDIS_URL``, or ``""`` (use the database) if no server answers there."""
    return _reachable("REDIS_URL", "redis://127.0.0.1:6379/0")


def _reachable(variable: str, default: str) -> str:
    url = os.environ.get(variable, default)
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 0), 2).close()
    except OSError:
        return ""
    return url


def cpu_seconds(process: subprocess.Popen[str]) -> float:
    """Return the CPU time that the living processes of this process group have used."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[2]) == process.pid:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def kill_group(process: subprocess.Popen[str]) -> None:
    """Kill a process and its child processes."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(
    has_happened: Callable[[], bool], seconds: float, subject: str, *, every: float = 0.05
) -> float:
    """Wait for ``has_happened()``; return the seconds it took, or raise ``TimeoutError``."""
    started = time.monotonic()
    while not has_happened():
        if time.monotonic() - started > seconds:
            raise TimeoutError(f"{subject}: not within {seconds} s")
        time.sleep(every)
    return time.monotonic() - started
