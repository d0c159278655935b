"""The limits of each account: concurrent tasks, submits in a time, pauses and stops.

They live in database rows, so they hold over all processes and hosts. The clock is the
application's: MariaDB's ``NOW()`` may differ from it by the server's time zone.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import IntegrityError
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from django_outfitanyone.account import budgets
from django_outfitanyone.account.prices import price_of
from django_outfitanyone.conf import conf
from django_outfitanyone.engines.base import SendWindow
from django_outfitanyone.exceptions import AccountProblem, BudgetSpent
from django_outfitanyone.models import Account, Batch, ClothesParse, SubmitRate, TryOnResult
from django_outfitanyone.models.account import LONG_AGO
from django_outfitanyone.models.database import atomic, on_commit
from django_outfitanyone.signals import account_resumed, account_stopped

logger = logging.getLogger("django_outfitanyone")

SEND_CONNECTS = 2
"""A paid request leaves within this many connect timeouts after it was recorded, or not at all.

That is well within the lease, so a process that was frozen sends nothing afterwards.
"""
LONGEST_PAUSE = 3600.0
"""Seconds: an engine that asks for more is asked again after an hour."""
MARGIN = 1.05
"""A limit per second is spread over this many seconds, because networks delay unevenly."""
BURST = 2 / 5
"""Largest share of a limit that may leave at once after an idle time."""


def free_slots(account: Account) -> list[int]:
    """Return the numbers of the slots in which a task may be submitted now.

    A row takes its slot in the same statement that says that its request leaves, and keeps
    it until the task has ended: a crash neither leaks nor frees a slot.
    """
    rows = TryOnResult.objects.filter(account=account, slot__isnull=False)
    taken = set(rows.values_list("slot", flat=True))
    return [
        number for number in range(1, account.settings.concurrent_tasks + 1) if number not in taken
    ]


def acquire(account: Account, remote_model: str) -> datetime | None:
    """Take one of the requests that the rate limit of a remote model allows.

    Returns ``None`` when it is granted, else when to try again. After an idle time some
    requests may leave at once before the others are spaced (a generic cell rate
    algorithm): a few slots fill at once, and every sliding window keeps the limit. Call it
    in a transaction, which holds the account's row from then on.
    """
    now = timezone.now()
    unpaused = Account.objects.filter(
        pk=account.pk, next_submission_at__lte=now, stopped_at__isnull=True
    )
    if not unpaused.update(next_submission_at=F("next_submission_at")):
        account.refresh_from_db(fields=["next_submission_at", "stopped_at"])
        return max(now, account.next_submission_at)
    at_once, spacing = _burst(account)
    burst_start = now - at_once * spacing
    rate = SubmitRate.objects.filter(account=account, remote_model=remote_model)
    next_at = Greatest("next_submit_at", Value(burst_start)) + spacing
    if rate.filter(next_submit_at__lte=now).update(next_submit_at=next_at):
        return None
    known = rate.values_list("next_submit_at", flat=True).first()
    if known is None:  # no race: the account's row is held
        rate.create(
            account=account, remote_model=remote_model, next_submit_at=burst_start + spacing
        )
    return known


class Allowance:
    """How many requests may leave now by the rate limits of an account's remote models.

    It only saves attempts that ``acquire`` would refuse.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._now = timezone.now()
        self._at_once, self._spacing = _burst(account)
        self.next_at: datetime | None = None
        """When a request that was refused may leave; ``None`` if none was."""

    def take(self, remote_model: str) -> bool:
        """Count one request more; return whether it may leave now."""
        burst_start = self._now - self._at_once * self._spacing
        next_at = max(self._known.get(remote_model, LONG_AGO), burst_start)
        next_at = max(next_at, self._pause_end)
        if next_at <= self._now:
            self._known[remote_model] = next_at + self._spacing
            return True
        self.next_at = min(self.next_at or next_at, next_at)
        return False

    @property
    def _pause_end(self) -> datetime:
        until = self._account.next_submission_at
        return until if until > self._now else LONG_AGO

    @cached_property
    def _known(self) -> dict[str, datetime]:
        rates = SubmitRate.objects.filter(account=self._account)
        return dict(rates.values_list("remote_model", "next_submit_at"))


def _burst(account: Account) -> tuple[int, timedelta]:
    """Return how many requests may leave at once besides the first, and the spacing after that.

    A burst is at the cost of the spacing. It is for accounts with so few slots that it fills
    them all; with many slots, a short spacing fills them sooner.
    """
    limit = account.settings.submits
    others = account.settings.concurrent_tasks - 1
    at_once = others if others <= limit.count * BURST else 0
    return at_once, timedelta(seconds=MARGIN * limit.seconds / (limit.count - at_once))


_admissions = threading.Lock()


def admit_to_slot(try_on: TryOnResult, **columns: Any) -> datetime | None:
    """Record that the paid request of a try-on leaves now, and takes a free slot; see ``admit``.

    Threads of this process take turns, or all of them would reach for the same slot. Between
    processes a unique constraint decides.
    """
    with _admissions:
        slots = free_slots(try_on.account)
        if not slots:
            return timezone.now()
        return admit(try_on, remote_model=try_on.remote_model, slot=slots[0], **columns)


def admit(job: TryOnResult | ClothesParse, *, remote_model: str, **columns: Any) -> datetime | None:
    """Record that a paid request leaves now. Every paid request goes through here.

    Returns ``None`` when it may leave. Returns when to try again if the rate limit does not
    allow it, if its batch has been paused or canceled, or if another host has just taken the
    ``slot`` among the columns: a unique constraint decides that. Raises ``BudgetSpent`` when the
    budget does not cover it. The budgets hold the price until the request is charged.

    One transaction holds the account's row, so of two processes the second one sees what
    the first one has spent. From then on the job's ``send_window`` is open.
    """
    engine = job.account.settings
    price = price_of(job, remote_model=remote_model)
    columns |= {"expected_cost": price, "currency": engine.currency}
    try:
        with atomic():
            retry_at = acquire(job.account, remote_model)
            if retry_at:
                return retry_at
            if isinstance(job, TryOnResult) and Batch.objects.is_paused(job.batch):
                job.is_of_held_batch = True
                return timezone.now()
            budgets.check(job.account, remote_model, price)
            now = timezone.now()
            job.send_window = SendWindow(seconds=SEND_CONNECTS * conf.CONNECT_TIMEOUT)
            columns |= {"submitted_at": now, "lease_expires_at": now + job.send_lease}
            job.mark_submitting(**columns)
    except IntegrityError:
        return timezone.now()
    except BudgetSpent as error:
        budgets.close(job.account, error)
        raise
    return None


def admit_again(job: TryOnResult) -> datetime | None:
    """Record that the same paid request leaves once more, with the key that it had.

    Returns ``None`` when it may leave, else when to try again. The engine accepts a key only
    once, so slot and budget stay as they were admitted.
    """
    with atomic():
        retry_at = acquire(job.account, job.remote_model)
        if retry_at:
            return retry_at
        now = timezone.now()
        job.send_window = SendWindow(seconds=SEND_CONNECTS * conf.CONNECT_TIMEOUT)
        job.write(submitted_at=now, lease_expires_at=now + job.send_lease)
    return None


def pause(account: Account, retry_after: float | None = None) -> None:
    """Pause submits after the engine reported too many requests.

    ``retry_after`` is for how many seconds by the engine; without it, the settings say it.
    """
    seconds = account.settings.THROTTLE_PAUSE if retry_after is None else max(0.0, retry_after)
    until = timezone.now() + timedelta(seconds=min(seconds, LONGEST_PAUSE))
    Account.objects.filter(pk=account.pk, next_submission_at__lt=until).update(
        next_submission_at=until
    )
    logger.warning(
        "Account %s pauses until %s: too many requests",
        account.pk,
        until,
        extra={"event": "account_paused", "until": until.isoformat()},
    )


def stop(account: Account, error: AccountProblem) -> None:
    """Stop submits until a person resumes them: every request would fail the same way."""
    stopped = Account.objects.filter(pk=account.pk, stopped_at__isnull=True).update(
        stopped_at=timezone.now(), stopped_code=error.code, stopped_message=error.message
    )
    if stopped:
        logger.error(
            "Account %s stopped: %s",
            account.pk,
            error,
            extra={"event": "account_stopped", "error_code": error.code},
        )
        on_commit(lambda: account_stopped.send_robust(Account, account=account, error=error))


def obstacle(account: Account, *, shows_costs: bool = True) -> str:
    """Return why nothing is submitted now, as a sentence for people; ``""`` if all is well.

    shows_costs: whether the reader may see what is left of the budget.
    """
    if not account.is_configured:
        return _('The engine “%(account)s” is not in OUTFITANYONE["ENGINES"] any more.') % {
            "account": account.pk
        }
    if account.is_stopped:
        return _("The account is stopped: %(message)s") % {"message": account.stopped_message}
    if account.paused_until:
        moment = time_format(timezone.localtime(account.paused_until), "TIME_FORMAT")
        text = _("The account is paused until %(moment)s: the engine reported too many requests.")
        return text % {"moment": moment}
    return budgets.notice(account, shows_costs=shows_costs)


def resume(account: Account) -> bool:
    """End a stop or a pause; return False if there was none."""
    resumed = (
        Account.objects.filter(pk=account.pk)
        .exclude(stopped_at__isnull=True, next_submission_at__lte=timezone.now())
        .update(stopped_at=None, stopped_code="", stopped_message="", next_submission_at=LONG_AGO)
    )
    if resumed:
        logger.info("Account %s resumed", account.pk, extra={"event": "account_resumed"})
        on_commit(lambda: account_resumed.send_robust(Account, account=account))
    return bool(resumed)
