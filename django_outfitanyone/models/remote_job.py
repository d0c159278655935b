"""What every paid request has in common: a status, a time to act, and a lease.

The row is the truth. Whoever works on it first claims it, and every later write is
fenced by the claim's token: a worker that was too slow changes nothing.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import Min, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.choices import FINAL, MAY_FOLLOW, OPEN, Status
from django_outfitanyone.conf import conf
from django_outfitanyone.error_help import Advice, advice_for
from django_outfitanyone.exceptions import OutcomeUnknown, OutfitAnyoneError
from django_outfitanyone.models.account import LONG_AGO, Account
from django_outfitanyone.signals import status_changed

if TYPE_CHECKING:
    from typing_extensions import Self

logger = logging.getLogger("django_outfitanyone")

Job = TypeVar("Job", bound="RemoteJob")


class LeaseLost(OutfitAnyoneError):
    """Somebody else has taken over this row; what was being done no longer counts."""


class RemoteJobQuerySet(models.QuerySet[Job]):
    def open(self) -> Self:
        """Not finished yet."""
        return self.filter(status__in=OPEN)

    def succeeded(self) -> Self:
        return self.filter(status=Status.SUCCEEDED)

    def failed_before(self, moment: datetime) -> Self:
        """Failed or given up before this moment."""
        ended = self.filter(status__in=[Status.FAILED, Status.CANCELED])
        return ended.filter(finished_at__lt=moment)

    def due(self, now: datetime) -> Self:
        """There is something to do, and nobody is doing it."""
        return self.filter(due_at__lte=now, lease_expires_at__lte=now)

    def next_due_at(self) -> datetime | None:
        """When there is something to do next that is in nobody's hands."""
        free = self.filter(lease_expires_at__lte=timezone.now())
        due_at: datetime | None = free.aggregate(at=Min("due_at"))["at"]
        return due_at

    def next_lease_end(self) -> datetime | None:
        """When the first of those in somebody's hands is out of them."""
        held = self.open().filter(lease_token__gt="", lease_expires_at__gt=timezone.now())
        ends_at: datetime | None = held.aggregate(at=Min("lease_expires_at"))["at"]
        return ends_at

    def first_free(self, limit: int) -> list[tuple[int, datetime]]:
        """Those in nobody's hands that are due first, now or later: primary key and when."""
        free = self.filter(due_at__isnull=False, lease_expires_at__lte=timezone.now())
        return list(free.order_by("due_at", "pk").values_list("pk", "due_at")[:limit])

    def claim(self, *, limit: int, lease: timedelta) -> list[Job]:
        """Take up to ``limit`` due rows of this queryset for myself, the longest due first."""
        now = timezone.now()
        due = [pk for pk, due_at in self.first_free(limit) if due_at <= now]
        return self.take(due, lease=lease)

    def take(self, ids: Sequence[int], *, lease: timedelta) -> list[Job]:
        """Of these rows, which were due and free a moment ago, take those that still are.

        The same statements on every database: the conditions stand in the UPDATE again,
        so of two who read the same ids only one gets each row.
        """
        if not ids:
            return []
        now = timezone.now()
        token = uuid.uuid4().hex
        mine = self.due(now).filter(pk__in=ids)
        mine.update(lease_token=token, lease_expires_at=now + lease)
        return list(self.with_inputs().filter(lease_token=token).order_by("due_at", "pk"))

    def with_inputs(self) -> Self:
        """All rows, each with what its next step needs of other tables."""
        return self.model._default_manager.select_related("account")  # type: ignore[return-value]


class RemoteJob(models.Model):
    """A request that costs money, from the wish to the answer brought home."""

    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.PROTECT, related_name="+"
    )
    status = models.CharField(
        _("status"), max_length=20, choices=Status, default=Status.QUEUED, editable=False
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("requested by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    queued_at = models.DateTimeField(
        _("asked for at"), default=timezone.now, editable=False
    )  # again, when a person has it tried again
    submitted_at = models.DateTimeField(_("submitted at"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)

    due_at = models.DateTimeField(
        _("due at"), default=timezone.now, null=True, editable=False
    )  # NULL: nothing left to do
    lease_token = models.CharField(max_length=32, blank=True, editable=False, db_index=True)
    lease_expires_at = models.DateTimeField(default=LONG_AGO, editable=False)
    attempts = models.PositiveSmallIntegerField(
        _("failed attempts at this step"), default=0, editable=False
    )

    error_code = models.CharField(_("error code"), max_length=100, blank=True, editable=False)
    error_message = models.TextField(_("error message"), blank=True, editable=False)
    request_id = models.CharField(
        _("request id"),
        max_length=100,
        blank=True,
        editable=False,
        help_text=_("What the vendor's support asks for."),
    )
    warned_at = models.DateTimeField(
        _("loss announced at"), null=True, editable=False
    )  # that the remote copies are about to die
    remote_answer = models.JSONField(_("remote answer"), default=dict, editable=False)
    image_count = models.PositiveSmallIntegerField(_("billed pictures"), default=0, editable=False)
    cost = models.DecimalField(
        _("cost"), max_digits=12, decimal_places=6, default=0, editable=False
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True, editable=False)

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["status", "due_at"], name="outfitanyone_%(class)s_due"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values),
                name="outfitanyone_%(class)s_status_known",
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_finished(self) -> bool:
        return self.status in FINAL

    @property
    def advice(self) -> Advice | None:
        """Who can mend the error on this row, and how."""
        return advice_for(self.error_code, self.error_message)

    @property
    def expires_at(self) -> datetime | None:
        """When the remote system forgets the answer; ``None`` before it was asked."""
        return self.submitted_at and self.submitted_at + timedelta(seconds=conf.TASK_DEADLINE)

    @property
    def is_past_deadline(self) -> bool:
        """Whether the remote system has forgotten the answer by now."""
        return self.expires_at is not None and timezone.now() > self.expires_at

    @property
    def can_be_fetched(self) -> bool:
        """Whether it failed after it was paid for, and the answer can still be had for free."""
        is_paid = self.status == Status.FAILED and self.image_count > 0
        return is_paid and not self.is_past_deadline

    def write(self, **columns: Any) -> None:
        """Change these columns as the holder of the lease; ``LeaseLost`` when I am not."""
        mine = type(self)._default_manager.filter(pk=self.pk, lease_token=self.lease_token)
        if not self.lease_token or not mine.update(**columns):
            raise LeaseLost
        for name, value in columns.items():
            setattr(self, name, value)

    def move(self, new: Status, **columns: Any) -> None:
        """Go to another status, as the holder of the lease, and announce it."""
        old = Status(self.status)
        if new not in MAY_FOLLOW[old]:
            raise ValueError(f"{old} is never followed by {new}")
        if new in FINAL:
            columns = {"finished_at": timezone.now(), "due_at": None, **columns}
        if new not in {Status.PREPARING, Status.SUBMITTING}:
            columns = {"attempts": 0, **NO_ERROR, **columns}  # progress: old failures are over
        self.write(status=new, **columns)
        self.announce(old)

    def announce(self, old: Status) -> None:
        """Log and signal the change, once it is committed."""
        new = Status(self.status)
        ended_badly = new in FINAL and self.error_code
        logger.info(
            "%s %s: %s -> %s%s",
            self._meta.model_name,
            self.pk,
            old.value,
            new.value,
            f" ({self.error_code}: {self.error_message})" if ended_badly else "",
            extra={
                "event": "status_changed",
                "job": self._meta.model_name,
                "job_id": self.pk,
                "old": old.value,
                "new": new.value,
                "error_code": self.error_code,
                "request_id": self.request_id,
            },
        )
        transaction.on_commit(
            lambda: status_changed.send_robust(type(self), job=self, old=old, new=new)
        )

    def keep_lease(self) -> None:
        """Have it for another full term, once a tenth of it is used."""
        now = timezone.now()
        if self.lease_expires_at < now + conf.lease * 0.9:
            self.write(lease_expires_at=now + conf.lease)

    def release(self, due_at: datetime | None) -> None:
        """Give the row back, to be looked at again at ``due_at``, or never."""
        self.write(due_at=due_at, lease_token="", lease_expires_at=LONG_AGO)


NO_ERROR = {"error_code": "", "error_message": ""}
UNCLEAR = {
    "error_code": OutcomeUnknown.code,
    "error_message": _(
        "The request may have arrived, but no answer came. Sent again, it could be paid twice."
    ),
}
