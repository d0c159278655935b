"""Pause, resume and cancel batches; the worker applies the rest to batches that are large.

Each change is one conditional UPDATE of the batch, so that of two people who press a button at
once, one is told what the other has done. It counts at once for all of its try-ons. These follow
in chunks of one transaction each: the first ones before the function returns, so that a batch of
100,000 takes a person no more time.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from django_outfitanyone import wakeup
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.models import Batch, TryOnResult
from django_outfitanyone.models.batch_changes import Change
from django_outfitanyone.models.database import atomic, on_commit
from django_outfitanyone.models.try_on_queryset import TryOnResultQuerySet

User = Any
"""An instance of ``AUTH_USER_MODEL``, or ``None`` when no person is involved."""

CHUNK = 1_000
"""Try-ons of one transaction."""
SECONDS = 1.0
"""How long a person waits for the chunks after the first one."""

_APPLY: dict[str, Callable[[TryOnResultQuerySet], object]] = {
    Change.PAUSE: lambda rows: rows.pause(),
    Change.RESUME: lambda rows: rows.resume(),
    Change.CANCEL: lambda rows: rows.cancel_unsent(),
}


def pause_batch(batch: Batch, *, paused_by: User = None) -> int:
    """Submit nothing more of the batch until it is resumed; return how many pictures wait.

    What was sent is finished. Raises ``RequestRefused`` if the batch is paused already, or if
    nothing of it is left to be sent.
    """
    rows = TryOnResult.objects.of_batch(batch.pk)
    with atomic():
        if not Batch.objects.mark_paused(batch.pk, paused_by):
            raise _refusal_to_pause(batch)
        waiting = rows.unsent().count()
        if not waiting:
            raise _nothing_to_pause()
        rows.preparing().pause()  # wherever they are: their steps must send nothing now
        _apply_chunk(batch.pk)
    _apply_more(batch)
    return waiting


def resume_batch(batch: Batch) -> None:
    """Submit the batch again after a pause; raise ``RequestRefused`` if it is not paused."""
    with atomic():
        if not Batch.objects.mark_resumed(batch.pk):
            raise RequestRefused(_("The batch is not paused any more."), code="NotPaused")
        _apply_chunk(batch.pk)
        on_commit(wakeup.wake)
    _apply_more(batch)


def cancel_batch(batch: Batch) -> int:
    """Cancel what was not sent of the batch; return how many pictures that are.

    Raises ``RequestRefused`` if nothing of it is left to be sent, or if another person has
    canceled it.
    """
    rows = TryOnResult.objects.of_batch(batch.pk)
    with atomic():
        if not Batch.objects.mark_canceled(batch.pk):
            raise _refusal_to_cancel(batch)
        waiting = rows.unsent().count()
        if not waiting:
            raise _nothing_to_cancel()
        rows.preparing().cancel_unsent()
        _apply_chunk(batch.pk)
    _apply_more(batch)
    return waiting


def apply_changes(*, seconds: float) -> bool:
    """Apply the changes of all batches for some seconds; return whether some is left."""
    end = time.monotonic() + seconds
    for batch in list(Batch.objects.changing().values_list("pk", flat=True)):
        while not _apply_chunk(batch):
            if time.monotonic() >= end:
                return True
    return False


def _apply_more(batch: Batch) -> None:
    """Apply the change to more chunks for a moment, and leave the rest to the worker."""
    end = time.monotonic() + SECONDS
    is_done = False
    while not is_done and time.monotonic() < end:
        is_done = _apply_chunk(batch.pk)
    if not is_done:
        on_commit(wakeup.wake)
    batch.refresh_from_db()


def _apply_chunk(batch: uuid.UUID) -> bool:
    """Apply the change of the batch to the next try-ons; return whether all follow it now."""
    with atomic():
        change = Batch.objects.lock_change(batch)
        if change is None:
            return True
        what, start = change
        numbers = range(start, start + CHUNK)
        _APPLY[what](TryOnResult.objects.numbered(batch, numbers))
        is_done = TryOnResult.objects.last_number(batch) < numbers.stop
        if is_done and what == Change.CANCEL:
            # what a person has retried behind the chunks may be paused, and would stay so
            TryOnResult.objects.of_batch(batch).resume()
        Batch.objects.mark_applied(batch, to=None if is_done else numbers.stop)
    return is_done


def _refusal_to_pause(batch: Batch) -> RequestRefused:
    paused = Batch.objects.paused().select_related("paused_by").filter(pk=batch.pk).first()
    if paused is None:
        return _nothing_to_pause()
    text = _("The batch is paused already.")
    if paused.paused_by:
        text = _("%(user)s has paused the batch already.") % {"user": paused.paused_by}
    return RequestRefused(text, code="AlreadyPaused")


def _nothing_to_pause() -> RequestRefused:
    text = _("Nothing is left to pause: all pictures of the batch were sent already.")
    return RequestRefused(text, code="NothingToPause")


def _refusal_to_cancel(batch: Batch) -> RequestRefused:
    if Batch.objects.changing().filter(pk=batch.pk, applying=Change.CANCEL).exists():
        return RequestRefused(_("The batch is being canceled already."), code="AlreadyCanceled")
    return _nothing_to_cancel()


def _nothing_to_cancel() -> RequestRefused:
    text = _("Nothing is left to cancel: all pictures of the batch were sent already.")
    return RequestRefused(text, code="NothingToCancel")
