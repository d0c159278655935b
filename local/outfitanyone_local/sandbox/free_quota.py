"""The free quota of an account: a number of pictures that cost nothing."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from .errors import FREE_QUOTA_USED_UP, Refused


class FreeQuota:
    """Pictures that each account has used, counted since the start or the last reset."""

    def __init__(self) -> None:
        self._used: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def use_one(self, account: str, *, limit: int | None) -> Iterator[None]:
        """Count one picture; raises ``Refused`` above ``limit``.

        A request that fails inside the block is not counted, as the vendor bills none.
        """
        with self._lock:
            if limit is not None and self._used[account] >= limit:
                raise Refused(FREE_QUOTA_USED_UP)
            self._used[account] += 1
        try:
            yield
        except BaseException:
            with self._lock:
                self._used[account] -= 1
            raise

    def clear(self) -> None:
        with self._lock:
            self._used.clear()
