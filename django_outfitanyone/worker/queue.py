"""Which jobs of an account may take their next step now, and when the next one is due.

The steps run in two lanes. ``SLOTS`` are polls and submits, which decide whether the slots
are full. ``PICTURES`` are preparations, downloads and parses. No lane waits for the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from itertools import islice, zip_longest
from typing import Any, NamedTuple

from django.db.models import Exists, F
from django.utils import timezone

from django_outfitanyone.account import budgets
from django_outfitanyone.account.rate_limits import Allowance
from django_outfitanyone.choices import Status
from django_outfitanyone.engines.capabilities import Answers
from django_outfitanyone.models import Account, ClothesParse, TryOnResult
from django_outfitanyone.models.job_queryset import RemoteJobQuerySet

OF_ACCOUNT = ("next_submission_at", "stopped_at", "budget_spent_until")
"""Columns of an account that decide what is due."""
SOON = timedelta(seconds=15)
"""Jobs that are due later are left to the watchdog; the runner does not wait for them."""


class Lane(Enum):
    """Kinds of steps that share threads."""

    SLOTS = "slots"
    PICTURES = "pictures"


class Due(NamedTuple):
    """Jobs whose next step is due now."""

    lane: Lane
    jobs: RemoteJobQuerySet[Any]
    ids: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class Work:
    """What an account has to do now."""

    due: Sequence[Due]
    next_due_at: datetime | None
    """When a row that is prepared, or holds a slot, is due next; other rows are not read ahead."""
    is_cut: bool
    """Whether more is due than there was room for."""
    is_full: bool
    """Whether each slot is taken, or will be by a request that is about to leave."""

    def by_model(self) -> dict[Any, dict[int, Lane]]:
        """Return the lane of each job by model and key, so that one statement claims them."""
        found: dict[Any, dict[int, Lane]] = {}
        for due in self.due:
            found.setdefault(due.jobs.model, {}).update(dict.fromkeys(due.ids, due.lane))
        return found


def due_work(account: Account, room: Mapping[Lane, int]) -> Work:
    """Return the jobs that are due now, at most ``room`` for each lane, the urgent ones first.

    Takes one statement while tasks run and nothing is due, however many jobs are open.
    """
    rows = _OpenRows(account)
    slots = list(rows.slots())
    pictures = list(rows.pictures(room[Lane.PICTURES]))
    kept = [*_shared(slots, room[Lane.SLOTS]), *_shared(pictures, room[Lane.PICTURES])]
    return Work(
        due=kept,
        next_due_at=rows.next_due_at(),
        is_full=rows.free_slots <= 0,
        is_cut=_count(kept) < _count([*slots, *pictures]) or room[Lane.PICTURES] < 1,
    )


def next_due_at(account: Account) -> datetime | None:
    """Return when the next step is due; ``None`` when no job is open, or all are stopped."""
    return min(_due_moments(account), default=None)


def is_due_soon(account: Account) -> bool:
    """Whether any step is due soon; runs no more statements than it takes to find one."""
    return any(map(is_soon, _due_moments(account)))


def _due_moments(account: Account) -> Iterator[datetime]:
    """Yield when steps are due, the first one of each kind."""
    rows = _OpenRows(account)
    if any(due.ids for due in rows.slots()):
        yield rows.now
    if moment := rows.next_due_at(with_unprepared=True):
        yield moment
    for _flag, jobs, room in rows.waiting():
        if room > 0 and (moment := jobs.next_due_at()):
            yield moment
    for model in (TryOnResult, ClothesParse):
        if moment := model.objects.filter(account=account).next_lease_end():
            yield moment


def is_soon(moment: datetime | None) -> bool:
    """Whether the runner should wait for this moment."""
    return moment is not None and moment < timezone.now() + SOON


def slow_models(account: Account) -> set[str]:
    """Return the remote models of the account's engine that answer a submit with the picture."""
    answers = {name: account.capabilities(name).answers for name in account.settings.models}
    return {name for name, when in answers.items() if when is not Answers.LATER}


class _Row(NamedTuple):
    """A try-on that is being prepared, is prepared, or may hold a slot."""

    pk: int
    status: str
    slot: int | None
    is_prepared: bool
    remote_model: str
    due_at: datetime | None
    lease_expires_at: datetime

    @property
    def is_preparing(self) -> bool:
        return self.status == Status.PREPARING

    def is_leaving(self, now: datetime) -> bool:
        """Whether a worker has leased the prepared row, to send its request."""
        return self.is_preparing and self.is_prepared and self.lease_expires_at > now


class _OpenRows:
    """The open rows of an account at a moment; brings the account's limits up to date.

    Those that are read are a few for each slot, because no more are prepared ahead.
    """

    def __init__(self, account: Account) -> None:
        self.now = timezone.now()
        self._try_ons = TryOnResult.objects.filter(account=account)
        working = self._try_ons.working().order_by("due_at", "pk")
        flags = _flags(account, self.now)
        columns = {name: F(f"account__{name}") for name in OF_ACCOUNT}
        rows = list(working.annotate(**flags).values(*_Row.__annotations__, *flags, **columns))
        self._rows = [_Row(*(row[name] for name in _Row.__annotations__)) for row in rows]
        common = rows[0] if rows else _account_alone(account, flags)
        self._has_due = {name: common[name] for name in flags}
        self._account = account
        for name in OF_ACCOUNT:
            setattr(account, name, common[name])
        self._unaffordable = budgets.unaffordable(account)
        self._allowance = Allowance(account)

    def slots(self) -> Iterator[Due]:
        """Yield polls, then submits into the slots that are free now."""
        polls = [row.pk for row in self._rows if not row.is_preparing and self._is_due(row)]
        yield Due(Lane.SLOTS, self._try_ons, polls)
        yield Due(Lane.SLOTS, self._try_ons, [row.pk for row in self._submits()])

    def _submits(self) -> list[_Row]:
        """Return the prepared try-ons that slots, rate limit and budget let leave now."""
        prepared = [row for row in self._rows if row.is_preparing and row.is_prepared]
        begun = [row for row in prepared if row.is_leaving(self.now)]
        free = self.free_slots
        ready = [row for row in prepared if self._is_due(row) and self._is_affordable(row)]
        if free <= 0 or not ready or self._account.is_stopped:
            return []
        for row in begun:
            self._allowance.take(row.remote_model)
        return [row for row in ready[:free] if self._allowance.take(row.remote_model)]

    @property
    def free_slots(self) -> int:
        """How many slots are left besides those of requests that are about to leave."""
        leaving = [row for row in self._rows if row.is_leaving(self.now)]
        taken = sum(row.slot is not None for row in self._rows) + len(leaving)
        return self._account.settings.concurrent_tasks - taken

    def pictures(self, room: int) -> Iterator[Due]:
        """Yield preparations, downloads and parses, each with at most ``room`` jobs."""
        if room < 1:
            return
        yield Due(
            Lane.PICTURES,
            self._try_ons,
            [row.pk for row in self._rows if self._is_unprepared(row) and self._is_due(row)],
        )
        for flag, jobs, most in self.waiting():
            if self._has_due[flag] and most > 0:
                due = jobs.due(self.now).order_by("due_at", "pk")[: min(room + 1, most)]
                yield Due(Lane.PICTURES, jobs, list(due.values_list("pk", flat=True)))

    def waiting(self) -> Iterator[tuple[str, RemoteJobQuerySet[Any], int]]:
        """Yield a flag, the jobs that it is about, and how many may begin."""
        queued = self._try_ons.queued()
        if self._account.is_stopped or self._unaffordable:
            # reuse is free, whatever stops the account
            yield "has_queued", queued.with_finished_duplicate(), self._ahead
        if self._may_prepare:
            affordable = queued.exclude(remote_model__in=self._unaffordable)
            yield "has_queued", affordable, self._ahead - sum(r.is_preparing for r in self._rows)
        yield "has_collecting", self._try_ons.collecting(), self._ahead
        yield "has_parses", self._parses(), self._ahead

    @property
    def _ahead(self) -> int:
        """How many are prepared ahead, so that a free slot never waits for an upload."""
        return 2 * self._account.settings.concurrent_tasks

    @property
    def _may_prepare(self) -> bool:
        account = self._account
        return not account.is_stopped and account.next_submission_at <= self.now + SOON

    def _parses(self) -> RemoteJobQuerySet[Any]:
        parses = ClothesParse.objects.filter(account=self._account).open()
        if self._account.is_stopped:
            return parses.collecting()
        is_affordable = self._account.settings.parsing_model not in self._unaffordable
        return parses if is_affordable else parses.in_flight()

    def next_due_at(self, *, with_unprepared: bool = False) -> datetime | None:
        """Return when the next of the rows read is due, or may be submitted."""
        later = [
            row.due_at
            for row in self._rows
            if row.due_at
            and row.lease_expires_at <= self.now
            and (row.due_at > self.now or (with_unprepared and self._is_unprepared(row)))
        ]
        return min((moment for moment in (*later, self._allowance.next_at) if moment), default=None)

    def _is_unprepared(self, row: _Row) -> bool:
        is_unprepared = row.is_preparing and not row.is_prepared
        return is_unprepared and self._may_prepare and self._is_affordable(row)

    def _is_affordable(self, row: _Row) -> bool:
        return row.remote_model not in self._unaffordable

    def _is_due(self, row: _Row) -> bool:
        is_due = row.due_at is not None and row.due_at <= self.now
        return is_due and row.lease_expires_at <= self.now


def _flags(account: Account, now: datetime) -> dict[str, Exists]:
    """Return expressions that say what is due besides the rows of ``_OpenRows``.

    They do not depend on a row, so that a database evaluates each of them once.
    """
    try_ons = TryOnResult.objects.filter(account=account).due(now)
    parses = ClothesParse.objects.filter(account=account).due(now)
    return {
        "has_queued": Exists(try_ons.queued()),
        "has_collecting": Exists(try_ons.collecting()),
        "has_parses": Exists(parses.open()),
    }


def _account_alone(account: Account, flags: Mapping[str, Exists]) -> dict[str, Any]:
    """Return columns and flags of an account of which no try-on is under way."""
    rows: Any = Account.objects.annotate(**flags).values(*OF_ACCOUNT, *flags)
    found: dict[str, Any] = rows.get(pk=account.pk)
    return found


def _shared(found: Sequence[Due], room: int) -> Iterator[Due]:
    """Yield as many of the jobs as there is room for, some of each kind."""
    turns = zip_longest(*([(kind, pk) for pk in due.ids] for kind, due in enumerate(found)))
    kept = list(islice((one for turn in turns for one in turn if one), max(0, room)))
    for kind, due in enumerate(found):
        ids = [pk for of, pk in kept if of == kind]
        if ids:
            yield Due(due.lane, due.jobs, ids)


def _count(found: Sequence[Due]) -> int:
    return sum(len(due.ids) for due in found)
