"""All tasks: their slots, queues, expiry after 24 hours, and the copy on disk.

Nothing here blocks. Each call first brings the store up to ``now``: due tasks end, and
waiting tasks get the free slots, dated back to the time each slot became free.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from copy import copy
from pathlib import Path

from .errors import Problem
from .image_service import Made
from .options import Options
from .progression import PENDING
from .stats import Stats
from .tasks import Task

logger = logging.getLogger("outfitanyone_local.sandbox")


class TaskStore:
    """The tasks. ``on_admitted`` is called outside the lock with each one that gets a slot."""

    def __init__(
        self,
        folder: Path,
        *,
        options: Callable[[], Options],
        stats: Stats,
        on_admitted: Callable[[Task], None],
    ) -> None:
        self._folder = folder
        self._options = options
        self._stats = stats
        self._on_admitted = on_admitted
        self._lock = threading.Lock()
        self._tasks: dict[str, Task] = {}
        self._open: list[Task] = []
        """Tasks that have not ended, oldest first."""
        self._number = 0
        folder.mkdir(parents=True, exist_ok=True)

    def __len__(self) -> int:
        return len(self._tasks)

    def load(self, *, now: float) -> None:
        """Load the tasks of an earlier run and restart those whose picture was not ready."""
        loaded = map(_load, self._folder.glob("*.json"))
        tasks = sorted((t for t in loaded if t is not None), key=lambda task: task.submitted_at)
        with self._lock:
            self._tasks = {task.task_id: task for task in tasks}
            self._open = [t for t in tasks if t.finished_at is None and t.canceled_at is None]
            unmade = [t for t in self._open if t.admitted_at is not None and t.made_at is None]
        for task in unmade:
            self._on_admitted(copy(task))
        self.update(now=now)

    def next_number(self) -> int:
        """Return 1, 2, 3 and so on."""
        with self._lock:
            self._number += 1
            return self._number

    def count_open(self, account: str, *, model: str = "", now: float) -> int:
        """Return how many tasks of an account, and of a model if one is named, have not ended."""
        self.update(now=now)
        with self._lock:
            return sum(t.account == account and model in {"", t.model} for t in self._open)

    def model_of(self, task_id: str) -> str:
        """Return the task's model, or "" for an unknown task."""
        with self._lock:
            task = self._tasks.get(task_id)
            return task.model if task else ""

    def add(self, task: Task, *, now: float) -> None:
        with self._lock:
            self._tasks[task.task_id] = task
            self._open.append(task)
            self._save(task)
        self._stats.count("accepted", model=task.model)
        self.update(now=now)

    def query(self, task_id: str, *, account: str, now: float) -> Task | None:
        """Return a copy of the account's task, after counting the query.

        ``None`` if the id is unknown, expired or another account's.
        """
        with self._lock:
            task = self._own(task_id, account, now)
            if task is not None:
                task.queries += 1
        self.update(now=now)
        with self._lock:
            return copy(task)

    def cancel(self, task_id: str, *, account: str, now: float) -> bool:
        """Cancel the task if it is PENDING; return whether it was."""
        self.update(now=now)
        with self._lock:
            task = self._own(task_id, account, now)
            if task is None or task.status(now) != PENDING:
                return False
            task.canceled_at = now
            self._open.remove(task)
            self._save(task)
        self._stats.count("canceled", model=task.model)
        return True

    def list_account(self, account: str, *, now: float) -> list[Task]:
        """Return copies of the account's tasks, newest first."""
        self.update(now=now)
        with self._lock:
            own = [t for t in self._tasks.values() if t.account == account and not t.is_gone(now)]
            return [copy(task) for task in reversed(own)]

    def record(
        self, task_id: str, made: Made, *, problem: Problem | None = None, now: float
    ) -> bool:
        """Store what was made, or its problem.

        Returns false if the task was deleted or canceled, so that the files can go too.
        """
        with self._lock:
            task = self._tasks.get(task_id)
            if task is None or task.canceled_at is not None:
                return False
            task.made_at, task.problem = now, problem
            note(task, made)
            self._save(task)
        self.update(now=now)
        return True

    def update(self, *, now: float) -> None:
        """End due tasks and give their slots to waiting ones."""
        admitted = []
        with self._lock:
            for task in self._open:
                due_at = task.due_at(now)
                if due_at is not None and due_at <= now:
                    task.finished_at = due_at
                    self._save(task)
            ended = [task for task in self._open if task.finished_at is not None]
            self._open = [task for task in self._open if task.finished_at is None]
            for task, free_at in self._vacancies(ended):
                task.admitted_at = max(task.submitted_at, free_at)
                self._save(task)
                admitted.append(copy(task))
            self._stats.note_running(sum(t.admitted_at is not None for t in self._open))
        for task in ended:
            self._stats.count("failed" if task.problem else "succeeded", model=task.model)
        for task in admitted:
            if task.made_at is None:
                self._on_admitted(task)

    def next_end(self, *, now: float) -> float | None:
        """Return when the next task ends by time alone."""
        with self._lock:
            moments = [task.due_at(now) for task in self._open]
        return min((moment for moment in moments if moment is not None), default=None)

    def purge(self, *, now: float) -> None:
        """Delete expired tasks."""
        with self._lock:
            for task in [task for task in self._tasks.values() if task.is_gone(now)]:
                self._drop(task)

    def clear(self) -> None:
        with self._lock:
            self._number = 0
            for task in list(self._tasks.values()):
                self._drop(task)

    def _vacancies(self, ended: list[Task]) -> list[tuple[Task, float]]:
        """Return waiting tasks, each with the time since which a slot is free for it."""
        pairs: list[tuple[Task, float]] = []
        free_since: dict[tuple[str, str], list[float]] = {}
        for task in self._open:
            group = self._slot_group(task)
            if task.admitted_at is None:
                if group not in free_since:
                    free_since[group] = self._free_since(group, ended)
                if free_since[group]:
                    pairs.append((task, free_since[group].pop(0)))
        return pairs

    def _free_since(self, group: tuple[str, str], ended: list[Task]) -> list[float]:
        """Return one time for each free slot of the group, earliest first."""
        taken = sum(t.admitted_at is not None and self._slot_group(t) == group for t in self._open)
        free = max(self._options().running_tasks - taken, 0)
        moments = sorted(t.finished_at or 0.0 for t in ended if self._slot_group(t) == group)
        unused_before = max(free - len(moments), 0)
        return ([0.0] * unused_before + moments)[:free]

    def _slot_group(self, task: Task) -> tuple[str, str]:
        """Return the key of the tasks that share slots with this one."""
        return task.account, "" if self._options().limits_shared_by_models else task.model

    def _own(self, task_id: str, account: str, now: float) -> Task | None:
        task = self._tasks.get(task_id)
        return task if task and task.account == account and not task.is_gone(now) else None

    def _drop(self, task: Task) -> None:
        del self._tasks[task.task_id]
        if task in self._open:
            self._open.remove(task)
        self._path(task).unlink(missing_ok=True)

    def _save(self, task: Task) -> None:
        part = self._path(task).with_suffix(".part")
        part.write_text(json.dumps(task.to_json()), "utf-8")
        part.replace(self._path(task))

    def _path(self, task: Task) -> Path:
        return self._folder / f"{task.task_id}.json"


def note(task: Task, made: Made) -> None:
    """Write the files and findings of a picture into the record of its task."""
    task.file_key, task.more_file_keys = made.file_key, list(made.more_file_keys)
    task.findings, task.size = list(made.findings), list(made.size)


def _load(path: Path) -> Task | None:
    try:
        return Task.from_json(json.loads(path.read_text("utf-8")))
    except (ValueError, TypeError, KeyError):
        logger.warning("%s is not a task of this version and is left alone", path)
        return None
