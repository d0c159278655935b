from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from typing_extensions import Self

NAME_LENGTH = 200


class BatchQuerySet(models.QuerySet["Batch"]):
    def unfinished(self) -> Self:
        """Return the batches of which a try-on is open, or was when the worker last checked."""
        return self.filter(finished_at__isnull=True)

    def finished(self) -> Self:
        return self.filter(finished_at__isnull=False)

    def paused(self) -> Self:
        return self.filter(paused_at__isnull=False)

    def lock_paused(self, batch: uuid.UUID) -> bool:
        """Hold the row until the transaction ends if the batch is paused; return whether it is.

        An UPDATE holds it on every database.
        """
        return bool(self.paused().filter(pk=batch).update(paused_at=F("paused_at")))

    def mark_paused(self, batch: uuid.UUID, user: models.Model | None) -> bool:
        """Pause a batch that is not paused, and hold its row; return whether it was so."""
        running = self.unfinished().filter(pk=batch, paused_at__isnull=True)
        return bool(running.update(paused_at=timezone.now(), paused_by=user))

    def mark_resumed(self, batch: uuid.UUID) -> bool:
        """Resume a paused batch, and hold its row; return whether it was paused."""
        return bool(self.paused().filter(pk=batch).update(paused_at=None, paused_by=None))

    def reopen(self, batches: Collection[uuid.UUID]) -> None:
        """Note that a try-on of these batches starts over; call it in the same transaction.

        The rows of unfinished batches are not touched: a person who pauses one may hold it.
        """
        ended = list(self.finished().filter(pk__in=batches).values_list("pk", flat=True))
        if ended:
            fresh = {"finished_at": None, "announce_at": None, "queued_at": timezone.now()}
            self.filter(pk__in=ended).update(**fresh)

    def mark_finished(self, batch: uuid.UUID) -> bool:
        """Finish a batch that is in this queryset and unfinished; return whether it was.

        It is to be announced then.
        """
        now = timezone.now()
        ended = {"finished_at": now, "announce_at": now, "paused_at": None, "paused_by": None}
        return bool(self.unfinished().filter(pk=batch).update(**ended))

    def to_announce(self) -> Self:
        """Return the finished batches whose end is not announced yet, the first ones first."""
        return self.filter(announce_at__lte=timezone.now()).order_by("announce_at", "pk")

    def claim_announcement(self, batch: Batch, *, lease: timedelta) -> bool:
        """Take it on to announce the end of this batch; return False if another worker has."""
        until = timezone.now() + lease
        mine = self.filter(pk=batch.pk, announce_at=batch.announce_at).update(announce_at=until)
        batch.announce_at = until
        return bool(mine)

    def mark_announced(self, batch: Batch) -> None:
        """Note that the end of this batch is announced, unless it was opened again meanwhile."""
        self.filter(pk=batch.pk, announce_at=batch.announce_at).update(announce_at=None)


class Batch(models.Model):
    """Two or more try-ons that were requested together, under a name.

    A try-on has the batch's key in its column ``batch``. A single one has no row here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=NAME_LENGTH, blank=True)
    size = models.PositiveIntegerField(_("pictures"), editable=False)
    """How many try-ons were requested; some may be deleted by now."""
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("requested by"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    queued_at = models.DateTimeField(
        _("requested at"), default=timezone.now, editable=False
    )  # set anew when a try-on of a finished batch starts over
    paused_at = models.DateTimeField(_("paused at"), null=True, editable=False)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("paused by"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
    )
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)
    announce_at = models.DateTimeField(null=True, editable=False)
    """When a worker announces the end of the batch; ``None``: there is nothing to announce."""

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        ordering = ["-created_at", "-pk"]
        default_permissions = ()  # those for try-on results count
        indexes = [
            models.Index(fields=["created_at", "id"], name="outfit_batch_created"),
            models.Index(fields=["finished_at", "created_at"], name="outfit_batch_finished"),
            models.Index(fields=["paused_at"], name="outfit_batch_paused"),
            models.Index(fields=["announce_at"], name="outfit_batch_announce"),
        ]

    def __str__(self) -> str:
        """Return the name, or what it is for a batch that was requested without one."""
        return self.name or ngettext(
            "%(count)d picture, %(moment)s", "%(count)d pictures, %(moment)s", self.size
        ) % {"count": self.size, "moment": short_moment(self.created_at)}

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None

    @property
    def duration(self) -> timedelta:
        """How long its pictures took, from the request or the last retry on."""
        return (self.finished_at or timezone.now()) - self.queued_at


def short_moment(moment: datetime) -> str:
    """Return date and time as the reader writes them, in local time."""
    local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    return date_format(local, "SHORT_DATETIME_FORMAT")
