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
        # SUBMITTING: a parse, which is prepared and sent in one step
        {
            Status.PREPARING,
            Status.SUBMITTING,
            Status.SUCCEEDED,
            Status.FAILED,
            Status.CANCELED,
        },
    ),
    Status.PREPARING: frozenset(
        # back to QUEUED: moved to another engine, where the picture may exist already
        {Status.SUBMITTING, Status.SUCCEEDED, Status.FAILED, Status.CANCELED, Status.QUEUED},
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
    Status.COLLECTING: frozenset(
        # back to PREPARING: the next stage of an outfit that takes several calls
        {Status.SUCCEEDED, Status.PREPARING, Status.FAILED, Status.NEEDS_ATTENTION},
    ),
    Status.SUCCEEDED: frozenset(),
    # a person decides: start over, request another picture in its place, download a paid result
    # again, or adopt the remote task that was found
    Status.FAILED: frozenset({Status.QUEUED, Status.COLLECTING, Status.CANCELED}),
    Status.CANCELED: frozenset({Status.QUEUED}),
    Status.NEEDS_ATTENTION: frozenset({Status.QUEUED, Status.RUNNING, Status.CANCELED}),
}


class Review(models.TextChoices):
    """A person's verdict on a finished picture."""

    TO_REVIEW = "to_review", _("to review")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")


class RejectionReason(models.TextChoices):
    """Common reasons for a rejection. A person may also type one of their own."""

    FACE = "face", _("the face or the hair has changed")
    LIMBS = "limbs", _("arms, fingers or legs are wrong")
    GARMENT = "garment", _("a garment differs from its picture")
    FIT = "fit", _("the clothes do not fit the body")
    ARTEFACTS = "artefacts", _("blurred, or with artefacts")


class Severity(models.TextChoices):
    """How much a finding of the picture check matters."""

    REFUSES = "refuses", _("The engine will refuse it")
    MAY_SPOIL = "may_spoil", _("May spoil the result")


class GarmentKind(models.TextChoices):
    """Where a garment is worn, in the order in which a try-on lists its garments."""

    TOP = "top", _("top")
    ONE_PIECE = "one_piece", _("dress or jumpsuit")
    BOTTOM = "bottom", _("bottom")
    OUTERWEAR = "outerwear", _("jacket or coat")
    SHOES = "shoes", _("shoes")
    BAG = "bag", _("bag")
    HAT = "hat", _("hat")


UNCHECKED_KINDS: frozenset[str] = frozenset(
    {GarmentKind.OUTERWEAR, GarmentKind.SHOES, GarmentKind.BAG, GarmentKind.HAT}
)
"""Kinds for whose pictures the local engine has no rules: only their size is checked."""


class Gender(models.TextChoices):
    """The gender of the person, which the refiner needs."""

    WOMAN = "woman", _("woman")
    MAN = "man", _("man")


class ClothesType(models.TextChoices):
    """An area of clothing, in the words of the parsing model."""

    UPPER = "upper", _("upper")
    LOWER = "lower", _("lower")
    DRESS = "dress", _("dress or jumpsuit")


AREA_OF_GARMENT: dict[str, ClothesType] = {
    GarmentKind.TOP: ClothesType.UPPER,
    GarmentKind.ONE_PIECE: ClothesType.DRESS,
    GarmentKind.BOTTOM: ClothesType.LOWER,
    GarmentKind.OUTERWEAR: ClothesType.UPPER,
}
"""Where a parse finds a garment of this kind. Shoes, bags and hats are not parsed."""


class BodyArea(models.TextChoices):
    """A part of the body that at most one piece of a try-on takes."""

    UPPER = "upper", _("upper")
    LOWER = "lower", _("lower")
    OUTER = "outer", _("over other clothes")
    FEET = "feet", _("feet")
    BAG = "bag", _("bag")
    HEAD = "head", _("head")


AREAS_TAKEN: dict[str, tuple[BodyArea, ...]] = {
    GarmentKind.TOP: (BodyArea.UPPER,),
    GarmentKind.ONE_PIECE: (BodyArea.UPPER, BodyArea.LOWER),
    GarmentKind.BOTTOM: (BodyArea.LOWER,),
    GarmentKind.OUTERWEAR: (BodyArea.OUTER,),
    GarmentKind.SHOES: (BodyArea.FEET,),
    GarmentKind.BAG: (BodyArea.BAG,),
    GarmentKind.HAT: (BodyArea.HEAD,),
}
"""Which parts of the body a garment of this kind takes."""
