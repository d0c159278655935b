"""The sandbox without HTTP: creates the parts and connects them."""

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
from .faults import Faults
from .free_quota import FreeQuota
from .image_service import ImageService, Made
from .options import Options
from .outfits import Outfit
from .progression import Progressions
from .rate_limits import RateLimits
from .request_fields import TaskRequest
from .runner import Runner
from .stats import Stats
from .storage import Storage
from .task_store import TaskStore, note
from .tasks import Task

logger = logging.getLogger("outfitanyone_local.sandbox")


class Sandbox:
    """The parts of one sandbox.

    Files are in ``state_dir``, or else in a temporary folder that ``stop`` deletes.
    """

    def __init__(
        self, *, options: Options, engine: Engine | None = None, state_dir: Path | None = None
    ) -> None:
        self._initial_options = self.options = options
        self._is_temporary = state_dir is None
        self._folder = state_dir or Path(tempfile.mkdtemp(prefix="outfitanyone-"))
        self.storage = Storage(self._folder)
        self.clock = Clock()
        self.stats = Stats()
        self.faults = Faults()
        self.rates = RateLimits(now=self.clock.now)
        self.free_parses = FreeQuota()
        self.progressions = Progressions(seed=options.seed)
        self.stopping = threading.Event()
        self.image_service = ImageService(
            engine=engine or LocalEngine(workers=options.workers),
            storage=self.storage,
            options=lambda: self.options,
            now=self.clock.now,
        )
        self.tasks = TaskStore(
            self._folder / "tasks",
            options=lambda: self.options,
            stats=self.stats,
            on_admitted=lambda task: self._runner.submit(self._make, task),
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
        task_request: TaskRequest | Outfit | None,
        problem: Problem | None = None,
        request_id: str,
    ) -> Task:
        """Create a task; with a ``problem`` it will end FAILED.

        With ``image_faults="submit"`` this makes the picture at once, so that ``Refused``
        becomes the response to the submit.
        """
        task = self._new_task(
            account=account, model=model, task_request=task_request, request_id=request_id
        )
        if problem:
            task.made_at, task.problem = task.submitted_at, problem
        elif task_request and self.options.image_faults == "submit":
            note(task, self._picture(task))
            task.made_at = self.clock.now()
        self.tasks.add(task, now=self.clock.now())
        self._runner.wake()
        return task

    def _new_task(
        self,
        *,
        account: str,
        model: str,
        task_request: TaskRequest | Outfit | None,
        request_id: str,
    ) -> Task:
        number = self.tasks.next_number()
        return Task(
            task_id=str(uuid.uuid4()),
            request_id=request_id,
            account=account,
            model=model,
            request=task_request.to_json() if task_request else {},
            submitted_at=self.clock.now(),
            progression=self.progressions.for_task(number, model=model, speed=self.options.speed),
        )

    def settle(self, *, timeout: float = 30.0) -> None:
        """Wait until no picture is in progress or queued; raises ``TimeoutError``."""
        if not self._runner.settle(timeout=timeout):
            raise TimeoutError(f"Pictures were still in progress after {timeout} seconds.")

    def change_options(self, **changes: object) -> None:
        self.options = self.options.changed(changes)
        self._runner.wake()

    def reset(self) -> None:
        """Delete tasks, files, faults and counts; restore the options and the clock."""
        self.faults.clear()
        self.tasks.clear()
        self.storage.clear()
        self.rates.clear()
        self.free_parses.clear()
        self.stats.clear()
        self.progressions.clear()
        self.options = self._initial_options
        self.clock.reset()

    def _make(self, task: Task) -> None:
        """Make the picture; any error fails the task and spares the worker thread."""
        made, problem = Made(), None
        try:
            made = self._picture(task)
        except Refused as refused:
            problem = refused.problem
        except Exception:
            logger.exception("The engine failed on task %s", task.task_id)
            problem = INTERNAL_ALGORITHM
        if not self.tasks.record(task.task_id, made, problem=problem, now=self.clock.now()):
            for key in made.file_keys:
                self.storage.results.remove(key)

    def _picture(self, task: Task) -> Made:
        """Return what the task asks for, in the form of OutfitAnyone or of all other engines."""
        subject = {"account": task.account, "model": task.model}
        if "garments" in task.request:
            outfit = Outfit.from_json(task.request)
            return self.image_service.make_outfit(outfit, **subject)
        return self.image_service.make(TaskRequest(**task.request), **subject)

    def _update(self, now: float) -> float | None:
        self.tasks.update(now=now)
        return self.tasks.next_end(now=now)

    def _purge(self, now: float) -> None:
        self.tasks.purge(now=now)
        self.storage.purge(now=now)


def account_of(key: str, *, scope: str = "") -> str:
    """Return the account's name, a hash, so that the key itself is stored nowhere.

    The empty text, which is no key, stands for the account that all keys share. ``scope``
    separates the accounts of one vendor from those of others.
    """
    return hashlib.sha256(f"{scope}{key}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
