"""The choices of the models, and which status may follow which."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """The status of a job: a try-on or a clothes parse."""

    QUEUED = "queued", _("queued")
    """Requested; nothing was sent."""
    PREPARING = "preparing", _("preparing")
    """Pictures are being uploaded; nothing was paid."""
    SUBMITTING = "submitting", _("submitting")
    """The paid request is being sent, or its outcome is being reconciled."""
    RUNNING = "running", _("running")
    """The engine works on it."""
    COLLECTING = "collecting", _("collecting")
    """Finished and paid for; the result is being downloaded and stored."""
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")
    CANCELED = "canceled", _("canceled")
    NEEDS_ATTENTION = "needs_attention", _("needs attention")
    """It is unclear whether the request was paid for; a person decides."""


FINAL = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELED, Status.NEEDS_ATTENTION})
OPEN = frozenset(set(Status) - FINAL)
UNSENT = frozenset({Status.QUEUED, Status.PREPARING})
"""Nothing was paid, so the job can be canceled at any time."""
SLOT_KEEPERS = frozenset({Status.SUBMITTING, Status.RUNNING, Status.NEEDS_ATTENTION})
"""A remote task may be running, so the slot stays taken."""
IN_FLIGHT = frozenset({Status.SUBMITTING, Status.RUNNING, Status.COLLECTING})
UNSETTLED = frozenset({Status.SUBMITTING, Status.RUNNING, Status.NEEDS_ATTENTION})
"""The engine may bill the job, which has no charge yet, so it cannot be deleted."""

MAY_FOLLOW: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset(
        {Status.PREPARING, Status.SUCCEEDED, Status.FAILED, Status.CANCELED},
    ),
    Status.PREPARING: frozenset(
        {Status.SUBMITTING, Status.SUCCEEDED, Status.FAILED, Status.CANCELED},
    ),
    Status.SUBMITTING: frozenset(
        # back to PREPARING: refused by the API, or proven not to have arrived
        {
            Status.RUNNING,
            Status.COLLECTING,
            Status.PREPARING,
            Status.FAILED,
            Status.CANCELED,
            Status.NEEDS_ATTENTION,
        },
    ),
    Status.RUNNING: frozenset(
        # back to PREPARING: the task failed temporarily, which is not billed
        {
            Status.COLLECTING,
            Status.PREPARING,
            Status.FAILED,
            Status.CANCELED,
            Status.NEEDS_ATTENTION,
        },
    ),
    Status.COLLECTING: frozenset({Status.SUCCEEDED, Status.FAILED, Status.NEEDS_ATTENTION}),
    Status.SUCCEEDED: frozenset(),
    # a person decides: start over, download a paid result again, or adopt the remote task
    # that was found
    Status.FAILED: frozenset({Status.QUEUED, Status.COLLECTING}),
    Status.CANCELED: frozenset({Status.QUEUED}),
    Status.NEEDS_ATTENTION: frozenset({Status.QUEUED, Status.RUNNING, Status.CANCELED}),
}


class Review(models.TextChoices):
    """A person's verdict on a finished picture."""

    TO_REVIEW = "to_review", _("to review")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")


class Severity(models.TextChoices):
    """How much a finding of the picture check matters."""

    REFUSES = "refuses", _("The engine will refuse it")
    MAY_SPOIL = "may_spoil", _("May spoil the result")


class GarmentKind(models.TextChoices):
    """Where a garment is worn."""

    TOP = "top", _("top")
    BOTTOM = "bottom", _("bottom")
    ONE_PIECE = "one_piece", _("dress or jumpsuit")


class ClothesType(models.TextChoices):
    """An area of clothing, in the words of the parsing model."""

    UPPER = "upper", _("upper")
    LOWER = "lower", _("lower")
    DRESS = "dress", _("dress or jumpsuit")


AREA_OF_GARMENT: dict[str, ClothesType] = {
    GarmentKind.TOP: ClothesType.UPPER,
    GarmentKind.BOTTOM: ClothesType.LOWER,
    GarmentKind.ONE_PIECE: ClothesType.DRESS,
}
