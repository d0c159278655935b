"""Reviews of finished pictures, and their publication in the shop.

Every decision locks the row, and the catalogue adapter works in the same transaction: either
the row and the galleries change together, or nothing changes and the decision can be repeated.

``seen`` is the ``review_version`` of the picture as the person saw it. If another decision was
made since, it is not overwritten: ``RequestRefused`` with the code ``DecidedMeanwhile``.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.cache import cache
from django.db import router, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from django_outfitanyone.catalogue import catalogue, product_model
from django_outfitanyone.choices import Review
from django_outfitanyone.exceptions import CatalogueFailed, OutfitAnyoneError, RequestRefused
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.models.reviewed_picture import MAX_REASON
from django_outfitanyone.models.try_on_queryset import TryOnResultQuerySet
from django_outfitanyone.signals import review_changed

logger = logging.getLogger("django_outfitanyone")

REVIEWS_VERSION = "outfitanyone_reviews_version"
"""Key of a text in Django's cache that changes with each review, so that nothing that was
remembered about what visitors see outlives a picture that is withdrawn."""

User = Any
"""An instance of ``AUTH_USER_MODEL``, or ``None`` for changes made by code."""


def approve(try_on: TryOnResult, *, reviewed_by: User = None, seen: str = "") -> None:
    """Approve a finished picture, also one that was rejected before.

    Raises ``RequestRefused`` if it is not finished.
    """
    with _decision_on(try_on, seen, reviewed_by) as row:
        _review(row, Review.APPROVED, reviewed_by)


def reject(
    try_on: TryOnResult, *, reviewed_by: User = None, reason: str = "", seen: str = ""
) -> None:
    """Reject a finished picture: hide it from visitors, and unpublish it if it was published.

    ``reason`` is a value of ``RejectionReason`` or a text, which is cut to ``MAX_REASON``.
    """
    with _decision_on(try_on, seen, reviewed_by) as row:
        if row.published_at:
            _withdraw(row)
        reason = reason.strip()[:MAX_REASON]
        _review(row, Review.REJECTED, reviewed_by, rejection_reason=reason)


def choose(try_on: TryOnResult, *, chosen_by: User = None, seen: str = "") -> None:
    """Approve one of several candidates, and reject the finished ones that were not reviewed.

    A candidate that was chosen before stays approved. Raises ``RequestRefused`` if this one is
    not finished.
    """
    with _decision_among_candidates(try_on, seen, chosen_by) as (row, others):
        moment = timezone.now()  # one for all, so that undo finds what this choice rejected
        for other in others:
            if other.is_chosen:
                _write(other, is_chosen=None)
        _review(row, Review.APPROVED, chosen_by, is_chosen=True, reviewed_at=moment)
        for other in others:
            if other.has_succeeded and other.review == Review.TO_REVIEW:
                _review(other, Review.REJECTED, chosen_by, reviewed_at=moment)


def publish(try_on: TryOnResult, *, reviewed_by: User = None, seen: str = "") -> None:
    """Approve a picture and add it to the galleries of the products in it.

    Of a picture that is approved already, person and time of the approval stay. Raises
    ``RequestRefused`` if it is rejected or not finished, and ``CatalogueFailed`` if the
    catalogue adapter fails. Does nothing if the picture is already published.
    """
    with _decision_on(try_on, seen, reviewed_by) as row:
        if row.published_at:
            return
        if row.review == Review.REJECTED:
            raise RequestRefused(
                _("A rejected picture cannot be published. Approve it first."), code="Rejected"
            )
        keys, moment = _products_worn(row), timezone.now()
        published: dict[str, Any] = {"published_at": moment, "published_to": keys}
        if row.review == Review.APPROVED:
            _write(row, **published)
            _announce_review(row, Review.APPROVED)
        else:  # one moment for both, so that undo knows that this was one decision
            _review(row, Review.APPROVED, reviewed_by, reviewed_at=moment, **published)
        _call_adapter(catalogue().publish, keys, row)


def unpublish(try_on: TryOnResult) -> None:
    """Remove a picture from the galleries that it was published to. It stays approved.

    Raises what ``publish`` raises. Does nothing if the picture is not published.
    """
    with _decision_on(try_on) as row:
        if row.published_at:
            _withdraw(row)


def undo_review(try_on: TryOnResult, *, undone_by: User = None, seen: str = "") -> None:
    """Undo the last decision: restore the state before it.

    A published picture leaves the galleries. It stays approved if it was approved before, and
    waits for review again if publishing it has approved it. The candidates that a choice has
    rejected wait again together with the chosen one. Raises what ``publish`` raises, and
    ``RequestRefused`` for a picture about which nothing was decided.
    """
    with _decision_among_candidates(try_on, seen, undone_by) as (row, others):
        if row.published_at:
            was_approved_before = row.reviewed_at != row.published_at
            _withdraw(row)
            if not was_approved_before:
                _review(row, Review.TO_REVIEW, None, reviewed_at=None)
        elif row.review == Review.TO_REVIEW:
            raise RequestRefused(_("There is no decision to undo."), code="NotDecided")
        else:
            rejected = [one for one in others if _was_rejected_with(row, one)]
            for decided in (row, *rejected):
                _review(decided, Review.TO_REVIEW, None, reviewed_at=None)


def unpublish_deleted(instance: TryOnResult, using: str, **_kwargs: Any) -> None:
    """Unpublish a picture that is being deleted, in the transaction of the deletion.

    Receiver of ``pre_delete``, so it covers querysets and cascades too. If the catalogue
    adapter fails, nothing is deleted.
    """
    row = _locked_rows(using).filter(pk=instance.pk).first()
    if row and row.published_at:
        _withdraw(row)


@contextmanager
def _decision_on(try_on: TryOnResult, seen: str = "", by: User = None) -> Iterator[TryOnResult]:
    """Lock the row of a finished picture and yield it; refresh ``try_on`` after the decision.

    The lock makes two people decide one after the other, each on what the other has left.
    """
    using = _alias(try_on)
    with transaction.atomic(using=using):
        rows = _locked_rows(using)
        row = _finished(rows.filter(pk=try_on.pk).first(), try_on)
        if seen and seen != row.review_version:
            raise RequestRefused(_what_was_decided(row, by), code="DecidedMeanwhile")
        yield row
        try_on.refresh_from_db(from_queryset=rows)


@contextmanager
def _decision_among_candidates(
    try_on: TryOnResult, seen: str, by: User
) -> Iterator[tuple[TryOnResult, list[TryOnResult]]]:
    """Decide as ``_decision_on`` does; yield the row, and the locked other candidates.

    All are locked in the same order, so that two decisions never wait for each other.
    """
    using = _alias(try_on)
    with transaction.atomic(using=using):
        candidates = list(_locked_rows(using).among_candidates(try_on))
        with _decision_on(try_on, seen, by) as row:
            yield row, [one for one in candidates if one.pk != row.pk]


def _was_rejected_with(chosen: TryOnResult, other: TryOnResult) -> bool:
    """Whether the choice of one candidate has rejected the other, without a later decision."""
    is_of_choice = chosen.is_chosen and other.reviewed_at == chosen.reviewed_at
    return bool(is_of_choice) and other.review == Review.REJECTED


def _finished(row: TryOnResult | None, try_on: TryOnResult) -> TryOnResult:
    """Return the locked row; raise ``RequestRefused`` if it is gone or not finished."""
    if row is None or not row.has_succeeded:
        raise RequestRefused(
            _("Only finished pictures can be reviewed. This one is “%(status)s”.")
            % {"status": (row or try_on).get_status_display()},
            code="NotFinished",
        )
    return row


def _locked_rows(using: str) -> TryOnResultQuerySet:
    return TryOnResult.objects.using(using).select_for_update()


def _what_was_decided(row: TryOnResult, by: User) -> str:
    """Return who has decided what, for a person who saw an earlier state of the picture."""
    facts = {"person": row.reviewed_by, "state": row.get_review_display()}
    if row.published_at:
        facts["state"] = _("published")
    # who published a picture that was approved before is in its history only
    if row.reviewed_by is None or row.published_at not in {None, row.reviewed_at}:
        text = _("The picture has changed meanwhile: it is now “%(state)s”. Nothing was saved.")
    elif row.reviewed_by == by:
        text = _("You have already decided about this picture: it is “%(state)s”.")
    else:
        text = _(
            "%(person)s has already decided about this picture: it is now “%(state)s”. Your "
            "decision was not saved."
        )
    return text % facts


def _review(row: TryOnResult, review: Review, by: User, **columns: Any) -> None:
    """Write the verdict; only a rejection has a reason, only an approved picture is chosen."""
    old = Review(row.review)
    decided = {"reviewed_by": by, "reviewed_at": timezone.now(), "rejection_reason": ""}
    if review != Review.APPROVED:
        decided["is_chosen"] = None
    _write(row, review=review, **{**decided, **columns})
    _announce_review(row, old)


def _withdraw(row: TryOnResult) -> None:
    """Remove the picture from the products that it was published to, as far as they exist."""
    keys = row.published_to
    _write(row, published_at=None, published_to=[])
    _call_adapter(catalogue().unpublish, keys, row)
    _announce_review(row, Review(row.review))


def _products_worn(row: TryOnResult) -> list[str]:
    """Return the primary key of each product in the picture once."""
    keys = dict.fromkeys(garment.product_id for garment in row.garments)
    return [str(key) for key in keys if key is not None]


def _alias(row: TryOnResult) -> str:
    return router.db_for_write(TryOnResult, instance=row)


def _write(row: TryOnResult, **columns: Any) -> None:
    TryOnResult.objects.using(_alias(row)).filter(pk=row.pk).update(**columns)
    for name, value in columns.items():
        setattr(row, name, value)


def _call_adapter(
    method: Callable[[Any, TryOnResult], None], keys: list[str], row: TryOnResult
) -> None:
    """Call the method for each of these products; its exceptions become ``CatalogueFailed``."""
    products = list(product_model()._base_manager.using(_alias(row)).filter(pk__in=keys))
    try:
        for product in products:
            method(product, row)
    except OutfitAnyoneError:
        raise
    except Exception as error:
        logger.exception(
            "Try-on %s: the catalogue adapter failed",
            row.pk,
            extra={"event": "catalogue_failed", "job_id": row.pk},
        )
        raise CatalogueFailed(
            _("The shop's gallery could not be updated, so nothing was changed: %(error)s")
            % {"error": f"{type(error).__name__}: {error}"}
        ) from error


def _announce_review(row: TryOnResult, old: Review) -> None:
    """Log the change and send ``review_changed``, both on commit."""
    new, published = Review(row.review), row.published_at is not None

    def announce() -> None:
        logger.info(
            "Try-on %s: %s -> %s%s",
            row.pk,
            old.value,
            new.value,
            ", published" if published else "",
            extra={
                "event": "review_changed",
                "job_id": row.pk,
                "old": old.value,
                "new": new.value,
                "published": published,
            },
        )
        review_changed.send_robust(TryOnResult, try_on=row, old=old, new=new, published=published)

    transaction.on_commit(announce, using=_alias(row))


def change_reviews_version(**_kwargs: Any) -> None:
    """Receiver of ``review_changed``."""
    cache.set(REVIEWS_VERSION, uuid.uuid4().hex, timeout=None)
