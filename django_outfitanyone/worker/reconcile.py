"""The steps after an unclear submit: find out what happened, and free the slot in time.

What settles it is a capability of the engine: its task list, the request's key, or nothing.

An empty task list proves that nothing arrived only if all of this holds:

- The engine's clock and ours agree. The list's own ``Date`` tells.
- Between the moment when the outcome was found unclear and the list, more time has passed
  than any request can still take. The engine's clock tells both moments, because the clock
  of the host that submitted may be wrong.
- The whole list could be read.
- The list covers enough time before the submit for that host's clock to be wrong by minutes.

In all other cases a person decides.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.utils import timezone
from django.utils.translation import gettext as _

from django_outfitanyone.engines.base import Engine, ListedTask, TaskList
from django_outfitanyone.engines.capabilities import Unclear
from django_outfitanyone.models import Charge, KnownTask, TryOnResult
from django_outfitanyone.models.remote_job import UNCLEAR
from django_outfitanyone.worker.answers import conclude, is_conclusive
from django_outfitanyone.worker.submit import record_task, submit_again

CLOCK_TOLERANCE = timedelta(seconds=5)
"""How far the engine's clock may differ from ours."""
DATE_RESOLUTION = timedelta(seconds=1)
"""HTTP dates have no fractions of a second."""
MARGIN = timedelta(minutes=10)
"""How far the clock of the host that submitted may be wrong."""
SHORTEST_GAP = timedelta(seconds=1)
"""Requests that leave sooner after each other may arrive in another order."""
SUBMIT_PATIENCE = 5.0
"""Seconds: within them, a submit is normally answered and its task stored."""
SLOT_HOLD = timedelta(minutes=5)
"""After this time a task has ended: documented durations stay below two minutes."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The engine's task list, and what our clock showed before and after it was read."""

    found: TaskList
    before: datetime
    after: datetime

    @property
    def doubt(self) -> str:
        """Return why the list proves nothing, as a sentence for people; ``""`` if it does."""
        remote = self.found.server_time
        if remote is None:
            return _("The engine's answer has no date, so its task list proves nothing.")
        if not self.found.is_complete:
            return _("Not all of the engine's task list can be read, so it proves nothing.")
        skew = max(self.before - DATE_RESOLUTION - remote, remote - self.after)
        if skew <= CLOCK_TOLERANCE:
            return ""
        text = _(
            "The clock of this host differs from the engine's clock by %(count)d seconds, so the "
            "task list proves nothing."
        )
        return text % {"count": skew.total_seconds()}

    @property
    def delay_start(self) -> datetime:
        """When the delay begins: now, by the engine's clock.

        If that clock is slow just now, our clock decides: otherwise the delay would seem to be
        over too early as soon as the engine's clock is right again.
        """
        ours = self.after.replace(microsecond=0)  # as coarse as HTTP dates
        remote = self.found.server_time or ours
        return max(ours, remote) if self.doubt else remote


def reconcile(try_on: TryOnResult, engine: Engine) -> datetime | None:
    """Step: settle an unclear submit in the way that the engine allows."""
    return WAYS[try_on.capabilities.unclear](try_on, engine)


def _ask_at_once(try_on: TryOnResult, engine: Engine) -> datetime | None:  # noqa: ARG001
    """Let a person decide: nothing tells whether the request has arrived."""
    return _ask_a_person(try_on, [])


def _repeat(try_on: TryOnResult, engine: Engine) -> datetime | None:
    """Send the request again with its key, once the first one can have no effect any more."""
    ends_at = try_on.sent_at + timedelta(seconds=try_on.capabilities.longest_submit)
    return ends_at if timezone.now() < ends_at else submit_again(try_on, engine)


def _find(try_on: TryOnResult, engine: Engine) -> datetime | None:
    """Ask for the task with the request's key; that there is none proves that none arrived."""
    now = timezone.now()
    if try_on.unclear_since is None:
        try_on.write(unclear_since=now)
        return now + longest_effect(try_on)
    settled_at = try_on.unclear_since + longest_effect(try_on)
    if now < settled_at:
        return settled_at
    report = engine.find(try_on.submit_key)
    if report is None:
        try_on.mark_preparing(submitted_at=None)
    elif is_conclusive(report):
        return conclude(try_on, report, engine)
    else:
        record_task(try_on, report, due_at=timezone.now())
    return timezone.now()


def _read_task_list(try_on: TryOnResult, engine: Engine) -> datetime | None:
    """Find out from the account's task list whether an unclear submit arrived.

    Only an empty list that proves it leads to a second request. A task in the list may
    belong to another client, because the list names no inputs. So a person decides, unless
    the settings say that the account is exclusive.
    """
    listing = _list_tasks(try_on, engine)
    now = listing.found.server_time or listing.after
    if try_on.unclear_since is None:
        try_on.write(unclear_since=listing.delay_start)
        return timezone.now() + longest_effect(try_on)
    candidates = _unknown_tasks(try_on, listing.found.tasks)
    if candidates and _others_have_settled(try_on):
        candidates = _unknown_tasks(try_on, listing.found.tasks)
    if listing.doubt or now < try_on.unclear_since:  # a clock that was set back proves nothing
        return _ask_a_person(try_on, candidates, listing.doubt)
    settled_in = try_on.unclear_since + longest_effect(try_on) - now
    if settled_in > timedelta(0):
        return timezone.now() + settled_in
    if not candidates:
        try_on.mark_preparing(submitted_at=None)
        return timezone.now()
    task_id = _certain_task(try_on, candidates)
    if task_id:
        try_on.mark_running(remote_task_id=task_id)
        return timezone.now()
    return _ask_a_person(try_on, candidates)


def _others_have_settled(try_on: TryOnResult) -> bool:
    """Wait a moment for submits of other threads, whose tasks may be listed but not stored yet.

    Returns whether there were any.
    """
    others = TryOnResult.objects.being_sent(try_on)
    ids = list(others.values_list("pk", flat=True))
    end = time.monotonic() + SUBMIT_PATIENCE
    while ids and time.monotonic() < end and others.filter(pk__in=ids).exists():
        time.sleep(SUBMIT_PATIENCE / 20)
    return bool(ids)


def free_slot(try_on: TryOnResult, engine: Engine) -> None:  # noqa: ARG001
    """Step: free the slot of an unclear submit, whose task must have ended by now."""
    try_on.write(slot=None)


def longest_effect(try_on: TryOnResult) -> timedelta:
    """Return after what time a request that was given up can no longer create a task.

    A worker that seemed dead may still send and wait, and the engine may still work on it.
    """
    return try_on.account.settings.longest_effect(try_on.remote_model)


def _ask_a_person(
    try_on: TryOnResult, candidates: list[ListedTask], doubt: str = ""
) -> datetime | None:
    """End the step with ``needs_attention``; return when the slot is free, ``None`` for now."""
    is_idle = bool(candidates) and not doubt and all(task.state.is_final for task in candidates)
    slot_free_at = None if is_idle else timezone.now() + SLOT_HOLD
    kept = {} if slot_free_at else {"slot": None}
    try_on.mark_needs_attention(
        error_code=UNCLEAR["error_code"],
        error_message=f"{UNCLEAR['error_message']} {doubt}".rstrip(),
        remote_answer={"candidates": [_as_json(task) for task in candidates]},
        due_at=slot_free_at,
        **kept,
    )
    return slot_free_at


def _certain_task(try_on: TryOnResult, candidates: list[ListedTask]) -> str:
    """Return the id of the task that must be this row's, ``""`` if that is not certain.

    On an exclusive account, as many tasks as unclear rows belong together in the order of
    their times, if each task was created while its row's request was on its way, and if the
    requests did not leave so close to each other that one may have passed another.
    """
    if not try_on.account.settings.is_exclusive:
        return ""
    longest_call = try_on.account.settings.longest_call(try_on.remote_model)
    span = timedelta(seconds=longest_call) + CLOCK_TOLERANCE
    rows = TryOnResult.objects.unclear_near(try_on, span)
    tasks = sorted(
        (time, task.task_id)
        for task in candidates
        if (time := task.submitted_at) and abs(time - try_on.sent_at) <= span
    )
    if len(rows) != len(tasks) or any(
        later.sent_at - earlier.sent_at < SHORTEST_GAP for earlier, later in pairwise(rows)
    ):
        return ""
    pairs = list(zip(rows, tasks, strict=True))
    if not all(-CLOCK_TOLERANCE <= time - row.sent_at <= span for row, (time, _id) in pairs):
        return ""
    return next(task_id for row, (_time, task_id) in pairs if row.pk == try_on.pk)


def _list_tasks(try_on: TryOnResult, engine: Engine) -> Listing:
    """Return the engine's tasks from well before the submit until now, by any host's clock."""
    before = timezone.now()
    start, end = try_on.sent_at - MARGIN, before + MARGIN
    found = engine.list_tasks(start=start, end=end, model=try_on.remote_model)
    return Listing(found=found, before=before, after=timezone.now())


def _unknown_tasks(try_on: TryOnResult, tasks: Sequence[ListedTask]) -> list[ListedTask]:
    """Return the tasks that no row, living or deleted, ever had."""
    account, ids = try_on.account_id, [task.task_id for task in tasks]
    living = TryOnResult.objects.filter(account=account, remote_task_id__in=ids)
    known = set(living.values_list("remote_task_id", flat=True))
    known |= KnownTask.objects.among(account, ids) | Charge.objects.among(account, ids)
    return [task for task in tasks if task.task_id not in known]


WAYS: dict[Unclear, Callable[[TryOnResult, Engine], datetime | None]] = {
    Unclear.LIST: _read_task_list,
    Unclear.KEY: _repeat,
    Unclear.LABEL: _find,
    Unclear.NEVER: _ask_at_once,
}
"""How an unclear submit is settled, by what the engine allows."""


def _as_json(task: ListedTask) -> dict[str, str]:
    return {
        "task_id": task.task_id,
        "state": task.state.value,
        "submitted_at": task.submitted_at.isoformat() if task.submitted_at else "",
    }
