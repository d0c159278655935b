"""What the account allows: tasks at a time, submits a second, pauses, and full stops.

All of it lives in rows and holds over every process and host. The clock is the
application's: MariaDB's ``NOW()`` may differ from it by the server's time zone.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections import deque
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from django_outfitanyone.account import budgets
from django_outfitanyone.choices import Status
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import AccountProblem, BudgetSpent
from django_outfitanyone.models import Account, ClothesParse, TryOnResult
from django_outfitanyone.models.account import LONG_AGO
from django_outfitanyone.signals import account_resumed, account_stopped

logger = logging.getLogger("django_outfitanyone")

RUNNER_LEASE = timedelta(seconds=15)
MARGIN = 1.05
"""Limits of a second are kept for this many: requests may be delayed unevenly on their way."""


def free_slots(account: Account) -> list[int]:
    """Numbers of the tasks that may be given to the remote system now.

    A slot is taken with the note that a request leaves, and belongs to the row until the
    row gives it back: no crash leaks or frees it.
    """
    rows = TryOnResult.objects.filter(account=account, slot__isnull=False)
    taken = set(rows.values_list("slot", flat=True))
    return [number for number in range(1, conf.CONCURRENT_TASKS + 1) if number not in taken]


def pass_gate(account: Account, *, is_urgent: bool = True) -> datetime | None:
    """Ask for permission to send one paid request; at most the allowed number get it each second.

    ``None`` when it is given, else when to ask again. After a rest, some may leave at once
    before the others are spaced (a generic cell rate algorithm), so that slots are filled
    quickly and every sliding second is within the limit all the same. What is not urgent
    leaves those to what is.
    """
    at_once = conf.SUBMITS_PER_SECOND * 2 // 5
    spacing = timedelta(seconds=MARGIN / (conf.SUBMITS_PER_SECOND - at_once))
    now = timezone.now()
    rested = now - at_once * spacing
    passed = Account.objects.filter(
        pk=account.pk,
        next_submission_at__lte=now if is_urgent else rested,
        stopped_at__isnull=True,
    ).update(next_submission_at=Greatest("next_submission_at", Value(rested)) + spacing)
    if passed:
        return None
    account.refresh_from_db(fields=["next_submission_at"])
    opens_at = account.next_submission_at
    return max(now, opens_at if is_urgent else opens_at + at_once * spacing)


def wait_for_query() -> None:
    """Sleep until the next query is allowed.

    One runner in the whole fleet asks for states, so its own clock is enough; the next one
    does not know what was asked just before it took over, but a run ends when nothing is due.
    """
    most = conf.QUERIES_PER_SECOND
    if len(_asked_at) >= most:
        time.sleep(max(0.0, _asked_at[-most] + MARGIN - time.monotonic()))
    _asked_at.append(time.monotonic())


_asked_at: deque[float] = deque(maxlen=1000)


def admit(
    job: TryOnResult | ClothesParse,
    *,
    remote_model: str,
    is_urgent: bool = True,
    **columns: Any,
) -> datetime | None:
    """Write down that the paid request leaves now; every one goes through here.

    ``None`` when it may, else when to ask again, because the gate is closed or somebody
    else has just taken the ``slot`` among the columns: a unique constraint decides, so that
    no two hosts can have the same. ``BudgetSpent`` when the money is used up.
    All of it is one transaction that holds the account's row: of two processes the second
    one sees what the first has spent.
    """
    try:
        with transaction.atomic():
            opens_at = pass_gate(job.account, is_urgent=is_urgent)
            if opens_at:
                return opens_at
            budgets.check(job.account, remote_model)
            now = timezone.now()
            columns |= {"submitted_at": now, "lease_expires_at": now + conf.lease}
            job.move(Status.SUBMITTING, **columns)
    except IntegrityError:
        return timezone.now()
    except BudgetSpent as error:
        budgets.close(job.account, error)
        raise
    return None


def pause(account: Account) -> None:
    """Nothing is submitted for a while: the API answered that there were too many requests."""
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
    """Nothing is submitted until a person resumes: every request would fail the same way."""
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
        transaction.on_commit(
            lambda: account_stopped.send_robust(Account, account=account, error=error)
        )


def obstacle(account: Account) -> str:
    """Why nothing is sent at present, as a sentence for people; ``""`` when it is."""
    if account.is_stopped:
        return _("The account is stopped: %(message)s") % {"message": account.stopped_message}
    if account.next_submission_at > timezone.now() + timedelta(seconds=1):
        moment = time_format(timezone.localtime(account.next_submission_at), "TIME_FORMAT")
        text = _("The account pauses until %(moment)s: the API answered “too many requests”.")
        return text % {"moment": moment}
    return budgets.notice(account)


def resume(account: Account) -> bool:
    """Lift a stop or a pause; False when there was none."""
    resumed = (
        Account.objects.filter(pk=account.pk)
        .exclude(stopped_at__isnull=True, next_submission_at__lte=timezone.now())
        .update(stopped_at=None, stopped_code="", stopped_message="", next_submission_at=LONG_AGO)
    )
    if resumed:
        logger.info("Account %s resumed", account.pk, extra={"event": "account_resumed"})
        transaction.on_commit(lambda: account_resumed.send_robust(Account, account=account))
    return bool(resumed)


def take_runner_lease(account: Account) -> str:
    """Become the account's only runner; the token that proves it, or ``""``."""
    now = timezone.now()
    token = uuid.uuid4().hex
    taken = Account.objects.filter(pk=account.pk, runner_expires_at__lte=now).update(
        runner_token=token, runner_expires_at=now + RUNNER_LEASE
    )
    return token if taken else ""


def keep_runner_lease(account: Account, token: str) -> bool:
    """Stay the runner for another term; False when somebody else has taken over."""
    return bool(
        Account.objects.filter(pk=account.pk, runner_token=token).update(
            runner_expires_at=timezone.now() + RUNNER_LEASE
        )
    )


def give_up_runner_lease(account: Account, token: str) -> None:
    """Let the next runner start at once."""
    Account.objects.filter(pk=account.pk, runner_token=token).update(
        runner_token="", runner_expires_at=timezone.now()
    )
