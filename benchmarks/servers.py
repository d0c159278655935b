"""Database and broker servers that a benchmark starts itself and may kill."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

START_TIMEOUT = 60


class NotInstalled(Exception):
    """The program of this server is not installed."""


class Server(ABC):
    """One server process on a free port, with its data in ``folder``."""

    name = ""
    owner = ""
    """User that runs the server when the benchmark runs as root, which such servers refuse."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / self.name
        self.folder.mkdir()
        self.port = free_port()
        if os.geteuid() == 0 and self.owner:
            for parent in (folder, self.folder):
                parent.chmod(0o755)
            shutil.chown(self.folder, self.owner)
        self.prepare()
        self.start()

    @property
    @abstractmethod
    def url(self) -> str:
        """URL for clients."""

    def prepare(self) -> None:  # noqa: B027 - Redis needs nothing
        """Create what the server needs before its first start."""

    @abstractmethod
    def command(self) -> Sequence[str]:
        """Return the command that starts the server."""

    def start(self) -> None:
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                self.command(), stdout=log, stderr=log, user=self._user, cwd=self.folder
            )
        started = time.monotonic()
        while not self._is_reachable():
            if self.process.poll() is not None or time.monotonic() - started > START_TIMEOUT:
                raise RuntimeError(f"{self.name}: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill the server as a power failure would; committed data must survive."""
        self.process.kill()
        self.process.wait()

    def run(self, *command: str) -> None:
        subprocess.run(command, check=True, capture_output=True, user=self._user, cwd=self.folder)

    @property
    def _user(self) -> str | None:
        return self.owner if os.geteuid() == 0 and self.owner else None

    def _is_reachable(self) -> bool:
        with suppress(OSError), closing(socket.create_connection(("127.0.0.1", self.port), 1)):
            return self.is_ready()
        return False

    def is_ready(self) -> bool:
        return True


class PostgreSQL(Server):
    name, owner = "postgresql", "postgres"

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def prepare(self) -> None:
        self.run(
            *(_program("initdb"), "-D", f"{self.folder}/data"),
            *("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"),
        )

    def command(self) -> Sequence[str]:
        return (
            *(_program("postgres"), "-D", f"{self.folder}/data", "-p", str(self.port)),
            *("-k", str(self.folder), "-h", "127.0.0.1"),
        )

    def kill(self) -> None:
        """Stop at once, with all processes that serve connections."""
        self.run(_program("pg_ctl"), "-D", f"{self.folder}/data", "-m", "immediate", "stop")
        self.process.wait()

    def is_ready(self) -> bool:
        import psycopg

        with suppress(psycopg.OperationalError), psycopg.connect(self.url):
            return True
        return False


class MariaDB(Server):
    name, owner = "mariadb", "mysql"

    @property
    def url(self) -> str:
        return f"mysql://root@127.0.0.1:{self.port}/mysql"

    def prepare(self) -> None:
        self.run(
            *(_program("mariadb-install-db"), "--no-defaults", f"--datadir={self.folder}/data"),
            *("--auth-root-authentication-method=normal", "--skip-test-db"),
        )

    def command(self) -> Sequence[str]:
        return (
            *(_program("mariadbd"), "--no-defaults", f"--datadir={self.folder}/data"),
            *(f"--port={self.port}", f"--socket={self.folder}/socket", "--skip-log-bin"),
            *("--bind-address=127.0.0.1", f"--pid-file={self.folder}/pid"),
        )


class Redis(Server):
    name = "redis"

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> Sequence[str]:
        return (
            *(_program("redis-server"), "--port", str(self.port), "--bind", "127.0.0.1"),
            *("--save", "", "--appendonly", "no", "--dir", str(self.folder)),
        )


def _program(name: str) -> str:
    folders = [
        "/usr/sbin",
        *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)),
    ]
    found = next((f"{p}/{name}" for p in folders if Path(p, name).exists()), shutil.which(name))
    if not found:
        raise NotInstalled(name)
    return found


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
