"""Reviews of finished pictures, and their publication in the shop."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from django_outfitanyone.catalogue import catalogue
from django_outfitanyone.choices import Review
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.signals import review_changed

logger = logging.getLogger("django_outfitanyone")

User = Any
"""An instance of ``AUTH_USER_MODEL``, or ``None`` for changes made by code."""


def approve(try_on: TryOnResult, *, reviewed_by: User = None) -> None:
    """Approve a finished picture. Raises ``RequestRefused`` if it is not finished."""
    _review(try_on, Review.APPROVED, reviewed_by)


def reject(try_on: TryOnResult, *, reviewed_by: User = None) -> None:
    """Reject a finished picture: hide it from visitors, and unpublish it if it was published."""
    if try_on.published_at:
        unpublish(try_on)
    _review(try_on, Review.REJECTED, reviewed_by)


def publish(try_on: TryOnResult, *, reviewed_by: User = None) -> None:
    """Approve a picture and add it to the galleries of the products in it."""
    if try_on.published_at:
        return
    _review(try_on, Review.APPROVED, reviewed_by, published_at=timezone.now())
    shop = catalogue()
    for garment in try_on.garments:
        shop.publish(garment.product, try_on)


def unpublish(try_on: TryOnResult) -> None:
    """Remove a picture from the galleries. It stays approved."""
    TryOnResult.objects.filter(pk=try_on.pk).update(published_at=None)
    try_on.published_at = None
    shop = catalogue()
    for garment in try_on.garments:
        shop.unpublish(garment.product, try_on)
    _announce_review(try_on, Review(try_on.review))


def _review(try_on: TryOnResult, review: Review, by: User, **columns: object) -> None:
    now = timezone.now()
    changed = (
        TryOnResult.objects.succeeded()
        .filter(pk=try_on.pk)
        .update(review=review, reviewed_by=by, reviewed_at=now, **columns)
    )
    if not changed:
        raise RequestRefused(
            _("Only finished pictures can be reviewed. This one is “%(status)s”.")
            % {"status": try_on.get_status_display()},
            code="NotFinished",
        )
    old = Review(try_on.review)
    try_on.refresh_from_db()
    _announce_review(try_on, old)


def _announce_review(try_on: TryOnResult, old: Review) -> None:
    new, published = Review(try_on.review), try_on.published_at is not None
    logger.info(
        "Try-on %s: %s -> %s%s",
        try_on.pk,
        old.value,
        new.value,
        ", published" if published else "",
        extra={
            "event": "review_changed",
            "job_id": try_on.pk,
            "old": old.value,
            "new": new.value,
            "published": published,
        },
    )
    transaction.on_commit(
        lambda: review_changed.send_robust(
            TryOnResult, try_on=try_on, old=old, new=new, published=published
        )
    )
