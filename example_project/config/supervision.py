"""Run several programs together: start them in order, restart them, and stop all of them.

Each child leads its own process group. Ctrl-C therefore reaches only the supervisor,
which stops the children in reverse order, each with the processes that it started. On
Linux the children end even if the supervisor is killed.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 180  # on a busy machine
STOP_SECONDS = 20
STEADY_SECONDS = 10
LONGEST_PAUSE = 30
START_CHECK_SECONDS = 0.25
CHECK_SECONDS = 1
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class CannotStart(Exception):
    """A child did not start; the message says why."""


@dataclass(eq=False)
class Child:
    """One program. It has started when ``is_ready`` returns True; its output goes to ``log``."""

    name: str
    command: Sequence[str]
    log: Path
    is_ready: Callable[[Child], bool]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    early_deaths: int = 0

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - this process has no threads
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        self.started_at = time.monotonic()

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Terminate the process; after ``STOP_SECONDS`` kill it and its own children."""
        if not self.process:
            return
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_SECONDS)
        with suppress(
            ProcessLookupError, PermissionError
        ):  # raised on Linux and macOS if nothing is left
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    @property
    def age(self) -> float:
        """Seconds since the last start."""
        return time.monotonic() - self.started_at

    def has_logged(self, words: str) -> bool:
        return words in self.log.read_text(errors="replace")

    def last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


class Supervisor:
    """Starts and watches the children; ``supervising`` creates it and stops them."""

    def __init__(self, children: Sequence[Child], *, say: Callable[[str], None]) -> None:
        self.children = children
        self.say = say
        self.is_stopping = threading.Event()

    def start(self) -> bool:
        """Start each child when the one before it is ready; return False if told to stop."""
        for child in self.children:
            child.log.write_bytes(b"")
            child.start()
            while not self.is_stopping.is_set() and not child.is_ready(child):
                if not child.is_running() or child.age > START_SECONDS:
                    raise CannotStart(f"The {child.name} did not start:\n{child.last_words()}")
                self.is_stopping.wait(START_CHECK_SECONDS)
        return not self.is_stopping.is_set()

    def run(self, on_check: Callable[[], None]) -> None:
        """Restart children that end, and call ``on_check`` every second, until told to stop."""
        while not self.is_stopping.wait(CHECK_SECONDS):
            for child in self.children:
                self._restart_if_ended(child)
            on_check()

    def restart(self, child: Child, *, because: str) -> None:
        """Restart a child that runs but does not work."""
        self.say(f"The {child.name} {because}; starting it again. Its log: {child.log}")
        child.stop()
        child.start()

    def stop(self) -> None:
        """Stop the children, the last one first, because later ones depend on earlier ones."""
        for child in reversed(self.children):
            child.stop()

    def _restart_if_ended(self, child: Child) -> None:
        if child.process and not child.is_running():
            code = child.process.returncode
            how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
            self.say(f"The {child.name} {how}; starting it again. Its log: {child.log}")
            child.early_deaths = child.early_deaths + 1 if child.age < STEADY_SECONDS else 0
            child.start_again_at = time.monotonic() + min(2**child.early_deaths - 1, LONGEST_PAUSE)
            child.stop()
        if not child.process and time.monotonic() >= child.start_again_at:
            child.start()


@contextmanager
def supervising(children: Sequence[Child], *, say: Callable[[str], None]) -> Iterator[Supervisor]:
    """Yield a supervisor that stops on Ctrl-C; afterwards all children have ended."""
    supervisor = Supervisor(children, say=say)
    before = {
        number: signal.signal(number, lambda *_: supervisor.is_stopping.set()) for number in SIGNALS
    }
    try:
        yield supervisor
    finally:
        supervisor.stop()
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_with_parent() -> None:
    """Ask Linux to send this process SIGTERM when the supervisor dies; runs in the child."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def answers(url: str) -> bool:
    """Return whether a web server answers at this URL, with any status."""
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
