"""Uploads to the engine: one of each picture and remote model, as long as it is valid."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from django_outfitanyone.models import Account, TemporaryUpload

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine

SPARE_TIME = timedelta(hours=1)
"""An upload must stay valid this long, for queueing and the engine's download."""


class _PictureLock:
    """Of two threads that need the same picture, the first uploads it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.uploads = 0
        """How many are stored: a thread that read the table before the last one reads it anew."""


_LOCKS = [_PictureLock() for _number in range(256)]
"""By the picture."""


class Uploads:
    """The uploads that are valid for one remote model, and new ones for what lacks one."""

    def __init__(
        self, hashes: Iterable[str], *, remote_model: str, account: Account, engine: Engine
    ) -> None:
        self._scope: dict[str, Any] = {"account": account, "remote_model": remote_model}
        self._engine = engine
        self._wanted = set(hashes)
        self._known: dict[str, str] = {}
        self._stored: set[str] = set()
        """Also those that have expired."""
        self._counts: dict[str, int] = {}
        """The ``uploads`` of each picture's lock before the table was read."""

    def address_of(self, sha256: str, read: Callable[[], bytes], *, name: str) -> str:
        """Return the address of the upload; upload what ``read`` returns if there is none."""
        if not self._counts:
            self._read_table()
        return self._known.get(sha256) or self._uploaded(sha256, read, name=name)

    def _uploaded(self, sha256: str, read: Callable[[], bytes], *, name: str) -> str:
        """Upload the picture, unless another thread has done so meanwhile."""
        guard = _lock_of(sha256)
        with guard.lock:
            if guard.uploads != self._counts[sha256]:
                self._read_table()
            if sha256 not in self._known:
                self._known[sha256] = self._upload(sha256, read(), name=name)
                guard.uploads += 1
            return self._known[sha256]

    def _read_table(self) -> None:
        self._counts = {sha256: _lock_of(sha256).uploads for sha256 in self._wanted}
        usable_until = timezone.now() + SPARE_TIME
        stored = TemporaryUpload.objects.filter(**self._scope, sha256__in=self._wanted)
        rows = list(stored.values_list("sha256", "url", "expires_at"))
        self._known = {sha256: url for sha256, url, end in rows if end > usable_until}
        self._stored = {sha256 for sha256, _url, _end in rows}

    def _upload(self, sha256: str, data: bytes, *, name: str) -> str:
        model = self._scope["remote_model"]
        upload = self._engine.upload(data, filename=name, model=model)
        TemporaryUpload.objects.remember(
            **self._scope,
            sha256=sha256,
            url=upload.url,
            expires_at=upload.expires_at,
            is_first=sha256 not in self._stored,
        )
        return upload.url


def drop_uploads(hashes: Iterable[str], *, remote_model: str, account: Account) -> bool:
    """Forget the uploads of these pictures; return False if there were none."""
    uploads = TemporaryUpload.objects.filter(
        account=account, remote_model=remote_model, sha256__in=set(hashes)
    )
    return bool(uploads.delete()[0])


def _lock_of(sha256: str) -> _PictureLock:
    return _LOCKS[hash(sha256) % len(_LOCKS)]
