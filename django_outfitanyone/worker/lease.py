"""The lease that makes one process in the whole fleet the account's only runner.

It lives in the account's row, so it holds over all processes and hosts. The clock is the
application's: MariaDB's ``NOW()`` may differ from it by the server's time zone.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.utils import timezone

from django_outfitanyone.models import Account

DURATION = timedelta(seconds=15)


def take(account: Account) -> str:
    """Become the account's runner; return the lease's token, ``""`` if another runner has it."""
    now = timezone.now()
    token = uuid.uuid4().hex
    taken = Account.objects.filter(pk=account.pk, runner_expires_at__lte=now).update(
        runner_token=token, runner_expires_at=now + DURATION, unanswered_wakeups=0
    )
    return token if taken else ""


def renew(account: Account, token: str) -> bool:
    """Stay the runner for another term; return False if another runner has the lease by now."""
    return bool(
        Account.objects.filter(pk=account.pk, runner_token=token).update(
            runner_expires_at=timezone.now() + DURATION, unanswered_wakeups=0
        )
    )


def release(account: Account, token: str) -> None:
    """End the lease, so that the next runner can start at once."""
    Account.objects.filter(pk=account.pk, runner_token=token).update(
        runner_token="", runner_expires_at=timezone.now(), unanswered_wakeups=0
    )
