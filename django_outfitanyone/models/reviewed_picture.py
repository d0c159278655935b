"""What a person decides about a finished picture."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.choices import RejectionReason, Review, Status
from django_outfitanyone.conf import conf

MAX_REASON = 200
"""Characters of the reason for a rejection."""


class ReviewedPicture(models.Model):
    """A picture that a person reviews, chooses among its candidates and publishes."""

    if TYPE_CHECKING:

        @property
        def has_succeeded(self) -> bool: ...

    candidates = models.UUIDField(_("candidates"), default=uuid.uuid4, editable=False)
    """The same for the try-ons of one request among which a person chooses."""
    candidate = models.PositiveSmallIntegerField(
        _("number of the candidate"), default=1, editable=False
    )
    is_chosen = models.BooleanField(_("chosen"), null=True, editable=False)
    """True or ``None``, never False, so that a unique constraint allows one of the candidates."""

    review = models.CharField(_("review"), max_length=10, choices=Review, default=Review.TO_REVIEW)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("reviewed by"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, editable=False)
    rejection_reason = models.CharField(
        _("reason for the rejection"), max_length=MAX_REASON, blank=True, editable=False
    )
    """A value of ``RejectionReason``, or what a person typed; empty unless it is rejected."""
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    published_to = models.JSONField(default=list, editable=False)
    """Primary keys, as text, of the products to whose galleries it was published."""
    is_published = models.GeneratedField(
        expression=Q(published_at__isnull=False),  # type: ignore[arg-type]
        output_field=models.BooleanField(),
        db_persist=True,
    )
    """For queries only: an index on it lists the newest published pictures on every database."""

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["is_published", "id"], name="outfit_%(class)s_published"),
            models.Index(fields=["review", "id"], name="outfit_%(class)s_review"),
            # what waits for review; rows that never finished are also “to review”
            models.Index(fields=["review", "status", "id"], name="outfit_%(class)s_waiting"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at__isnull=True)
                | Q(status=Status.SUCCEEDED, review=Review.APPROVED),
                name="outfitanyone_published_is_approved",
            ),
            # of the candidates of one request, NULLs being distinct in unique constraints
            models.UniqueConstraint(
                fields=["candidates", "is_chosen"], name="outfitanyone_one_chosen"
            ),
            models.CheckConstraint(
                condition=Q(is_chosen__isnull=True)
                | Q(is_chosen=True, status=Status.SUCCEEDED, review=Review.APPROVED),
                name="outfitanyone_chosen_is_approved",
            ),
            models.CheckConstraint(
                condition=Q(review__in=Review.values), name="outfitanyone_review_known"
            ),
        ]

    @property
    def rejection_text(self) -> str:
        """The reason for the rejection as people read it, in the active language."""
        return str(dict(RejectionReason.choices).get(self.rejection_reason, self.rejection_reason))

    @property
    def review_version(self) -> str:
        """Changes with each decision about the picture, so that a form can say what it showed."""
        moments = (self.reviewed_at, self.published_at)
        stamps = [f"{moment.timestamp():.6f}" if moment else "" for moment in moments]
        return "|".join([self.review, *stamps])

    @property
    def is_public(self) -> bool:
        """Whether visitors may see the picture, as ``public()`` decides, but without a query."""
        is_shown = self.has_succeeded and self.review != Review.REJECTED
        return is_shown and (self.published_at is not None or not conf.REQUIRE_REVIEW)
