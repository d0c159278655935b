"""Which try-ons may be worked on, shown, published or deleted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from django_outfitanyone.choices import SLOT_KEEPERS, Review, Status
from django_outfitanyone.conf import conf
from django_outfitanyone.models.job_queryset import RemoteJobQuerySet
from django_outfitanyone.models.known_task import KnownTask
from django_outfitanyone.models.remote_job import BLOCKED
from django_outfitanyone.models.transitions import NO_LEASE, UNTRIED

if TYPE_CHECKING:
    from typing_extensions import Self

    from django_outfitanyone.models.clothes_parse import ClothesParse
    from django_outfitanyone.models.garment import Garment
    from django_outfitanyone.models.try_on import TryOnResult


IS_BLOCKED = Q(status=Status.PREPARING, error_code=BLOCKED)
"""The same as ``TryOnResult.is_blocked``, for queries."""


class TryOnResultQuerySet(RemoteJobQuerySet["TryOnResult"]):
    def prepared(self) -> Self:
        """Return the try-ons that can be submitted as soon as a slot is free."""
        return self.preparing().filter(is_prepared=True)

    def unprepared(self) -> Self:
        """Return the try-ons whose pictures are still being uploaded or parsed."""
        return self.preparing().filter(is_prepared=False)

    def occupying_slots(self) -> Self:
        """Return the try-ons that may hold a slot."""
        return self.filter(status__in=SLOT_KEEPERS)

    def similar_running(self, try_on: TryOnResult) -> Self:
        """Return the other running try-ons of the same account and remote model."""
        return (
            self.running()
            .filter(account=try_on.account_id, remote_model=try_on.remote_model)
            .exclude(pk=try_on.pk)
        )

    def waiting_for(self, parse: ClothesParse) -> Self:
        """Return the open try-ons that cannot continue before this parse ends."""
        waiting = self.filter(status__in=[Status.PREPARING, Status.COLLECTING])
        if parse.try_on_id:
            return waiting.filter(pk=parse.try_on_id)
        return waiting.filter(model_image_id=parse.model_image_id).exclude(keep="")

    def blocked(self) -> Self:
        """Return the open try-ons that wait for a person's decision about a clothes parse."""
        return self.filter(IS_BLOCKED)

    def not_blocked(self) -> Self:
        return self.exclude(IS_BLOCKED)

    def wake_waiting_for(self, parse: ClothesParse) -> None:
        """Make the try-ons that wait for this parse due, and unblock those that are blocked."""
        waiting = self.waiting_for(parse)
        waiting.blocked().update(error_code="", error_message="")
        waiting.update(due_at=timezone.now())

    def with_hotspots(self) -> Self:
        """Load everything that a page shows of a picture, in three queries."""
        return self.select_related(
            "model_image", "top_garment__product", "bottom_garment__product"
        ).prefetch_related("hotspots__product")

    def with_inputs(self) -> Self:
        pictures = ("model_image", "top_garment", "bottom_garment")
        return super().with_inputs().select_related(*pictures)

    def with_finished_duplicate(self) -> Self:
        """Return the try-ons for which an identical finished result can be reused, at no cost."""
        duplicates = self.model._default_manager.filter(
            account=OuterRef("account"),
            fingerprint=OuterRef("fingerprint"),
            status=Status.SUCCEEDED,
        )
        return self.filter(Exists(duplicates), force_new=False)

    def identical_to(self, try_on: TryOnResult) -> Self:
        """Return the other try-ons with the same pictures and options."""
        return self.filter(account_id=try_on.account_id, fingerprint=try_on.fingerprint).exclude(
            pk=try_on.pk
        )

    def public(self) -> Self:
        """Return the results that visitors may see.

        These are the published ones, or without ``REQUIRE_REVIEW`` all finished ones that were
        not rejected. ``TryOnResult.is_public`` is the same rule for one row.
        """
        shown = self.succeeded().exclude(review=Review.REJECTED)
        return shown.filter(published_at__isnull=False) if conf.REQUIRE_REVIEW else shown

    def failed_before(self, moment: datetime) -> Self:
        """Return failed jobs, except those that have a picture: it was paid for."""
        return super().failed_before(moment).filter(image="").without_unsettled_parse()

    def unpublished_before(self, moment: datetime) -> Self:
        """Return results finished before ``moment`` that were never approved.

        Results that are being refined are left out.
        """
        refined = self.model._default_manager.open().filter(refines=OuterRef("pk"))
        return (
            self.succeeded()
            .exclude(review=Review.APPROVED)
            .filter(published_at__isnull=True, finished_at__lt=moment)
            .exclude(Exists(refined))
            .without_unsettled_parse()
        )

    def without_unsettled_parse(self) -> Self:
        """Leave out try-ons that cannot be deleted, because a parse of them may be billed."""
        parses = self.model._meta.get_field("clothesparses").related_model._default_manager
        unsettled = parses.unsettled().filter(try_on=OuterRef("pk"))
        return self.exclude(Exists(unsettled))

    def for_product(self, product: models.Model) -> Self:
        """Return the try-ons of this product's garments."""
        return self.filter(
            Q(top_garment__product=product.pk) | Q(bottom_garment__product=product.pk)
        )

    def for_garment(self, garment: Garment) -> Self:
        """Return the try-ons of this garment."""
        return self.filter(Q(top_garment=garment) | Q(bottom_garment=garment))

    def cancel_unsent(self) -> list[TryOnResult]:
        """Cancel all unsent try-ons in two updates, and return them.

        A loop over thousands of rows would let the runner submit, and pay for, the last
        ones meanwhile.
        """
        canceled: list[TryOnResult] = []
        for old in (Status.QUEUED, Status.PREPARING):  # in this order rows may move meanwhile
            now = timezone.now()
            columns: dict[str, Any] = {"finished_at": now, "due_at": None, "slot": None}
            self.filter(status=old).update(status=Status.CANCELED, **columns, **UNTRIED, **NO_LEASE)
            rows = list(self.filter(status=Status.CANCELED, finished_at=now))
            for try_on in rows:
                try_on.announce(old)
            canceled += rows
        return canceled

    def record_late_task(
        self, try_on: TryOnResult, *, sent_at: datetime | None, **columns: Any
    ) -> bool:
        """Record the task of a submit whose lease was lost before the answer came.

        Returns False if the row has been submitted again or settled since. No other row may
        adopt the task then either.
        """
        rows = self.filter(
            pk=try_on.pk,
            submitted_at=sent_at,
            status__in=[Status.SUBMITTING, Status.NEEDS_ATTENTION],
        )
        now = timezone.now()
        with transaction.atomic(using=self.db):
            KnownTask.objects.remember(try_on.account_id, columns["remote_task_id"])
            return bool(rows.update(status=Status.RUNNING, due_at=now, finished_at=None, **columns))

    def unclear_near(self, try_on: TryOnResult, span: timedelta) -> list[TryOnResult]:
        """Return the submits without a task of the same account and model, oldest first.

        Those of this try-on and of all that were sent within ``span`` before or after it.
        """
        sent_at = try_on.sent_at
        rows = self.filter(
            account_id=try_on.account_id,
            remote_model=try_on.remote_model,
            remote_task_id__isnull=True,
            submitted_at__range=(sent_at - span, sent_at + span),
        )
        return list(rows.order_by("submitted_at", "pk"))
