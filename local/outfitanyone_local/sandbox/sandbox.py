"""The whole sandbox without its HTTP: every part, wired together once."""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
import threading
import uuid
from pathlib import Path

from .clock import Clock
from .engines import Engine, LocalEngine
from .errors import INTERNAL_ALGORITHM, Problem, Refused
from .faults import FaultBook
from .image_service import Workshop
from .limits import RateLimits
from .options import Options
from .orders import Order
from .progression import Progressions
from .runner import Runner
from .stats import Stats
from .storage import Storage
from .task_store import TaskBook
from .tasks import Task

logger = logging.getLogger("outfitanyone_local.sandbox")


class Sandbox:
    """Without ``state_dir`` everything lives in a temporary folder that ``stop`` removes."""

    def __init__(
        self, *, options: Options, engine: Engine | None = None, state_dir: Path | None = None
    ) -> None:
        self._initial_options = self.options = options
        self._is_temporary = state_dir is None
        self._folder = state_dir or Path(tempfile.mkdtemp(prefix="outfitanyone-"))
        self.storage = Storage(self._folder)
        self.clock = Clock()
        self.stats = Stats()
        self.faults = FaultBook()
        self.rates = RateLimits(now=self.clock.now)
        self.progressions = Progressions(seed=options.seed)
        self.stopping = threading.Event()
        self.workshop = Workshop(
            engine=engine or LocalEngine(workers=options.workers),
            storage=self.storage,
            options=lambda: self.options,
            now=self.clock.now,
        )
        self.tasks = TaskBook(
            self._folder / "tasks",
            options=lambda: self.options,
            stats=self.stats,
            on_admitted=lambda task: self._runner.work(self._make, task),
        )
        self._runner = Runner(
            clock=self.clock, workers=options.workers, update=self._update, purge=self._purge
        )

    def start(self) -> None:
        self.tasks.load(now=self.clock.now())
        self._runner.start()

    def stop(self) -> None:
        self.stopping.set()
        self._runner.stop()
        if self._is_temporary:
            shutil.rmtree(self._folder, ignore_errors=True)

    def submit(
        self,
        *,
        account: str,
        model: str,
        order: Order | None,
        problem: Problem | None = None,
        request_id: str,
    ) -> Task:
        """One more task; with a ``problem`` it is known from the start that it will fail.

        With ``image_faults="submit"`` the picture is made at once, so that its faults can
        still be raised as the answer to the request.
        """
        task = self._new_task(account=account, model=model, order=order, request_id=request_id)
        if problem:
            task.made_at, task.problem = task.submitted_at, problem
        elif order and self.options.image_faults == "submit":
            task.file_key = self.workshop.make(order, account=account, model=model)
            task.made_at = self.clock.now()
        self.tasks.add(task, now=self.clock.now())
        self._runner.wake()
        return task

    def _new_task(self, *, account: str, model: str, order: Order | None, request_id: str) -> Task:
        number = self.tasks.next_number()
        return Task(
            task_id=str(uuid.uuid4()),
            request_id=request_id,
            account=account,
            model=model,
            order=order.to_json() if order else {},
            submitted_at=self.clock.now(),
            progression=self.progressions.for_task(number, model=model, speed=self.options.speed),
        )

    def settle(self, *, timeout: float = 30.0) -> None:
        """Waits until every picture that can be made is made."""
        if not self._runner.settle(timeout=timeout):
            raise TimeoutError(f"Pictures were still in work after {timeout} seconds.")

    def change_options(self, **changes: object) -> None:
        self.options = self.options.changed(changes)
        self._runner.wake()

    def reset(self) -> None:
        """As freshly started: no tasks, files, faults or counts, usual options and time."""
        self.faults.clear()
        self.tasks.clear()
        self.storage.clear()
        self.rates.clear()
        self.stats.clear()
        self.progressions.clear()
        self.options = self._initial_options
        self.clock.reset()

    def _make(self, task: Task) -> None:
        """Whatever goes wrong in here is the task's end, never the worker's."""
        key, problem = "", None
        try:
            key = self.workshop.make(Order(**task.order), account=task.account, model=task.model)
        except Refused as refused:
            problem = refused.problem
        except Exception:
            logger.exception("The engine failed on task %s", task.task_id)
            problem = INTERNAL_ALGORITHM
        now = self.clock.now()
        if not self.tasks.record(task.task_id, file_key=key, problem=problem, now=now) and key:
            self.storage.results.remove(key)

    def _update(self, now: float) -> float | None:
        self.tasks.update(now=now)
        return self.tasks.next_end(now=now)

    def _purge(self, now: float) -> None:
        self.tasks.forget(now=now)
        self.storage.purge(now=now)


def account_of(key: str) -> str:
    """A name for the account a key belongs to; the key itself is kept nowhere."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
