"""When to poll a remote task: rarely at first, often around the time when similar tasks end.

Each poll is one of the account's limited calls, and each moment between the end of a task
and the next poll leaves a slot unused.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from django_outfitanyone.conf import EngineSettings
from django_outfitanyone.engines.base import TaskReport
from django_outfitanyone.models import Account, TryOnResult
from django_outfitanyone.models.try_on_queryset import TryOnResultQuerySet

REMEMBERED = 20
"""Durations of the latest tasks that the account keeps for each remote model."""
POLLS = 4
"""Number of polls spread over the expected completion window."""
SHORTEST_STEP = 0.015
LONGEST_STEP = 60.0
FIRST_STEP, SECOND_STEP = 0.25, 1.0
"""Seconds between polls while no duration is known: up to 4 s of age, and from 4 s to 20 s."""
DOUBT = 0.04
"""How far a task may differ from a single known duration, as a share of it.

With n known durations the share is ``DOUBT / n²``.
"""


class PollSchedule:
    """The poll times of one account and remote model, by how long the latest tasks took."""

    def __init__(self, account: Account, remote_model: str) -> None:
        self._account = account
        self._remote_model = remote_model

    @property
    def durations(self) -> list[float]:
        """Seconds that the latest tasks took, oldest first."""
        known: list[float] = self._account.task_seconds.get(self._remote_model, [])
        return known

    def next_poll_at(self, try_on: TryOnResult) -> datetime:
        """Return when to poll this try-on's task next."""
        now = timezone.now()
        return self._poll_at(try_on, now, age=(now - try_on.sent_at).total_seconds())

    def first_poll_at(self, try_on: TryOnResult) -> datetime:
        """Return when to poll this try-on's task first, which the engine has just accepted."""
        return self._poll_at(try_on, timezone.now(), age=0.0)

    def _poll_at(self, try_on: TryOnResult, now: datetime, *, age: float) -> datetime:
        durations = self.durations
        is_first = not durations and self._is_first(try_on)
        interval = self._account.settings.POLL_INTERVAL
        return now + timedelta(seconds=wait(age, durations, is_first=is_first, interval=interval))

    def _is_first(self, try_on: TryOnResult) -> bool:
        """Whether this is the first of the running tasks, which stays the first."""
        if not try_on.is_first_task:
            try_on.is_first_task = not _similar(try_on).filter(pk__lt=try_on.pk).exists()
        return try_on.is_first_task

    def record(self, report: TaskReport) -> bool:
        """Keep how long this task took, by the engine's own clock; return if it is the first.

        Only the runner writes this column, and a value lost in a race would not matter.
        """
        if not report.submitted_at or not report.finished_at:
            return False
        seconds = (report.finished_at - report.submitted_at).total_seconds()
        longest = self._account.settings.result_life(self._remote_model)
        if not 0 <= seconds <= longest.total_seconds():  # no duration, whatever the engine says
            return False
        account, model = self._account, self._remote_model
        is_first = model not in account.task_seconds
        durations = [*self.durations, round(seconds, 3)][-REMEMBERED:]
        account.task_seconds = {**account.task_seconds, model: durations}
        Account.objects.filter(pk=account.pk).update(task_seconds=account.task_seconds)
        return is_first

    def reschedule_others(self, try_on: TryOnResult) -> None:
        """Plan the running tasks again, now that this one gave the first duration.

        Tasks that are older than this duration have probably ended, so they are due now.
        """
        now = timezone.now()
        usual = timedelta(seconds=self.durations[-1])
        for other in _similar(try_on).filter(lease_token=""):
            other.account = self._account
            due_at = now if now - other.sent_at > usual else self.next_poll_at(other)
            _similar(try_on).filter(pk=other.pk, lease_token="").update(due_at=due_at)


def schedule_for(try_on: TryOnResult) -> PollSchedule:
    """Return the schedule of this try-on's account and remote model."""
    return PollSchedule(try_on.account, try_on.remote_model)


def wait(
    age: float,
    durations: Sequence[float],
    *,
    is_first: bool = True,
    interval: float = EngineSettings.POLL_INTERVAL.default,
) -> float:
    """Return the seconds until the next poll of a task of this age in seconds.

    ``durations`` are those of the latest similar tasks, ``interval`` is ``POLL_INTERVAL``.
    Without any durations, polls become rarer with age. Then only the first of several tasks is
    polled often, because its duration tells when to poll the others.
    """
    soonest = age + SHORTEST_STEP / 2
    if not durations:
        if not is_first:
            return min(max(age, interval), LONGEST_STEP)
        often = max(min(FIRST_STEP * max(1, int(age)), SECOND_STEP, interval), age / 20)
        return _next_age(soonest, min(often, LONGEST_STEP)) - age
    low, high = _usual_range(durations)
    doubt = DOUBT / len(durations) ** 2
    first, last = low * (1 - doubt), high * (1 + doubt)
    step = max((last - first) / POLLS, SHORTEST_STEP)
    if age < last:
        return _next_age(max(soonest, first), step, anchor=high) - age
    overdue = age - last
    return min(max(step, overdue / 2), max(interval, age / 20), LONGEST_STEP)


def _similar(try_on: TryOnResult) -> TryOnResultQuerySet:
    return TryOnResult.objects.similar_running(try_on)


def _next_age(soonest: float, step: float, *, anchor: float = 0.0) -> float:
    """Return the first age after ``soonest`` that is a whole number of steps from the anchor.

    Polls lie at fixed ages, so that a late one does not delay all that follow.
    """
    return anchor + ((soonest - anchor) // step + 1) * step


def _usual_range(durations: Sequence[float]) -> tuple[float, float]:
    """Return the shortest and the longest usual duration, without outliers."""
    ordered = sorted(durations)
    count = len(ordered)
    return ordered[count // REMEMBERED], ordered[-1 - count // 10]
