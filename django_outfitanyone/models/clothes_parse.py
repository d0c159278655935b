from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.choices import FINAL, OPEN, Status
from django_outfitanyone.models.hotspot import CROPS_FOLDER
from django_outfitanyone.models.job_queryset import RemoteJobQuerySet
from django_outfitanyone.models.of_picture import OfPicture, OfPictureQuerySet, has_one_picture
from django_outfitanyone.models.remote_job import RemoteJob
from django_outfitanyone.models.storage_fields import InputFileField
from django_outfitanyone.models.try_on import TryOnResult

if TYPE_CHECKING:
    from typing_extensions import Self


PATIENCE = 4
"""Failed attempts of a parse, within half a minute, before other jobs stop waiting for it."""


class ClothesParseQuerySet(  # type: ignore[override]
    RemoteJobQuerySet["ClothesParse"], OfPictureQuerySet["ClothesParse"]
):
    read_with_claim = ("account", "model_image", "try_on")

    def not_failed_before(self, moment: datetime | None) -> Self:
        """Leave out parses that failed or were canceled before ``moment``, or ever if ``None``.

        An unclear parse stays in: a new one could be paid for twice.
        """
        bad = Q(status__in=[Status.FAILED, Status.CANCELED])
        return self.exclude(bad & Q(finished_at__lt=moment) if moment else bad)

    def awaited(self) -> Self:
        """Return the open parses that do not keep failing."""
        return self.open().filter(attempts__lt=PATIENCE)

    def hold_unclear(self, parse: RemoteJob) -> bool:
        """Lock this parse until the transaction ends, if it needs attention; say whether it does.

        An UPDATE does both on every database.
        """
        return bool(self.needing_attention().filter(pk=parse.pk).update(due_at=None))

    def follow_with_dress(self, parse: ClothesParse) -> bool:
        """Let a parse of a dress follow if this one finds nothing; return False if it has ended."""
        unfinished = self.filter(pk=parse.pk).exclude(status=Status.SUCCEEDED)
        return bool(unfinished.update(is_automatic=True))

    def hold_automatic(self, parse: ClothesParse) -> bool:
        """Lock this parse until the transaction ends; say whether it is automatic by now.

        An UPDATE locks on every database, so ``follow_with_dress`` comes before it or too late.
        """
        row = self.filter(pk=parse.pk)
        row.update(is_automatic=F("is_automatic"))
        return row.filter(is_automatic=True).exists()

    def blocking(self, try_ons: Iterable[TryOnResult]) -> dict[int, ClothesParse]:
        """Return the unclear parse that blocks each of these try-ons, by the try-on's key."""
        blocked = [try_on for try_on in try_ons if try_on.is_blocked]
        if not blocked:
            return {}
        unclear = self.needing_attention().filter(
            model_image__in={try_on.model_image_id for try_on in blocked},
            picture_sha256=F("model_image__sha256"),
        )
        parses = list(unclear.order_by("pk"))  # of several, the newest counts
        return {
            try_on.pk: parse
            for try_on in blocked
            for parse in parses
            if parse.model_image_id == try_on.model_image_id and parse.covers([try_on.keep])
        }


class ClothesParse(RemoteJob, OfPicture):
    """One call of the parsing model for one picture; its hotspots are what was found.

    ``clothes_types`` is a comma-separated list in the order of the call.
    """

    picture_sha256 = models.CharField(
        _("SHA-256 of the picture"), max_length=64, db_index=True, editable=False
    )
    clothes_types = models.CharField(_("clothes types"), max_length=30)
    force_new = models.BooleanField(_("paid again on purpose"), default=False, editable=False)
    is_automatic = models.BooleanField(default=False, editable=False)
    """Whether a parse of a dress follows if neither half is found."""
    open_key = models.CharField(max_length=120, null=True, unique=True, editable=False)
    """Set while the parse is open, so that one picture has only one open parse of a kind."""
    upper_crop = InputFileField(upload_to=CROPS_FOLDER, blank=True, editable=False)
    """The upper half as the engine returned it, if it came without a box, so without a hotspot."""
    lower_crop = InputFileField(upload_to=CROPS_FOLDER, blank=True, editable=False)

    objects = ClothesParseQuerySet.as_manager()

    class Meta(RemoteJob.Meta):
        verbose_name = _("clothes parse")
        verbose_name_plural = _("clothes parses")
        ordering = ["-pk"]
        constraints = [
            *RemoteJob.Meta.constraints,
            has_one_picture(name="outfitanyone_parse_of_one_picture"),
        ]

    def __str__(self) -> str:
        return f"{self.clothes_types} / {self.picture}"

    def _follow_up(self, new: Status) -> dict[str, Any]:
        return {"open_key": None} if new in FINAL else {}

    def _has_others(self, new: Status) -> bool:
        is_awaited = self.model_image_id is not None and new in {*FINAL, Status.QUEUED}
        return is_awaited or super()._has_others(new)

    def _update_others(self, new: Status) -> None:
        """Make the try-ons that wait for this parse due: it has ended, or a person has decided."""
        super()._update_others(new)
        if new in {*FINAL, Status.QUEUED}:
            TryOnResult.objects.wake_waiting_for(self)

    @property
    def is_reused(self) -> bool:
        """Whether the areas were copied from an identical parse, and nothing was sent."""
        return self.has_succeeded and self.submitted_at is None

    def duplicates(self) -> list[ClothesParse]:
        """Return the open and successful parses of the same contents for any of these clothes."""
        others = ClothesParse.objects.filter(
            account=self.account_id,
            picture_sha256=self.picture_sha256,
            status__in=[*OPEN, Status.SUCCEEDED],
        ).exclude(pk=self.pk)
        return [other for other in others if not set(other.types).isdisjoint(self.types)]

    def may_wait_for(self, others: Iterable[ClothesParse]) -> bool:
        """Whether older ones of these that are open and not in trouble will make this one free.

        Alone or together with finished ones they cover its types.
        """
        awaited, known = set[str](), set[str]()
        for other in others:
            if other.has_succeeded:
                known.update(other.types)
            elif other.pk < self.pk and other.attempts < PATIENCE:
                awaited.update(other.types)
        return bool(awaited) and set(self.types) <= awaited | known

    @property
    def can_be_downloaded(self) -> bool:
        is_usable = super().can_be_downloaded and "areas" in self.remote_answer
        return is_usable and self.picture.sha256 == self.picture_sha256

    def covers(self, types: Sequence[str]) -> bool:
        """Whether the parse is for all of these types."""
        return set(types) <= set(self.types)

    @property
    def has_found_nothing(self) -> bool:
        """Whether the parse has succeeded and its answer names no clothes."""
        areas = self.remote_answer.get("areas")
        return self.has_succeeded and areas is not None and not any(areas)

    def area(self, clothes_type: str) -> dict[str, Any] | None:
        """Return what the answer says about these clothes; ``None`` if they were not found."""
        areas = self.remote_answer.get("areas", [])
        return next((area for area in areas if area and area["clothes_type"] == clothes_type), None)

    def crop_without_box(self, clothes_type: str) -> FieldFile | None:
        """Return the crop of a half that was found without its place, if there is one."""
        crop: FieldFile | None = getattr(self, f"{clothes_type}_crop", None)
        return crop or None

    @property
    def types(self) -> list[str]:
        """The clothes types of the call, in its order."""
        return self.clothes_types.split(",")
