"""What try-ons and clothes parses share: a status, a time when they are due, and a lease.

The database row is the source of truth. A worker claims a row before it works on it, and
the claim's token fences each later write: a worker that was too slow changes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.choices import FINAL, Status
from django_outfitanyone.conf import EngineSettings, conf
from django_outfitanyone.engines.base import SendWindow, TaskReport
from django_outfitanyone.engines.capabilities import Capabilities
from django_outfitanyone.error_help import (
    ErrorHelp,
    engine_class_of,
    error_help_for,
    is_about_person,
)
from django_outfitanyone.exceptions import LeaseLost, OutcomeUnknown
from django_outfitanyone.models.account import LONG_AGO, Account
from django_outfitanyone.models.job_status import JobStatus
from django_outfitanyone.models.transitions import NO_LEASE, Transitions

GONE_RESULT_LIFE = timedelta(hours=24)
"""How long a result is believed to exist whose engine is gone from the settings."""

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine


class RemoteJob(Transitions, JobStatus, models.Model):
    """A request to an engine that may cost money, from the order to the stored result."""

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
        _("requested at"), default=timezone.now, editable=False
    )  # set anew by a retry
    submitted_at = models.DateTimeField(_("submitted at"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)

    due_at = models.DateTimeField(
        _("due at"), default=timezone.now, null=True, editable=False
    )  # NULL: no further step
    lease_token = models.CharField(max_length=32, blank=True, editable=False, db_index=True)
    lease_expires_at = models.DateTimeField(default=LONG_AGO, editable=False)
    attempts = models.PositiveSmallIntegerField(
        _("failed attempts at this step"), default=0, editable=False
    )

    uploads_renewed = models.BooleanField(default=False, editable=False)
    """Whether this try has replaced uploads that the engine had forgotten."""

    error_code = models.CharField(_("error code"), max_length=100, blank=True, editable=False)
    error_message = models.TextField(_("error message"), blank=True, editable=False)
    request_id = models.CharField(
        _("request id"),
        max_length=100,
        blank=True,
        editable=False,
        help_text=_("The vendor's support asks for it."),
    )
    warned_at = models.DateTimeField(
        _("warned at"), null=True, editable=False
    )  # about the expiry of the engine's copy
    remote_answer = models.JSONField(_("remote answer"), default=dict, editable=False)
    image_count = models.PositiveSmallIntegerField(_("billed pictures"), default=0, editable=False)
    cost = models.DecimalField(
        _("cost"), max_digits=12, decimal_places=6, default=0, editable=False
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True, editable=False)
    expected_cost = models.DecimalField(max_digits=12, decimal_places=6, null=True, editable=False)
    """The price of the paid request that was sent, which budgets hold until it is charged."""

    send_window: SendWindow | None = None
    """How long the paid request may still leave; set by ``account.rate_limits.admit``."""

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["status", "due_at"], name="outfitanyone_%(class)s_due"),
            # what people list, newest first
            models.Index(fields=["status", "id"], name="outfit_%(class)s_status"),
            models.Index(fields=["created_at"], name="outfit_%(class)s_created"),
            models.Index(fields=["request_id"], name="outfit_%(class)s_request"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values),
                name="outfitanyone_%(class)s_status_known",
            ),
        ]

    @property
    def engine_settings(self) -> EngineSettings | None:
        """The settings of the job's engine; ``None`` if it is gone from them. Runs no query."""
        return conf.engines.get(self.account_id)

    @property
    def error_help(self) -> ErrorHelp | None:
        """Who can fix the error on this row, and how."""
        return error_help_for(self.error_code, self.error_message, self.engine_class)

    @property
    def engine_class(self) -> type[Engine] | None:
        """The class of the job's engine; ``None`` if it is gone from the settings."""
        return engine_class_of(self.account_id)

    @property
    def capabilities(self) -> Capabilities:
        """What the remote model of this request can do."""
        return conf.engine(self.account_id).capabilities(self.called_model)

    @property
    def send_lease(self) -> timedelta:
        """How long a claim lasts while the paid request is sent and answered."""
        return conf.engine(self.account_id).lease(self.called_model)

    @property
    def paid_before(self) -> tuple[int, Decimal]:
        """Pictures and amount of earlier stages of this request, which are charged already."""
        return 0, Decimal(0)

    @property
    def sent_at(self) -> datetime:
        """When the paid request was sent; before that, when the row was created."""
        return self.submitted_at or self.created_at

    @property
    def expires_at(self) -> datetime | None:
        """When the engine deletes its answer; ``None`` before the request was sent."""
        return self.submitted_at and self.submitted_at + self.longest_task

    @property
    def longest_task(self) -> timedelta:
        """After what time the task has ended and its result is deleted."""
        if self.engine_settings is None:
            return GONE_RESULT_LIFE
        return self.engine_settings.result_life(self.called_model)

    @property
    def called_model(self) -> str:
        """The remote model that the job calls: that of a try-on, or the parser's."""
        own: str = getattr(self, "remote_model", "")
        if own or self.engine_settings is None:
            return own
        return self.engine_settings.parsing_model

    @property
    def is_past_deadline(self) -> bool:
        """Whether the engine has deleted its answer by now."""
        return self.expires_at is not None and timezone.now() > self.expires_at

    @property
    def can_be_downloaded(self) -> bool:
        """Whether the job failed after it was paid for, and its answer still exists."""
        return self.has_failed and self.image_count > 0 and not self.is_past_deadline

    def write(self, **columns: Any) -> None:
        """Update these columns as the holder of the lease.

        Raises ``LeaseLost`` when the lease has ended or another worker has it.
        """
        mine = type(self)._default_manager.filter(pk=self.pk, lease_token=self.lease_token)
        if not self.lease_token or not mine.update(**columns):
            raise LeaseLost
        for name, value in columns.items():
            setattr(self, name, value)

    def _has_others(self, new: Status) -> bool:
        if new == Status.SUCCEEDED:
            photo = getattr(self, "model_image", None)
            return photo is not None and photo.is_refused
        return new in FINAL

    def _update_others(self, new: Status) -> None:
        """Mark the model photo of a job that failed because of it; a success removes the mark."""
        photo = getattr(self, "model_image", None) if new in FINAL else None
        if photo is None:
            return
        if new == Status.FAILED and is_about_person(
            self.error_code, self.error_message, self.engine_class
        ):
            photos = type(photo).objects
            photos.mark_refused(photo, code=self.error_code, message=self.error_message)
        elif new == Status.SUCCEEDED and photo.is_refused:
            type(photo).objects.mark_accepted(photo)

    def read_requester(self) -> None:
        """Read who requested the job anew: the user may have been deleted meanwhile."""
        rows = type(self)._default_manager.filter(pk=self.pk)
        self.requested_by_id = rows.values_list("requested_by_id", flat=True).first()

    def keep_lease(self) -> None:
        """Renew the lease once a tenth of it has passed."""
        now = timezone.now()
        lease = conf.engine(self.account_id).lease()
        if self.lease_expires_at < now + lease * 0.9:
            self.write(lease_expires_at=now + lease)

    def release(self, due_at: datetime | None) -> None:
        """End the lease; the next step is due at ``due_at``, ``None`` for never."""
        self.write(due_at=due_at, **NO_LEASE)


def answer_columns(report: TaskReport) -> dict[str, Any]:
    """Return what every answer about a task leaves on the row."""
    return {
        "remote_answer": dict(report.raw),
        "request_id": report.request_id,
        "result_url": report.image_url,
    }


def settled_columns(report: TaskReport, capabilities: Capabilities) -> dict[str, Any]:
    """Return what the answer with the finished picture leaves on the row."""
    expires_at = report.results[0].expires_at if report.results else None
    if expires_at is None and capabilities.result_life and report.image_url:
        expires_at = timezone.now() + capabilities.result_life
    return {**answer_columns(report), "result_expires_at": expires_at}


UNCLEAR = {
    "error_code": OutcomeUnknown.code,
    "error_message": _(
        "The request may have arrived, but no answer came. A second one could be paid twice."
    ),
}
