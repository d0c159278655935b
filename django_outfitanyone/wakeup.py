"""Wake the worker through the project's queue.

The database row is the source of truth; the queue only wakes the worker. A lost,
duplicated or late message can delay a step but never skip or repeat it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError
from django.utils import timezone

from django_outfitanyone import wakers
from django_outfitanyone.circuit import Circuit
from django_outfitanyone.models import Account, ClothesParse, TryOnResult
from django_outfitanyone.models.idle_accounts import (
    accounts_with_work,
    idle_accounts,
    is_next_wakeup_due,
    record_later_wakeup,
    record_wakeup,
)
from django_outfitanyone.wakers.base import MINUTE, SOCKET_SECONDS

MISSED_MINUTE = timedelta(minutes=1)


def is_synchronous() -> bool:
    """Whether tasks run inside the call that queues them, as in many test settings."""
    return wakers.current().is_synchronous()


def worker_command() -> str:
    """Return the command that starts the worker of this project."""
    return wakers.current().command()


def shell_line(command: str) -> str:
    """Return the command as it is typed into a shell: ``python manage.py …`` or as it is."""
    return f"python {command}" if command.startswith("manage.py") else command


def is_worker_missing(account: Account | None = None) -> bool:
    """Whether work has been due for a minute, and no runner was seen in all that time.

    Of one account, or of any if none is given. Says nothing about work that waits for a slot,
    a pause or a person: a worker that runs is seen at least once a minute, whatever the work
    waits for. One worker may serve all accounts, so the runner of any counts.
    """
    if account and not account.is_runner_missing:
        return False
    accounts = list(Account.objects.configured())
    if not accounts or not all(one.is_runner_missing for one in accounts):
        return False
    moment = timezone.now() - MISSED_MINUTE
    return any(
        model.objects.filter(account__in=[account] if account else accounts)
        .open()
        .due(moment)
        .exists()
        for model in (TryOnResult, ClothesParse)
    )


def broker_problem() -> str:
    """Return why the broker does not answer; ``""`` if it does."""
    waker = wakers.current()
    problem: list[str] = []

    def ping() -> None:
        try:
            problem.append("" if waker.ping() else "no answer")
        except Exception as error:  # noqa: BLE001 - every broker has errors of its own
            problem.append(f"{type(error).__name__}: {error}")

    if waker.is_sent_by_caller():
        ping()
    else:
        thread = threading.Thread(target=ping, daemon=True, name="outfitanyone-ping")
        thread.start()
        thread.join(2 * SOCKET_SECONDS)
    return problem[0] if problem else f"no answer within {2 * SOCKET_SECONDS:.0f} s"


def wake(account: Account | None = None) -> None:
    """Ask the queue for a worker for this account, or for each account with open work.

    Never raises, and waits for ``circuit.PATIENCE`` at most, whatever the broker does: if the
    message is lost, the watchdog helps.
    """
    if not _can_send():
        return
    try:
        accounts = Account.objects.filter(pk=account.pk) if account else accounts_with_work()
        count = sum(map(record_wakeup, accounts))
    except DatabaseError:
        count = 1  # the counts in the rows only save messages
    for _message in range(count):
        _send()


def wake_again() -> None:
    """Ask the queue for another worker at the end of a run that has left work."""
    if _can_send():
        _send()


def wake_later() -> None:
    """Ask for a worker in a minute while work is open, if no schedule does so every minute.

    At the beginning of each run, so that one that is killed is followed by another.
    """
    waker = wakers.current()
    if waker.ticks or not (_can_send() and waker.has_schedule()):
        return
    moment = timezone.now() + timedelta(seconds=MINUTE)
    with suppress(DatabaseError):
        if sum(record_later_wakeup(account, moment) for account in accounts_with_work()):
            _send(partial(waker.send_later, MINUTE))


def wake_if_idle() -> None:
    """Wake the worker for accounts with work and no runner. Pages with unfinished jobs call this.

    So jobs go on even after messages were lost, for example to a worker that was killed.
    """
    now = timezone.now()
    with suppress(DatabaseError):  # the count only saves messages
        for account in accounts_with_work():
            is_idle = account.runner_expires_at < now
            if is_idle and is_next_wakeup_due(account, now) and record_wakeup(account):
                wake_again()


def wake_runner(account: Account) -> None:
    """Wake the worker for a new job of this account, unless its runner is active."""
    if account.runner_expires_at < timezone.now():
        wake(account)


def wake_after_parse(job: ClothesParse, **_signal: Any) -> None:
    """Wake the accounts whose try-ons may have waited for this clothes parse of another account.

    Receives ``status_changed`` of clothes parses. No try-on waits for the parse of a result.
    """
    if job.model_image_id and job.is_finished and not is_synchronous():
        for account in idle_accounts(due_until=timezone.now()):
            if account.pk != job.account_id:
                wake(account)


def connect() -> None:
    """Prepare this process for the queue. The system checks report a queue that is not set up."""
    wakers.current().connect()


def install_schedule(*, using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """Create the schedule that wakes the worker every minute. Runs after each migrate."""
    wakers.current().install(using=using)


def _can_send() -> bool:
    return wakers.current().has_queue and not _circuit.is_open


def _send(message: Callable[[], None] | None = None) -> None:
    send = message or wakers.current().send
    if _is_sent_by_caller():
        _circuit.call_here(send)
    else:
        _circuit.call(send)


def _is_sent_by_caller() -> bool:
    """Whether the message is sent in the thread that wakes, as it is if the queue is broken."""
    waker = wakers.current()
    try:
        return waker.is_synchronous() or waker.is_sent_by_caller()
    except Exception:  # noqa: BLE001 - the circuit logs what is wrong when it sends
        return True


_circuit = Circuit(
    "The worker could not be woken; until the broker answers, only the watchdog wakes it",
    event="wakeup_failed",
)
