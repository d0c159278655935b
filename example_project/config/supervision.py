"""Several programs as one: started together, restarted when they die, ended without a trace.

Each child leads a process group of its own, so that Ctrl-C reaches the supervisor
alone, which then ends the children in order; what a child has started itself is
ended with it. On Linux not even a supervisor that is killed leaves them behind.
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

START_SECONDS = 60
STOP_SECONDS = 20
STEADY_SECONDS = 10
LONGEST_REST = 30
START_LOOK_SECONDS = 0.25
CARE_SECONDS = 1
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class CannotStart(Exception):
    """A child did not come up; the message says why."""


@dataclass(eq=False)
class Child:
    """One program. ``is_ready`` is asked until it says yes; all output goes to ``log``."""

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
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - there are no threads here
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        self.started_at = time.monotonic()

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Let it finish what it is doing, then kill what is left of it and of its children."""
        if not self.process:
            return
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_SECONDS)
        with suppress(ProcessLookupError, PermissionError):  # nothing left, on Linux and macOS
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    @property
    def age(self) -> float:
        """Seconds since its last start."""
        return time.monotonic() - self.started_at

    def has_logged(self, words: str) -> bool:
        return words in self.log.read_text(errors="replace")

    def last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


class Supervisor:
    """Made by ``supervising``, which also ends the children."""

    def __init__(self, children: Sequence[Child], *, say: Callable[[str], None]) -> None:
        self.children = children
        self.say = say
        self.is_stopping = threading.Event()

    def start(self) -> bool:
        """Start all in order, each when the one before it is ready; False when told to stop."""
        for child in self.children:
            child.log.write_bytes(b"")
            child.start()
            while not self.is_stopping.is_set() and not child.is_ready(child):
                if not child.is_running() or child.age > START_SECONDS:
                    raise CannotStart(f"The {child.name} did not start:\n{child.last_words()}")
                self.is_stopping.wait(START_LOOK_SECONDS)
        return not self.is_stopping.is_set()

    def run(self, on_look: Callable[[], None]) -> None:
        """Keep all of them running until told to stop, and call ``on_look`` every second."""
        while not self.is_stopping.wait(CARE_SECONDS):
            for child in self.children:
                self._care_for(child)
            on_look()

    def restart(self, child: Child, *, because: str) -> None:
        """End a child that runs but does not work, and start it afresh."""
        self.say(f"The {child.name} {because}; starting it again. Its log: {child.log}")
        child.stop()
        child.start()

    def stop(self) -> None:
        """End the children, the last first: nobody is left waiting for one that has gone."""
        for child in reversed(self.children):
            child.stop()

    def _care_for(self, child: Child) -> None:
        if child.process and not child.is_running():
            code = child.process.returncode
            how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
            self.say(f"The {child.name} {how}; starting it again. Its log: {child.log}")
            child.early_deaths = child.early_deaths + 1 if child.age < STEADY_SECONDS else 0
            child.start_again_at = time.monotonic() + min(2**child.early_deaths - 1, LONGEST_REST)
            child.stop()
        if not child.process and time.monotonic() >= child.start_again_at:
            child.start()


@contextmanager
def supervising(children: Sequence[Child], *, say: Callable[[str], None]) -> Iterator[Supervisor]:
    """A supervisor that Ctrl-C tells to stop; afterwards no child is left."""
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
    """In the child, before it becomes another program: SIGTERM when the supervisor dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def answers(url: str) -> bool:
    """Whether a web server gives any answer there."""
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
