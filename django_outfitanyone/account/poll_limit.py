"""The limit of polls in a time, which vendors count apart from submits.

Only the one runner of an account polls, so counting in this process is enough. The next runner
does not know of the last polls of this one, but a run ends only when no poll is due.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager

from django_outfitanyone.account.rate_limits import MARGIN
from django_outfitanyone.engines.capabilities import Rate
from django_outfitanyone.models import Account

CHECK_SECONDS = 0.05
"""While the limit is used up by polls that are not answered yet."""


class _Polls:
    """The polls of an account that may have reached the engine in the latest moments.

    A poll reaches the engine at some moment between its start and its answer, which may be half
    a second later if it needs a new connection. So it counts until a time after its answer.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way = 0
        self._answered_at: deque[float] = deque()

    def begin(self, limit: Rate) -> float:
        """Count one more poll if the limit allows it, and return 0; else return how long to wait.

        In seconds; then ask again.
        """
        with self._lock:
            since = time.monotonic() - MARGIN * limit.seconds
            while self._answered_at and self._answered_at[0] <= since:
                self._answered_at.popleft()
            excess = self._under_way + len(self._answered_at) + 1 - limit.count
            if excess <= 0:
                self._under_way += 1
                return 0
            is_answered = excess <= len(self._answered_at)
            return self._answered_at[excess - 1] - since if is_answered else CHECK_SECONDS

    def end(self) -> None:
        """Note that a poll has been answered, or has failed."""
        with self._lock:
            self._under_way -= 1
            self._answered_at.append(time.monotonic())


_polls: defaultdict[str, _Polls] = defaultdict(_Polls)


@contextmanager
def one_poll(account: Account) -> Iterator[None]:
    """Sleep until the account's rate limit allows a poll, which is made in the ``with`` block."""
    polls = _polls[account.pk]
    while wait := polls.begin(account.settings.queries):
        time.sleep(wait)
    try:
        yield
    finally:
        polls.end()
