"""Notice that batches are finished, and announce it: by a signal, and by e-mail.

The rows say what is finished and what is announced, so a worker that is killed delays an
announcement but loses none.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db.models import Exists, OuterRef

from django_outfitanyone.models import Batch, TryOnResult
from django_outfitanyone.models.batch import BatchQuerySet
from django_outfitanyone.signals import batch_finished
from django_outfitanyone.worker.batch_mail import send_mail_about
from django_outfitanyone.worker.thread_pool import DATABASE_ERRORS, log_database_error

logger = logging.getLogger("django_outfitanyone")

MOST = 100
"""Batches that are finished, and announced, in one go."""
LEASE = timedelta(minutes=10)
"""After this time, another worker announces what a worker that was killed has claimed."""


def announce_finished_batches() -> None:
    """Finish the batches without an open try-on, and announce those that are finished.

    Never raises, because the try-ons of others must not wait for it.
    """
    try:
        for key in list(done_batches().values_list("pk", flat=True)[:MOST]):
            Batch.objects.mark_finished(key)
        for batch in list(Batch.objects.to_announce().select_related("requested_by")[:MOST]):
            if Batch.objects.claim_announcement(batch, lease=LEASE):
                _announce(batch)
                Batch.objects.mark_announced(batch)
    except DATABASE_ERRORS as error:
        log_database_error(error)


def done_batches() -> BatchQuerySet:
    """Return the unfinished batches of which no try-on is open any more."""
    open_rows = TryOnResult.objects.open().filter(batch=OuterRef("pk"))
    return Batch.objects.unfinished().filter(~Exists(open_rows))


def _announce(batch: Batch) -> None:
    logger.info(
        "Batch %s is finished: %s",
        batch.pk,
        batch,
        extra={"event": "batch_finished", "batch": str(batch.pk)},
    )
    batch_finished.send_robust(Batch, batch=batch)
    send_mail_about(batch)
