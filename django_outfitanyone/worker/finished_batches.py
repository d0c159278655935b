"""Notice that batches are finished, and announce it: by a signal, and by e-mail.

The rows say what is finished and what is announced, so a worker that is killed delays an
announcement but loses none.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from django_outfitanyone.models import Batch, TryOnResult
from django_outfitanyone.models.batch import BatchQuerySet
from django_outfitanyone.signals import batch_finished
from django_outfitanyone.wakers.time_limit import MAIL_SECONDS
from django_outfitanyone.worker.batch_mail import send_mail_about
from django_outfitanyone.worker.thread_pool import DATABASE_ERRORS, log_database_error

logger = logging.getLogger("django_outfitanyone")

MOST = 100
"""Batches that are finished, and announced, in one go."""
RECENT = timedelta(minutes=10)
LEASE = timedelta(minutes=10)
"""After this time, another worker announces what a worker that was killed has claimed."""


def announce_finished_batches() -> None:
    """Finish the batches without an open try-on, and announce those that are finished.

    Never raises, because the try-ons of others must not wait for it.
    """
    try:
        Batch.objects.reopen(list(resumed_batches().values_list("pk", flat=True)[:MOST]))
        for key in list(done_batches().values_list("pk", flat=True)[:MOST]):
            done_batches().mark_finished(key)  # a person may have retried a try-on meanwhile
        _announce_all(end=time.monotonic() + MAIL_SECONDS)
    except DATABASE_ERRORS as error:
        log_database_error(error)


def done_batches() -> BatchQuerySet:
    """Return the unfinished batches of which no try-on is open any more."""
    return Batch.objects.unfinished().filter(~_is_open())


def resumed_batches() -> BatchQuerySet:
    """Return the batches that were finished a moment ago, while a try-on started over."""
    since = timezone.now() - RECENT
    return Batch.objects.finished().filter(_is_open(), finished_at__gte=since)


def _is_open() -> Exists:
    return Exists(TryOnResult.objects.open().filter(batch=OuterRef("pk")))


def _announce_all(*, end: float) -> None:
    """Announce what is finished, and begin no announcement after this time."""
    for batch in list(Batch.objects.to_announce().select_related("requested_by")[:MOST]):
        if time.monotonic() > end:
            return  # the next turn goes on
        if Batch.objects.claim_announcement(batch, lease=LEASE):
            _announce(batch)
            Batch.objects.mark_announced(batch)


def _announce(batch: Batch) -> None:
    logger.info(
        "Batch %s is finished: %s",
        batch.pk,
        batch,
        extra={"event": "batch_finished", "batch": str(batch.pk)},
    )
    batch_finished.send_robust(Batch, batch=batch)
    send_mail_about(batch)
