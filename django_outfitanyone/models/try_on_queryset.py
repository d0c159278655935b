"""Which try-ons may be worked on, shown, published or deleted."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models, router, transaction
from django.db.models import Case, Exists, OuterRef, Q, When
from django.utils import timezone

from django_outfitanyone.choices import IN_FLIGHT, OPEN, SLOT_KEEPERS, Review, Status
from django_outfitanyone.conf import conf
from django_outfitanyone.models.batch import Batch
from django_outfitanyone.models.garment import Garment
from django_outfitanyone.models.job_status import BLOCKED
from django_outfitanyone.models.known_task import KnownTask
from django_outfitanyone.models.loaded_together import LoadsTogether
from django_outfitanyone.models.pausable import IS_PAUSED
from django_outfitanyone.models.replaceable import ReplaceableQuerySet
from django_outfitanyone.models.worn_garment import (
    WornGarment,
    worn_rows,
    worn_with_garments,
    worn_with_products,
)

if TYPE_CHECKING:
    from typing_extensions import Self

    from django_outfitanyone.models.clothes_parse import ClothesParse
    from django_outfitanyone.models.try_on import TryOnResult


IS_BLOCKED = Q(status=Status.PREPARING, error_code=BLOCKED)
"""The same as ``TryOnResult.is_blocked``, for queries."""


def is_public_try_on(through: str = "") -> Q:
    """Return the condition that visitors may see a try-on; ``through`` ends in ``__``.

    They see the published ones, or without ``REQUIRE_REVIEW`` all finished ones that were not
    rejected. Rows of a try-on state it about the row they join: the key among all public
    try-ons would make the database read all of these.
    """
    shown = Q((f"{through}status", Status.SUCCEEDED)) & ~Q((f"{through}review", Review.REJECTED))
    # "in", because SQLite uses no index for a condition that is only the name of a column
    return shown & Q((f"{through}is_published__in", [True])) if conf.REQUIRE_REVIEW else shown


class TryOnResultQuerySet(LoadsTogether, ReplaceableQuerySet):
    read_with_claim = ("account", "model_image")

    def claim(self, ids: Sequence[int], *, lease: timedelta) -> list[TryOnResult]:
        """Claim as for every job; read what unsent ones wear, as their steps begin with it."""
        claimed = super().claim(ids, lease=lease)
        unsent = [try_on for try_on in claimed if try_on.is_unsent]
        models.prefetch_related_objects(unsent, worn_with_products())
        return claimed

    def with_inputs_of_steps(self) -> Self:
        """Also tell of which batches nothing may be submitted now.

        ``rate_limits.admit`` reads it again in the transaction of the submit.
        """
        held = Batch.objects.held().filter(pk=OuterRef("batch"))
        return super().with_inputs_of_steps().annotate(is_of_held_batch=Exists(held))

    def working(self) -> Self:
        """Return the try-ons that are being prepared, are prepared, or may hold a slot."""
        holding = self.filter(status__in=[Status.PREPARING, *SLOT_KEEPERS])
        return holding.exclude(due_at=None, slot=None)

    def similar_running(self, try_on: TryOnResult) -> Self:
        """Return the other running try-ons of the same account and remote model."""
        return (
            self.running()
            .filter(account=try_on.account_id, remote_model=try_on.remote_model)
            .exclude(pk=try_on.pk)
        )

    def waiting_for(self, parse: ClothesParse) -> Self:
        """Return the open try-ons that cannot continue before this parse of a model photo ends."""
        if parse.try_on_id:
            return self.none()
        return self.preparing().filter(model_image_id=parse.model_image_id).exclude(keep="")

    def blocked(self) -> Self:
        """Return the open try-ons that wait for a person's decision about a clothes parse."""
        return self.filter(IS_BLOCKED)

    def not_blocked(self) -> Self:
        return self.exclude(IS_BLOCKED)

    def wake_waiting_for(self, parse: ClothesParse) -> None:
        """Make the try-ons that wait for this parse due, and unblock those that are blocked.

        Nothing of paused ones becomes due.
        """
        waiting = self.waiting_for(parse)
        waiting.blocked().update(error_code="", error_message="")
        waiting.not_paused().update(due_at=timezone.now())

    def with_hotspots(self) -> Self:
        """Load everything that a page shows of a picture, in four queries."""
        pictures = self.grouped().select_related("model_image")
        return pictures.prefetch_related(worn_with_products(), "hotspots__product")

    def with_inputs(self) -> Self:
        return (
            super()
            .with_inputs()
            .select_related("model_image")
            .prefetch_related(worn_with_garments())
        )

    def store(self, try_ons: Sequence[TryOnResult], *, chunk: int) -> None:
        """Insert new try-ons with their garments; ``chunk`` is the number of rows per INSERT."""
        worn = [row for try_on in try_ons for row in worn_rows(try_on)]
        with transaction.atomic(using=router.db_for_write(self.model), savepoint=False):
            self.bulk_create(try_ons, batch_size=chunk)
            WornGarment.objects.bulk_create(worn, batch_size=chunk)

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

    def reusable_before(self, try_on: TryOnResult) -> Self:
        """Return the finished results, the rejected ones last, then the open requests before it.

        Those are the earlier ones and all that have begun, but none that a person has paused.
        """
        has_begun = Q(status__in=IN_FLIGHT | {Status.PREPARING})
        is_before = (Q(status__in=OPEN, pk__lt=try_on.pk) | has_begun) & ~IS_PAUSED
        rank = Case(
            When(~Q(status=Status.SUCCEEDED), then=2),
            When(review=Review.REJECTED, then=1),
            default=0,
            output_field=models.IntegerField(),
        )
        return self.filter(is_before | Q(status=Status.SUCCEEDED)).order_by(rank, "pk")

    def public(self) -> Self:
        """Return the results that visitors may see.

        ``TryOnResult.is_public`` is the same rule for one row.
        """
        return self.filter(is_public_try_on())

    def failed_before(self, moment: datetime) -> Self:
        """Return failed jobs, except those that have a picture or a stage: it was paid for."""
        failed = super().failed_before(moment).filter(image="", stage_image="")
        return failed.without_unsettled_parse()

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
        """Return the try-ons of this product's garments, which are looked up at once.

        By their keys, the database knows how many try-ons they have, and so whether to start
        with these or with the newest try-ons.
        """
        return self.for_products([product])

    def for_products(self, products: Iterable[models.Model]) -> Self:
        """Return the try-ons of the garments of these products, such as a family of variants."""
        keys_of_products = [product.pk for product in products]
        garments = Garment.objects.using(self.db).filter(product__in=keys_of_products)
        keys = list(garments.order_by("pk").values_list("pk", flat=True))
        return (
            self.filter(worn__garment=keys[0]) if len(keys) == 1 else self.wearing(garment__in=keys)
        )

    def for_garment(self, garment: Garment) -> Self:
        """Return the try-ons of this garment."""
        # a join, as a try-on wears a garment once: the index has them in the order of a list
        return self.filter(worn__garment=garment)

    def wearing(self, **conditions: Any) -> Self:
        """Return the try-ons of which a ``WornGarment`` meets the conditions."""
        # not a join: a row that wears two garments of a product is returned once
        worn = WornGarment.objects.filter(**conditions)
        return self.filter(pk__in=worn.order_by().values("try_on"))

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
            columns |= {"status": Status.RUNNING, "due_at": now, "finished_at": None}
            if not rows.update(**columns):
                return False
            Batch.objects.reopen([try_on.batch])
        return True

    def regain(self, try_on: TryOnResult, *, sent_at: datetime | None) -> bool:
        """Lease a row anew whose answer came after its lease had ended.

        Returns False if it was submitted again or settled since. A person may have been asked
        meanwhile; the answer decides instead.
        """
        rows = self.filter(
            pk=try_on.pk,
            submitted_at=sent_at,
            status__in=[Status.SUBMITTING, Status.NEEDS_ATTENTION],
        )
        fresh: dict[str, Any] = {
            "status": Status.SUBMITTING,
            "finished_at": None,
            "lease_token": uuid.uuid4().hex,
            "lease_expires_at": timezone.now() + try_on.send_lease,
        }
        with transaction.atomic(using=self.db):
            if not rows.update(**fresh):
                return False
            Batch.objects.reopen([try_on.batch])
        for name, value in fresh.items():
            setattr(try_on, name, value)
        return True

    def being_sent(self, try_on: TryOnResult) -> Self:
        """Return the other try-ons of the same account and model whose submit is on its way."""
        rows = self.submitting().filter(
            account=try_on.account_id, remote_model=try_on.remote_model, unclear_since=None
        )
        return rows.filter(lease_expires_at__gt=timezone.now()).exclude(pk=try_on.pk)

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
