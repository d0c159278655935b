"""The person who decides about unclear requests, knowing what the sandbox did with each."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from benchmarks.chaos.evidence import Decision, Pictures, SandboxFiles
from benchmarks.chaos.fault_log import FaultLog

if TYPE_CHECKING:
    from django_outfitanyone.models import ClothesParse, TryOnResult
    from django_outfitanyone.models.remote_job import RemoteJob

REACTION = timedelta(seconds=3)
"""Time from the question to the decision."""


class Person:
    """Adopts the task that a request created, or retries if it created none.

    ``requested`` maps the primary key of each try-on to the pictures of its request.
    """

    def __init__(
        self, sandbox: SandboxFiles, log: FaultLog, requested: dict[int, Pictures]
    ) -> None:
        self._sandbox = sandbox
        self._log = log
        self._requested = requested
        self.decisions: list[Decision] = []
        self.parse_decisions: list[Decision] = []

    def decide(self) -> None:
        """Decide about everything that has waited for ``REACTION``."""
        from django.utils import timezone

        from django_outfitanyone.exceptions import RequestRefused
        from django_outfitanyone.models import ClothesParse, TryOnResult

        until = timezone.now() - REACTION
        for row in TryOnResult.objects.needing_attention().filter(finished_at__lt=until):
            with suppress(RequestRefused):  # a late answer has settled it meanwhile
                self.decisions.append(self._decide_try_on(row))
        for parse in ClothesParse.objects.needing_attention().filter(finished_at__lt=until):
            self.parse_decisions.append(self._decide_parse(parse))

    def _decide_try_on(self, row: TryOnResult) -> Decision:
        from django_outfitanyone.actions import adopt_task, cancel, retry

        offered = [task["task_id"] for task in row.remote_answer.get("candidates", [])]
        task_id = self._task_of(row)
        decision = Decision(
            pk=row.pk,
            is_explained=self._is_explained(row, offers_tasks=bool(offered)),
            is_task_offered=task_id in {"", *offered},
        )
        if task_id in offered:
            adopt_task(row, task_id)
        elif task_id or row.model_image_id is None or not row.garment_ids:
            cancel(row)
        else:
            retry(row)
        return decision

    def _decide_parse(self, parse: ClothesParse) -> Decision:
        """Retry: no list shows parses, so that any lost answer leaves one unclear."""
        from django_outfitanyone.actions import retry

        is_explained = self._is_explained(parse, offers_tasks=True)
        retry(parse)
        return Decision(pk=parse.pk, is_explained=is_explained)

    def _task_of(self, row: TryOnResult) -> str:
        """Return the task that the sandbox made of this request, ``""`` if there is none."""
        pictures = self._requested[row.pk]
        tasks = [t for t in self._sandbox.tasks() if t.pictures == pictures and not t.has_failed]
        return tasks[-1].task_id if tasks else ""

    def _is_explained(self, job: RemoteJob, *, offers_tasks: bool) -> bool:
        asked_at = job.finished_at.timestamp() if job.finished_at else time.time()
        return self._log.explains(
            sent_at=job.sent_at.timestamp(), decided_at=asked_at, offers_tasks=offers_tasks
        )
