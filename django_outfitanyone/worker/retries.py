"""Which error is tried again, how often, and after how long: the whole policy is this table.

Errors that are not in it are final. Nothing here repeats a request whose outcome is
unclear: those never get this far (see ``submitting.submit`` and ``parsing.call``).
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from django_outfitanyone.choices import IN_FLIGHT
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import (
    AccountProblem,
    BudgetSpent,
    DownloadFailed,
    InputRejected,
    OutfitAnyoneError,
    RequestNotSent,
    ServerFault,
    TaskGone,
    Throttled,
    UnexpectedFault,
)


@dataclass(frozen=True, kw_only=True)
class Retry:
    """One row of the policy; ``None`` attempts are without end.

    ``attempts`` counts for work that is not paid yet. ``paid_attempts`` is for paid work,
    which is normally tried again until its deadline: giving up would lose money.
    """

    error: type[OutfitAnyoneError]
    attempts: int | None
    paid_attempts: int | None = None
    first: float
    longest: float

    def delay(self, attempt: int) -> timedelta:
        """Doubling from ``first`` to ``longest`` seconds, give or take a quarter."""
        wait = min(self.longest, self.first * 2 ** min(attempt - 1, 16))
        return timedelta(seconds=wait * random.uniform(0.75, 1.25))  # noqa: S311 - jitter


TABLE = (
    # the whole account pauses or is stopped; not this row's failure, so without end
    Retry(error=Throttled, attempts=None, first=5, longest=60),
    Retry(error=AccountProblem, attempts=None, first=30, longest=300),
    # the runner comes back by itself when there is budget again
    Retry(error=BudgetSpent, attempts=None, first=5, longest=30),
    # the API, or the way to it, is down: a day of outages must not lose a batch
    Retry(error=RequestNotSent, attempts=None, first=2, longest=120),
    Retry(error=ServerFault, attempts=8, first=2, longest=120),
    Retry(error=DownloadFailed, attempts=8, first=1, longest=300),
    # one odd answer about a task is no reason to give its picture up
    Retry(error=InputRejected, attempts=0, first=30, longest=300),
    Retry(error=TaskGone, attempts=0, paid_attempts=6, first=10, longest=120),
    Retry(error=UnexpectedFault, attempts=3, first=10, longest=300),
)


def wait_before_retry(error: OutfitAnyoneError, attempt: int, status: str) -> timedelta | None:
    """How long to wait before attempt number ``attempt + 1``; ``None`` to give up."""
    for row in TABLE:
        if isinstance(error, row.error):
            most = row.paid_attempts if status in IN_FLIGHT else row.attempts
            if most is not None and attempt >= most:
                return None
            return max(row.delay(attempt), _pause(error))
    return None


def _pause(error: OutfitAnyoneError) -> timedelta:
    return timedelta(seconds=conf.THROTTLE_PAUSE if isinstance(error, Throttled) else 0)
