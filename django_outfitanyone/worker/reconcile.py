"""The steps after an unclear submit: find out what happened, and free the slot in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from django_outfitanyone.conf import conf
from django_outfitanyone.engines.base import RemoteState
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.models.remote_job import UNCLEAR

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine

CLOCK_SKEW = timedelta(seconds=60)
"""How far the engine's clock may differ from ours when its task list is read."""
SLOT_HOLD = timedelta(minutes=5)
"""After this time a task has ended: documented durations stay below two minutes."""


def reconcile(try_on: TryOnResult, engine: Engine) -> datetime | None:
    """Step: find out from the account's task list whether an unclear submit arrived.

    An empty list after a safe delay proves that no task exists, and only then the request
    is sent again. A task in the list may belong to another client, because the list names
    no inputs. So a person decides, unless the settings say that the account is exclusive.
    """
    settled_at = try_on.sent_at + timedelta(seconds=conf.UNCLEAR_SUBMIT_DELAY)
    if timezone.now() < settled_at:
        return settled_at
    candidates = _unknown_tasks(try_on, engine)
    if not candidates:
        try_on.mark_preparing(submitted_at=None)
        return timezone.now()
    task_id = _certain_task(try_on, candidates)
    if task_id:
        try_on.mark_running(remote_task_id=task_id)
        return timezone.now()
    slot_free_at = _slot_free_at(try_on, candidates)
    kept = {} if slot_free_at else {"slot": None}
    try_on.mark_needs_attention(
        **UNCLEAR,
        remote_answer={"candidates": candidates},
        due_at=slot_free_at,
        **kept,
    )
    return slot_free_at


def _slot_free_at(try_on: TryOnResult, candidates: list[dict[str, str]]) -> datetime | None:
    """Return when none of these tasks can be running any more; ``None`` if none is running."""
    if all(RemoteState(task["state"]).is_final for task in candidates):
        return None
    return try_on.sent_at + SLOT_HOLD


def free_slot(try_on: TryOnResult, engine: Engine) -> None:  # noqa: ARG001
    """Step: free the slot of an unclear submit, whose task must have ended by now."""
    try_on.write(slot=None)


def _certain_task(try_on: TryOnResult, candidates: list[dict[str, str]]) -> str:
    """Return the id of the task that must be this row's, ``""`` if that is not certain.

    Requests leave one after the other. So if there are as many tasks as unclear rows,
    they belong together in the order of their times.
    """
    if not conf.EXCLUSIVE_ACCOUNT:
        return ""
    unclear = list(
        TryOnResult.objects.filter(
            account_id=try_on.account_id,
            remote_model=try_on.remote_model,
            remote_task_id__isnull=True,
            submitted_at__range=_window(try_on),
        )
        .order_by("submitted_at")
        .values_list("pk", flat=True)
    )
    if len(unclear) != len(candidates):
        return ""
    candidates = sorted(candidates, key=lambda task: task["submitted_at"])
    return candidates[unclear.index(try_on.pk)]["task_id"]


def _window(try_on: TryOnResult) -> tuple[datetime, datetime]:
    """Return from when to when the submit's task must have started, by the engine's clock."""
    sent_at = try_on.sent_at
    return sent_at - CLOCK_SKEW, sent_at + conf.lease + CLOCK_SKEW


def _unknown_tasks(try_on: TryOnResult, engine: Engine) -> list[dict[str, str]]:
    """Return the tasks from around the time of the submit that belong to no row."""
    start, end = _window(try_on)
    listed = engine.list_tasks(start=start, end=end, model=try_on.remote_model)
    known = set(
        TryOnResult.objects.filter(
            remote_task_id__in=[task.task_id for task in listed]
        ).values_list("remote_task_id", flat=True)
    )
    return [
        {
            "task_id": task.task_id,
            "state": task.state.value,
            "submitted_at": task.submitted_at.isoformat() if task.submitted_at else "",
        }
        for task in listed
        if task.task_id not in known
    ]
