"""The words for where things stand, and which may follow which."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """The life of one paid request, a try-on or a search for clothes."""

    QUEUED = "queued", _("queued")
    """Asked for; nothing was sent."""
    PREPARING = "preparing", _("preparing")
    """Pictures are being handed over; nothing was paid."""
    SUBMITTING = "submitting", _("submitting")
    """The paid request is on its way, or its outcome is being looked into."""
    RUNNING = "running", _("running")
    """The remote system works on it."""
    COLLECTING = "collecting", _("collecting")
    """Done remotely and paid; the answer is being brought home."""
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")
    CANCELED = "canceled", _("canceled")
    NEEDS_ATTENTION = "needs_attention", _("needs attention")
    """Nobody can tell whether it was paid; a person decides."""


FINAL = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELED, Status.NEEDS_ATTENTION})
OPEN = frozenset(set(Status) - FINAL)
UNSENT = frozenset({Status.QUEUED, Status.PREPARING})
"""Nothing was paid yet, so these may be given up at will."""
SLOT_KEEPERS = frozenset({Status.SUBMITTING, Status.RUNNING, Status.NEEDS_ATTENTION})
"""A remote task may be running, so the slot stays taken."""
IN_FLIGHT = frozenset({Status.SUBMITTING, Status.RUNNING, Status.COLLECTING})

MAY_FOLLOW: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset(
        {Status.PREPARING, Status.SUCCEEDED, Status.FAILED, Status.CANCELED},
    ),
    Status.PREPARING: frozenset(
        {Status.SUBMITTING, Status.SUCCEEDED, Status.FAILED, Status.CANCELED},
    ),
    Status.SUBMITTING: frozenset(
        # back to PREPARING: refused by the API, or proven never to have arrived
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
        # back to PREPARING: the task failed by a passing fault, which nobody is billed for
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
    # a person's decision: try again from the start, fetch again what is paid for, or adopt
    # the remote task that was found
    Status.FAILED: frozenset({Status.QUEUED, Status.COLLECTING}),
    Status.CANCELED: frozenset({Status.QUEUED}),
    Status.NEEDS_ATTENTION: frozenset({Status.QUEUED, Status.RUNNING, Status.CANCELED}),
}


class Review(models.TextChoices):
    """What a person thinks of a finished picture."""

    TO_REVIEW = "to_review", _("to review")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")


class GarmentKind(models.TextChoices):
    """Where a garment is worn; decides the field of the API that takes it."""

    TOP = "top", _("top")
    BOTTOM = "bottom", _("bottom")
    ONE_PIECE = "one_piece", _("dress or jumpsuit")


class ClothesType(models.TextChoices):
    """An area of clothing, in the API's own words."""

    UPPER = "upper", _("upper")
    LOWER = "lower", _("lower")
    DRESS = "dress", _("dress or jumpsuit")


AREA_OF_GARMENT: dict[str, ClothesType] = {
    GarmentKind.TOP: ClothesType.UPPER,
    GarmentKind.BOTTOM: ClothesType.LOWER,
    GarmentKind.ONE_PIECE: ClothesType.DRESS,
}
