from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.choices import FINAL, OPEN, Status
from django_outfitanyone.models.job_queryset import RemoteJobQuerySet
from django_outfitanyone.models.of_picture import OfPicture, OfPictureQuerySet, has_one_picture
from django_outfitanyone.models.remote_job import RemoteJob
from django_outfitanyone.models.try_on import TryOnResult

if TYPE_CHECKING:
    from typing_extensions import Self


PATIENCE = 4
"""Failed attempts of a parse, within half a minute, before other jobs stop waiting for it."""


class ClothesParseQuerySet(  # type: ignore[override]
    RemoteJobQuerySet["ClothesParse"], OfPictureQuerySet["ClothesParse"]
):
    def not_failed_before(self, moment: datetime | None) -> Self:
        """Leave out parses that failed or were canceled before ``moment``, or ever if ``None``.

        An unclear parse stays in: a new one could be paid for twice.
        """
        bad = Q(status__in=[Status.FAILED, Status.CANCELED])
        return self.exclude(bad & Q(finished_at__lt=moment) if moment else bad)

    def hold_unclear(self, parse: RemoteJob) -> bool:
        """Lock this parse until the transaction ends, if it needs attention; say whether it does.

        An UPDATE does both on every database.
        """
        return bool(self.needing_attention().filter(pk=parse.pk).update(due_at=None))

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
    open_key = models.CharField(max_length=120, null=True, unique=True, editable=False)
    """Set while the parse is open, so that one picture has only one open parse of a kind."""

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

    def _update_others(self, new: Status) -> None:
        """Make the try-ons that wait for this parse due: it has ended, or a person has decided."""
        super()._update_others(new)
        if new in {*FINAL, Status.QUEUED}:
            TryOnResult.objects.wake_waiting_for(self)

    @property
    def is_reused(self) -> bool:
        """Whether the areas were copied from an identical parse, and nothing was sent."""
        return self.has_succeeded and self.submitted_at is None

    def finished_duplicates(self) -> Iterator[ClothesParse]:
        """Yield the successful parses for these clothes of the same picture contents."""
        return self._duplicates(Status.SUCCEEDED)

    def has_earlier_duplicate(self) -> bool:
        """Whether an older parse that covers this one is open and not in trouble."""
        return any(
            other.pk < self.pk and other.attempts < PATIENCE for other in self._duplicates(*OPEN)
        )

    def _duplicates(self, *statuses: Status) -> Iterator[ClothesParse]:
        others = ClothesParse.objects.filter(
            account=self.account_id, picture_sha256=self.picture_sha256, status__in=statuses
        ).exclude(pk=self.pk)
        return (other for other in others if other.covers(self.types))

    @property
    def can_be_downloaded(self) -> bool:
        return super().can_be_downloaded and "areas" in self.remote_answer

    def covers(self, types: Sequence[str]) -> bool:
        """Whether the parse is for all of these types."""
        return set(types) <= set(self.types)

    @property
    def types(self) -> list[str]:
        """The clothes types of the call, in its order."""
        return self.clothes_types.split(",")
