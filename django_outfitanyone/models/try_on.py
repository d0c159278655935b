from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.choices import (
    AREA_OF_GARMENT,
    IN_FLIGHT,
    UNSENT,
    ClothesType,
    Review,
    Status,
)
from django_outfitanyone.conf import conf
from django_outfitanyone.models.garment import Garment
from django_outfitanyone.models.model_image import ModelImage
from django_outfitanyone.models.remote_job import RemoteJob, RemoteJobQuerySet
from django_outfitanyone.models.renditions import ResponsivePicture

if TYPE_CHECKING:
    from typing_extensions import Self


class Keep(models.TextChoices):
    """The half of the person's own clothes that stays."""

    UPPER = ClothesType.UPPER.value, _("keep the top")
    LOWER = ClothesType.LOWER.value, _("keep the trousers or skirt")


class Gender(models.TextChoices):
    """What the refiner has to be told of the person."""

    WOMAN = "woman", _("woman")
    MAN = "man", _("man")


class TryOnResultQuerySet(RemoteJobQuerySet["TryOnResult"]):
    def unsent(self) -> Self:
        """Nothing was paid; may be canceled."""
        return self.filter(status__in=UNSENT)

    def prepared(self) -> Self:
        """Ready to be submitted; all that is missing is a slot."""
        return self.filter(status=Status.PREPARING, is_prepared=True)

    def in_flight(self) -> Self:
        """Paid or about to be: the remote system has it, or its answer is on the way home."""
        return self.filter(status__in=IN_FLIGHT)

    def with_hotspots(self) -> Self:
        """With everything a page shows of a picture: three queries, however many pictures."""
        return self.select_related(
            "model_image", "top_garment__product", "bottom_garment__product"
        ).prefetch_related("hotspots__product")

    def with_inputs(self) -> Self:
        pictures = ("model_image", "top_garment", "bottom_garment")
        return super().with_inputs().select_related(*pictures)

    def with_finished_twin(self) -> Self:
        """What would be reused if it were asked for now: it costs nothing."""
        twins = self.model._default_manager.filter(
            account=OuterRef("account"),
            fingerprint=OuterRef("fingerprint"),
            status=Status.SUCCEEDED,
        )
        return self.filter(Exists(twins), force_new=False)

    def needing_attention(self) -> Self:
        return self.filter(status=Status.NEEDS_ATTENTION)

    def public(self) -> Self:
        """What visitors may see: finished and not rejected, or only published if so set."""
        finished = self.succeeded()
        if conf.REQUIRE_REVIEW:
            return finished.filter(published_at__isnull=False)
        return finished.exclude(review=Review.REJECTED)

    def failed_before(self, moment: datetime) -> Self:
        """As every job; but what has a picture all the same was paid for."""
        return super().failed_before(moment).filter(image="")

    def unpublished_before(self, moment: datetime) -> Self:
        """Finished before this moment, and never approved nor about to be refined."""
        refined = self.model._default_manager.open().filter(refines=OuterRef("pk"))
        return (
            self.succeeded()
            .exclude(review=Review.APPROVED)
            .filter(published_at__isnull=True, finished_at__lt=moment)
            .exclude(Exists(refined))
        )

    def for_product(self, product: models.Model) -> Self:
        """Pictures in which this product was tried on."""
        return self.filter(
            Q(top_garment__product=product.pk) | Q(bottom_garment__product=product.pk)
        )

    def for_garment(self, garment: Garment) -> Self:
        """Pictures in which this garment was tried on."""
        return self.filter(Q(top_garment=garment) | Q(bottom_garment=garment))


class TryOnResult(RemoteJob, ResponsivePicture):
    """One try-on: who wears what, how it went, and the picture that came of it."""

    batch = models.UUIDField(_("batch"), default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(_("number in the batch"), default=0, editable=False)
    model_image = models.ForeignKey(
        ModelImage,
        verbose_name=_("model photo"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="try_ons",
    )
    top_garment = models.ForeignKey(
        Garment,
        verbose_name=_("top, dress or jumpsuit"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="try_ons_as_top",
    )
    bottom_garment = models.ForeignKey(
        Garment,
        verbose_name=_("trousers, shorts or skirt"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="try_ons_as_bottom",
    )
    keep = models.CharField(_("keep"), max_length=10, choices=Keep, blank=True)
    remote_model = models.CharField(_("quality"), max_length=50)
    resolution = models.IntegerField(_("resolution"), default=-1)
    restore_face = models.BooleanField(_("keep the face"), default=True)
    refines = models.ForeignKey(
        "self",
        verbose_name=_("refines"),
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="refinements",
    )
    gender = models.CharField(_("gender, for refining"), max_length=5, choices=Gender, blank=True)
    force_new = models.BooleanField(_("paid again on purpose"), default=False)
    fingerprint = models.CharField(_("fingerprint"), max_length=64, db_index=True, editable=False)
    """Hash of the pictures' contents and the options: the wish, whatever happens to the rows."""

    is_prepared = models.BooleanField(default=False, editable=False)
    slot = models.PositiveSmallIntegerField(null=True, editable=False)
    remote_task_id = models.CharField(_("task id"), max_length=100, null=True, editable=False)
    failed_tasks = models.PositiveSmallIntegerField(
        _("tasks that failed by a passing fault"), default=0, editable=False
    )
    result_url = models.CharField(max_length=1000, blank=True, editable=False)
    """Where the picture waits to be fetched, for 24 hours."""

    image = models.ImageField(
        _("picture"),
        upload_to="outfitanyone/results/%Y/%m/",
        blank=True,
        editable=False,
    )
    width = models.PositiveIntegerField(_("width in pixels"), null=True, editable=False)
    height = models.PositiveIntegerField(_("height in pixels"), null=True, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, db_index=True, editable=False)
    thumbnail = models.ImageField(
        upload_to="outfitanyone/thumbnails/%Y/%m/", blank=True, editable=False
    )
    is_preview = models.BooleanField(_("preview"), default=False, editable=False)
    reused_from = models.ForeignKey(
        "self",
        verbose_name=_("reused from"),
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="reuses",
    )

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
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)

    objects = TryOnResultQuerySet.as_manager()

    class Meta(RemoteJob.Meta):
        verbose_name = _("try-on result")
        verbose_name_plural = _("try-on results")
        ordering = ["-pk"]
        constraints = [
            *RemoteJob.Meta.constraints,
            # at most one row in each slot, and slots are numbered 1 to CONCURRENT_TASKS
            models.UniqueConstraint(fields=["account", "slot"], name="outfitanyone_one_per_slot"),
            models.UniqueConstraint(
                fields=["account", "remote_task_id"], name="outfitanyone_task_known_once"
            ),
            # a form sent twice is one batch: the second insert fails as a whole
            models.UniqueConstraint(fields=["batch", "number"], name="outfitanyone_batch_once"),
            models.CheckConstraint(
                condition=~Q(status=Status.SUCCEEDED) | ~Q(image=""),
                name="outfitanyone_success_has_picture",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.RUNNING) | Q(remote_task_id__isnull=False),
                name="outfitanyone_running_has_task",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True)
                | Q(status=Status.SUCCEEDED, review=Review.APPROVED),
                name="outfitanyone_published_is_approved",
            ),
            models.CheckConstraint(
                condition=Q(keep="")
                | Q(keep=Keep.UPPER, top_garment__isnull=True)
                | Q(keep=Keep.LOWER, bottom_garment__isnull=True),
                name="outfitanyone_kept_half_is_free",
            ),
            models.CheckConstraint(
                condition=Q(review__in=Review.values), name="outfitanyone_review_known"
            ),
        ]

    def __str__(self) -> str:
        worn = " + ".join(str(garment) for garment in self.garments)
        return f"{worn or '?'} / {self.model_image or '?'}"

    @property
    def garments(self) -> list[Garment]:
        """What is tried on, top first."""
        return [garment for garment in (self.top_garment, self.bottom_garment) if garment]

    def move(self, new: Status, **columns: Any) -> None:
        """As every job; the slot is free as soon as no remote task can be running."""
        if new not in {Status.SUBMITTING, Status.RUNNING, Status.NEEDS_ATTENTION}:
            columns["slot"] = None
        super().move(new, **columns)

    def garment_on(self, clothes_type: str | None) -> Garment | None:
        """The garment that was tried on there."""
        for garment in self.garments:
            if AREA_OF_GARMENT[garment.kind] == clothes_type:
                return garment
        return None

    @property
    def can_be_fetched(self) -> bool:
        return super().can_be_fetched and bool(self.remote_task_id) and not self.image

    @property
    def is_reused(self) -> bool:
        return self.reused_from_id is not None

    def read(self) -> bytes:
        """The stored bytes of the picture."""
        with self.image.open("rb") as file:
            data: bytes = file.read()
            return data
