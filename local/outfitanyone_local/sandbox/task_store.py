"""All tasks of the sandbox: slots, waiting lines, the 24 hours, and the copy on disk.

Nothing here waits. Each call first brings the book up to ``now``: tasks end that are
due, and waiting ones get the slots that fell free, at the moment they fell free.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from copy import copy
from pathlib import Path

from .errors import Problem
from .options import Options
from .progression import PENDING
from .stats import Stats
from .tasks import Task

logger = logging.getLogger("outfitanyone_local.sandbox")


class TaskBook:
    """``on_admitted`` is called, outside the lock, with each task whose picture can be made now."""

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
        """Takes up the tasks of an earlier run; pictures that were not finished are made again."""
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
        """1, 2, 3 and so on."""
        with self._lock:
            self._number += 1
            return self._number

    def model_of(self, task_id: str) -> str:
        """Empty for an unknown task."""
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

    def look(self, task_id: str, *, account: str, now: float) -> Task | None:
        """The account's task as it is now; ``None`` for unknown, foreign and forgotten ids."""
        with self._lock:
            task = self._own(task_id, account, now)
            if task is not None:
                task.looks += 1
        self.update(now=now)
        with self._lock:
            return copy(task)

    def cancel(self, task_id: str, *, account: str, now: float) -> bool:
        """Whether the task was still PENDING and is canceled now."""
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

    def of_account(self, account: str, *, now: float) -> list[Task]:
        """Newest first."""
        self.update(now=now)
        with self._lock:
            own = [t for t in self._tasks.values() if t.account == account and not t.is_gone(now)]
            return [copy(task) for task in reversed(own)]

    def record(
        self, task_id: str, *, file_key: str = "", problem: Problem | None = None, now: float
    ) -> bool:
        """Notes what became of the picture; false when nobody waits for it any more."""
        with self._lock:
            task = self._tasks.get(task_id)
            if task is None or task.canceled_at is not None:
                return False
            task.made_at, task.file_key, task.problem = now, file_key, problem
            self._save(task)
        self.update(now=now)
        return True

    def update(self, *, now: float) -> None:
        """Brings the book up to this moment."""
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
        """When time alone will next end a task."""
        with self._lock:
            moments = [task.due_at(now) for task in self._open]
        return min((moment for moment in moments if moment is not None), default=None)

    def forget(self, *, now: float) -> None:
        """Drops what is older than a day."""
        with self._lock:
            for task in [task for task in self._tasks.values() if task.is_gone(now)]:
                self._drop(task)

    def clear(self) -> None:
        with self._lock:
            self._number = 0
            for task in list(self._tasks.values()):
                self._drop(task)

    def _vacancies(self, ended: list[Task]) -> list[tuple[Task, float]]:
        """Waiting tasks paired with the moment since which a slot is free for them."""
        pairs: list[tuple[Task, float]] = []
        free_since: dict[tuple[str, str], list[float]] = {}
        for task in self._open:
            line = self._line(task)
            if task.admitted_at is None:
                if line not in free_since:
                    free_since[line] = self._free_since(line, ended)
                if free_since[line]:
                    pairs.append((task, free_since[line].pop(0)))
        return pairs

    def _free_since(self, line: tuple[str, str], ended: list[Task]) -> list[float]:
        """One moment for each free slot of this line, earliest first."""
        taken = sum(t.admitted_at is not None and self._line(t) == line for t in self._open)
        free = max(self._options().running_tasks - taken, 0)
        moments = sorted(t.finished_at or 0.0 for t in ended if self._line(t) == line)
        unused_before = max(free - len(moments), 0)
        return ([0.0] * unused_before + moments)[:free]

    def _line(self, task: Task) -> tuple[str, str]:
        """Tasks that share their slots."""
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


def _load(path: Path) -> Task | None:
    try:
        return Task.from_json(json.loads(path.read_text("utf-8")))
    except (ValueError, TypeError, KeyError):
        logger.warning("%s is not a task of this version and is left alone", path)
        return None
