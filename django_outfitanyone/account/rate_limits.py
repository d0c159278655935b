"""The limits of the account: concurrent tasks, submits per second, pauses and stops.

They live in database rows, so they hold over all processes and hosts. The clock is the
application's: MariaDB's ``NOW()`` may differ from it by the server's time zone.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.db.models import Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from django_outfitanyone.account import budgets
from django_outfitanyone.conf import conf
from django_outfitanyone.engines.base import SendWindow
from django_outfitanyone.exceptions import AccountProblem, BudgetSpent
from django_outfitanyone.models import Account, ClothesParse, TryOnResult
from django_outfitanyone.models.account import LONG_AGO
from django_outfitanyone.models.database import atomic, on_commit
from django_outfitanyone.signals import account_resumed, account_stopped

logger = logging.getLogger("django_outfitanyone")

SEND_CONNECTS = 2
"""A paid request leaves within this many connect timeouts after it was recorded, or not at all.

That is well within the lease, so a process that was frozen sends nothing afterwards.
"""
MARGIN = 1.05
"""A limit per second is spread over this many seconds, because networks delay unevenly."""


def free_slots(account: Account) -> list[int]:
    """Return the numbers of the slots in which a task may be submitted now.

    A row takes its slot in the same statement that says that its request leaves, and keeps
    it until the task has ended: a crash neither leaks nor frees a slot.
    """
    rows = TryOnResult.objects.filter(account=account, slot__isnull=False)
    taken = set(rows.values_list("slot", flat=True))
    return [number for number in range(1, conf.CONCURRENT_TASKS + 1) if number not in taken]


def acquire(account: Account, *, is_urgent: bool = True) -> datetime | None:
    """Take one of the paid requests that the rate limit allows per second.

    Returns ``None`` when it is granted, else when to try again. After an idle time some
    requests may leave at once before the others are spaced (a generic cell rate
    algorithm): slots fill quickly, and every sliding second keeps the limit. Requests
    that are not urgent leave this burst to those that are.
    """
    at_once = conf.SUBMITS_PER_SECOND * 2 // 5
    spacing = timedelta(seconds=MARGIN / (conf.SUBMITS_PER_SECOND - at_once))
    now = timezone.now()
    burst_start = now - at_once * spacing
    granted = Account.objects.filter(
        pk=account.pk,
        next_submission_at__lte=now if is_urgent else burst_start,
        stopped_at__isnull=True,
    ).update(next_submission_at=Greatest("next_submission_at", Value(burst_start)) + spacing)
    if granted:
        return None
    account.refresh_from_db(fields=["next_submission_at"])
    next_at = account.next_submission_at
    return max(now, next_at if is_urgent else next_at + at_once * spacing)


def wait_for_query() -> None:
    """Sleep until the rate limit allows the next poll.

    Only the one runner polls, so counting in this process is enough. The next runner does
    not know of the last polls of this one, but a run ends only when no poll is due.
    """
    most = conf.QUERIES_PER_SECOND
    if len(_queried_at) >= most:
        time.sleep(max(0.0, _queried_at[-most] + MARGIN - time.monotonic()))
    _queried_at.append(time.monotonic())


_queried_at: deque[float] = deque(maxlen=1000)


def admit(
    job: TryOnResult | ClothesParse,
    *,
    remote_model: str,
    is_urgent: bool = True,
    **columns: Any,
) -> datetime | None:
    """Record that a paid request leaves now. Every paid request goes through here.

    Returns ``None`` when it may leave. Returns when to try again if the rate limit does not
    allow it, or if another host has just taken the ``slot`` among the columns: a unique
    constraint decides that. Raises ``BudgetSpent`` when the budget does not cover it.

    One transaction holds the account's row, so of two processes the second one sees what
    the first one has spent. From then on the job's ``send_window`` is open.
    """
    try:
        with atomic():
            retry_at = acquire(job.account, is_urgent=is_urgent)
            if retry_at:
                return retry_at
            budgets.check(job.account, remote_model)
            now = timezone.now()
            job.send_window = SendWindow(seconds=SEND_CONNECTS * conf.CONNECT_TIMEOUT)
            columns |= {"submitted_at": now, "lease_expires_at": now + conf.lease}
            job.mark_submitting(**columns)
    except IntegrityError:
        return timezone.now()
    except BudgetSpent as error:
        budgets.close(job.account, error)
        raise
    return None


def pause(account: Account) -> None:
    """Pause submits after a 429 (too many requests)."""
    until = timezone.now() + timedelta(seconds=conf.THROTTLE_PAUSE)
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


def obstacle(account: Account) -> str:
    """Return why nothing is submitted now, as a sentence for people; ``""`` if all is well."""
    if account.is_stopped:
        return _("The account is stopped: %(message)s") % {"message": account.stopped_message}
    if account.paused_until:
        moment = time_format(timezone.localtime(account.paused_until), "TIME_FORMAT")
        text = _("The account is paused until %(moment)s: the engine reported too many requests.")
        return text % {"moment": moment}
    return budgets.notice(account)


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
