"""The retry policy in one table: which error is retried, how often, and after how long.

Errors that are not in the table are final. A try-on whose outcome is unclear never gets here
(see ``submit.submit``); a clothes parse is repeated as ``UNCLEAR_PARSE`` says.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from django_outfitanyone.account.rate_limits import LONGEST_PAUSE
from django_outfitanyone.exceptions import (
    AccountProblem,
    AddressRefused,
    BudgetSpent,
    DownloadFailed,
    DownloadRefused,
    ForeignAnswer,
    InputRejected,
    OutcomeUnknown,
    OutfitAnyoneError,
    RequestNotSent,
    ServerFault,
    TaskGone,
    Throttled,
    UnexpectedFault,
)


@dataclass(frozen=True, kw_only=True)
class Retry:
    """One row of the policy; ``None`` means no maximum.

    ``attempts`` is for jobs that are not paid for yet. ``paid_attempts`` is for paid jobs,
    which are normally retried until their deadline, because giving up would lose money.
    """

    error: type[OutfitAnyoneError]
    attempts: int | None
    paid_attempts: int | None = None
    first: float
    longest: float

    def delay(self, attempt: int) -> timedelta:
        """Return a delay that doubles from ``first`` to ``longest`` seconds, with 25 % jitter."""
        wait = min(self.longest, self.first * 2 ** min(attempt - 1, 16))
        return timedelta(seconds=wait * random.uniform(0.75, 1.25))  # noqa: S311 - jitter

    def wait(self, attempt: int, *, is_paid: bool = False) -> timedelta | None:
        """Return the delay after this failed attempt; ``None`` if it was the last one."""
        most = self.paid_attempts if is_paid else self.attempts
        return None if most is not None and attempt >= most else self.delay(attempt)


TABLE = (
    # the account is paused or stopped, which is no failure of this job: no maximum
    Retry(error=Throttled, attempts=None, first=5, longest=60),
    Retry(error=AccountProblem, attempts=None, first=30, longest=300),
    # the runner continues when the budget allows it
    Retry(error=BudgetSpent, attempts=None, first=5, longest=30),
    # the engine or the network is down: an outage of a day must not lose a batch
    Retry(error=RequestNotSent, attempts=None, first=2, longest=120),
    Retry(error=ForeignAnswer, attempts=None, first=5, longest=300),
    Retry(error=ServerFault, attempts=8, first=2, longest=120),
    Retry(error=DownloadFailed, attempts=8, first=1, longest=300),
    # a person has to change the settings, and can then download the picture
    Retry(error=AddressRefused, attempts=0, paid_attempts=0, first=5, longest=300),
    # a gateway may answer for the server for a while: HTML, a redirect, half a file
    Retry(error=DownloadRefused, attempts=0, first=5, longest=300),
    # one odd answer about a task is no reason to lose its picture
    Retry(error=InputRejected, attempts=0, first=30, longest=300),
    Retry(error=TaskGone, attempts=0, paid_attempts=6, first=10, longest=120),
    # also the storage or the database: an outage of half an hour must not lose a batch
    Retry(error=UnexpectedFault, attempts=12, first=10, longest=300),
)

THROTTLED_POLL = Retry(error=Throttled, attempts=None, first=1, longest=60)
"""For requests about a task that is paid for. Engines count them apart, so nothing pauses."""
UNCLEAR_PARSE = Retry(error=OutcomeUnknown, attempts=4, first=5, longest=60)
"""For clothes parses of a small price only. Each of these calls may be billed."""


def wait_before_retry(
    error: OutfitAnyoneError,
    attempt: int,
    *,
    is_paid: bool,
    is_poll: bool = False,
    pause: float = 0,
) -> timedelta | None:
    """Return the delay before attempt number ``attempt + 1``; ``None`` to give up.

    ``is_poll`` is for requests about a task that is paid for. ``pause`` is the account's pause
    in seconds after too many requests, if the engine names none.
    """
    if is_poll and isinstance(error, Throttled):
        return max(THROTTLED_POLL.delay(attempt), _pause(error, 0))
    for row in TABLE:
        if isinstance(error, row.error):
            wait = row.wait(attempt, is_paid=is_paid)
            return None if wait is None else max(wait, _pause(error, pause))
    return None


def _pause(error: OutfitAnyoneError, pause: float) -> timedelta:
    """Return how long the account pauses, by the engine's word or by the settings."""
    if not isinstance(error, Throttled):
        return timedelta(0)
    seconds = pause if error.retry_after is None else error.retry_after
    return timedelta(seconds=min(max(0.0, seconds), LONGEST_PAUSE))
