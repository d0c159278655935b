"""The shop during a round: it requests pictures, opens a page, and decides about unclear rows."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence

from benchmarks.chaos.database import reconnect, retry_database
from benchmarks.chaos.evidence import Pictures, SandboxFiles
from benchmarks.chaos.fault_log import FaultLog
from benchmarks.chaos.person import Person
from benchmarks.sample_rows import make_garments, make_photos

MOST_OPEN = 30
GARMENTS, PHOTOS = 3, 5
"""Of one batch; every garment is tried on on every photo."""


class Shop:
    """Requests batches with new pictures, so that each pair of pictures is one request.

    Every account gets batches in turn. ``requested`` maps the primary key of each try-on to
    the pictures of its request.
    """

    def __init__(self, sandbox: SandboxFiles, log: FaultLog, *, accounts: Sequence[str]) -> None:
        self.requested: dict[int, Pictures] = {}
        self.person = Person(sandbox, log, self.requested)
        self._accounts = accounts
        self._batches = itertools.count(1)

    def act(self) -> None:
        """Do what ``watch`` does, and keep some rows of each account open."""
        self.watch()
        if retry_database(_count_open) < MOST_OPEN * len(self._accounts):
            self._request_batch()

    def watch(self) -> None:
        """Open a page, and decide about unclear rows, unless the database is away."""
        from django.db import InterfaceError, OperationalError

        from django_outfitanyone import wakeup

        try:
            wakeup.wake_if_idle()
            self.person.decide()
        except (InterfaceError, OperationalError):
            reconnect()

    def is_waiting(self) -> bool:
        """Whether any try-on or parse is unfinished or unclear."""
        return retry_database(_is_waiting)

    def _request_batch(self) -> None:
        """Request one more batch; a retry after a database outage uses the same batch id."""
        from django.contrib.auth import get_user_model

        from django_outfitanyone.actions import request_try_ons
        from django_outfitanyone.jobs.try_on import TryOnOptions, combine

        number, batch = next(self._batches), uuid.uuid4()
        users = get_user_model()._default_manager
        user = retry_database(lambda: users.get_or_create(username=f"staff-{number}")[0])
        garments = retry_database(lambda: make_garments(GARMENTS))
        photos = retry_database(lambda: make_photos(PHOTOS))
        requests = combine(garments, photos)
        turn, place = divmod(number, len(self._accounts))
        options = TryOnOptions(engine=self._accounts[place], keep_other_half=turn % 2 == 0)
        rows = retry_database(
            lambda: request_try_ons(requests, options=options, requested_by=user, batch=batch)
        )
        for row, request in zip(rows, requests, strict=True):
            self.requested[row.pk] = request.person.sha256, request.garments[0].sha256


def _count_open() -> int:
    from django_outfitanyone.models import TryOnResult

    return TryOnResult.objects.open().count()


def _is_waiting() -> bool:
    from django_outfitanyone.models import ClothesParse, TryOnResult

    return any(
        rows.open().exists() or rows.needing_attention().exists()
        for rows in (TryOnResult.objects.all(), ClothesParse.objects.all())
    )
