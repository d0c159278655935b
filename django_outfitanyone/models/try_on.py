from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models, router, transaction
from django.db.models import Q
from django.db.models.deletion import Collector
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.choices import SLOT_KEEPERS, ClothesType, Gender, Status
from django_outfitanyone.conf import conf
from django_outfitanyone.models.batch import Batch
from django_outfitanyone.models.known_task import KnownTask
from django_outfitanyone.models.model_image import ModelImage
from django_outfitanyone.models.movable import FRESH, NO_STAGE
from django_outfitanyone.models.remote_job import RemoteJob
from django_outfitanyone.models.renditions import ResponsivePicture
from django_outfitanyone.models.reviewed_picture import ReviewedPicture
from django_outfitanyone.models.storage_fields import (
    DerivativeImageField,
    InputFileField,
    ResultImageField,
)
from django_outfitanyone.models.try_on_queryset import TryOnResultQuerySet
from django_outfitanyone.models.wearing import WearsGarments
from django_outfitanyone.pictures.provenance import PREVIEW

if TYPE_CHECKING:
    from django_outfitanyone.models.clothes_parse import ClothesParse


def set_null_and_mark(
    collector: Collector, field: models.ForeignKey[Any, Any], try_ons: Any, using: str
) -> None:
    """Set an input of a try-on to null, and remember that it lacks one; for ``on_delete``."""
    collector.add_field_update(TryOnResult._meta.get_field("lacks_inputs"), True, try_ons)
    models.SET_NULL(collector, field, try_ons, using)  # last: the rows are found by this column


set_null_and_mark.lazy_sub_objs = True  # type: ignore[attr-defined]  # as SET_NULL: loads no rows


class Keep(models.TextChoices):
    """The half of the person's own clothes that stays on."""

    UPPER = ClothesType.UPPER.value, _("keep the top")
    LOWER = ClothesType.LOWER.value, _("keep the trousers or skirt")


class TryOnResult(WearsGarments, RemoteJob, ReviewedPicture, ResponsivePicture):
    """One try-on: model photo, garments, options, progress, and the picture that was made."""

    batch = models.UUIDField(_("batch"), default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(_("number in the batch"), default=0, editable=False)
    model_image = models.ForeignKey(
        ModelImage,
        verbose_name=_("model photo"),
        on_delete=set_null_and_mark,
        null=True,
        related_name="try_ons",
        db_index=False,  # the index begins with it
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
    seed = models.PositiveBigIntegerField(_("seed"), null=True, blank=True)
    """For engines that take one; ``None`` lets the engine choose."""
    lacks_inputs = models.BooleanField(default=False, editable=False)
    """Whether the model photo or a garment was deleted since the request."""
    force_new = models.BooleanField(_("paid again on purpose"), default=False)
    fingerprint = models.CharField(_("fingerprint"), max_length=64, db_index=True, editable=False)
    """Hash of the pictures' contents and the options, see ``jobs.fingerprint``."""

    is_prepared = models.BooleanField(default=False, editable=False)
    slot = models.PositiveSmallIntegerField(null=True, editable=False)
    remote_task_id = models.CharField(_("task id"), max_length=500, null=True, editable=False)
    """The engine's handle: an id, or an address to poll."""
    submit_key = models.CharField(max_length=32, blank=True, editable=False)
    """Key of the paid request that was sent last: a new one for each that is really new."""
    stage = models.PositiveSmallIntegerField(default=0, editable=False)
    """How many calls have finished of those that an outfit takes, see ``worker.stages``."""
    stage_image = InputFileField(upload_to="outfitanyone/stages/%Y/%m/", blank=True, editable=False)
    """The picture of the last finished stage; it is sent to the engine and never shown."""
    unclear_since = models.DateTimeField(null=True, editable=False)
    """When the submit's outcome was first found unclear, by the engine's clock or a later one."""
    failed_tasks = models.PositiveSmallIntegerField(
        _("tasks that failed temporarily"), default=0, editable=False
    )
    result_url = models.TextField(blank=True, editable=False)
    """Where the engine keeps the finished picture for some time. Signed URLs may be long."""
    result_expires_at = models.DateTimeField(null=True, editable=False)

    image = ResultImageField(
        _("picture"),
        upload_to="outfitanyone/results/%Y/%m/",
        blank=True,
        editable=False,
    )
    width = models.PositiveIntegerField(_("width in pixels"), null=True, editable=False)
    height = models.PositiveIntegerField(_("height in pixels"), null=True, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, db_index=True, editable=False)
    thumbnail = DerivativeImageField(
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

    requested_parse: ClothesParse | None = None
    """The parse of the picture that the worker has requested with this instance."""
    is_of_held_batch = False
    """Whether nothing of its batch could be submitted when the worker last read it."""
    is_first_task = False
    """Whether the worker has found that no earlier task of the same remote model runs."""

    objects = TryOnResultQuerySet.as_manager()

    class Meta(RemoteJob.Meta):
        verbose_name = _("try-on result")
        verbose_name_plural = _("try-on results")
        ordering = ["-pk"]
        permissions = [
            ("generate", "Can request try-on pictures, which may cost money"),
            ("review", "Can review try-on pictures"),
            ("publish", "Can publish try-on pictures"),
            ("see_costs", "Can see what try-on pictures cost"),
        ]
        indexes = [
            *RemoteJob.Meta.indexes,
            *ReviewedPicture.Meta.indexes,
            models.Index(fields=["model_image", "id"], name="outfit_tryonresult_photo"),
            models.Index(
                fields=["model_image", "is_published", "id"], name="outfit_tryonresult_photo_shown"
            ),
            # how far batches are
            models.Index(fields=["batch", "status"], name="outfit_tryonresult_batch"),
            models.Index(fields=["remote_model", "id"], name="outfit_tryonresult_model"),
            models.Index(fields=["is_preview", "id"], name="outfit_tryonresult_preview"),
            models.Index(
                fields=["is_published", "created_at", "account"],
                name="outfit_tryonresult_month_shown",
            ),
        ]
        constraints = [
            *RemoteJob.Meta.constraints,
            *ReviewedPicture.Meta.constraints,
            # at most one row in each slot; slots are numbered from 1 to CONCURRENT_TASKS
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
        ]

    def __str__(self) -> str:
        worn = " + ".join(str(garment) for garment in self.garments)
        return f"{worn or '?'} / {self.model_image or '?'}"

    def start_over(self, **columns: Any) -> bool:
        """Queue the row again; stages that were paid for stay, unless its pictures changed."""
        fresh = dict(FRESH)
        if columns.get("fingerprint", self.fingerprint) != self.fingerprint:
            fresh |= NO_STAGE
        return super().start_over(**fresh, **columns)

    def write(self, **columns: Any) -> None:
        task_id = columns.get("remote_task_id")
        if not task_id:
            super().write(**columns)
            return
        with transaction.atomic(using=router.db_for_write(type(self))):
            super().write(**columns)
            KnownTask.objects.remember(self.account_id, task_id)

    def adopt_task(self, task_id: str) -> bool:
        """Follow this remote task: a person decided that the unclear submit created it."""
        with transaction.atomic(using=router.db_for_write(type(self))):
            adopted = self._override(
                {Status.NEEDS_ATTENTION},
                Status.RUNNING,
                remote_task_id=task_id,
                due_at=timezone.now(),
                finished_at=None,
            )
            if adopted:
                KnownTask.objects.remember(self.account_id, task_id)
        return adopted

    def _open_again(self) -> None:
        Batch.objects.reopen([self.batch])

    def _follow_up(self, new: Status) -> dict[str, Any]:
        """Free the slot as soon as no remote task can be running; forget an earlier submit."""
        if new == Status.SUBMITTING:
            return {"unclear_since": None}
        return {} if new in SLOT_KEEPERS else {"slot": None}

    @property
    def paid_before(self) -> tuple[int, Decimal]:
        return (self.image_count, self.cost) if self.stage else super().paid_before

    @property
    def expires_at(self) -> datetime | None:
        """When the engine deletes the result, by its own word if it gave one."""
        known = (super().expires_at, self.result_expires_at if self.submitted_at else None)
        return min((moment for moment in known if moment), default=None)

    @property
    def can_be_downloaded(self) -> bool:
        return super().can_be_downloaded and bool(self.remote_task_id) and not self.image

    @property
    def digital_source_type(self) -> str:
        """How the picture was made, as its files state it; empty if they are not marked."""
        return PREVIEW if self.is_preview else conf.DIGITAL_SOURCE_TYPE

    @property
    def is_reused(self) -> bool:
        return self.reused_from_id is not None

    def read(self) -> bytes:
        """Return the stored bytes of the picture."""
        with self.image.open("rb") as file:
            data: bytes = file.read()
            return data
