from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.choices import FINAL, OPEN, Status
from django_outfitanyone.models.model_image import ModelImage
from django_outfitanyone.models.remote_job import RemoteJob, RemoteJobQuerySet
from django_outfitanyone.models.try_on import TryOnResult

if TYPE_CHECKING:
    from typing_extensions import Self

    from django_outfitanyone.models.hotspot import Picture


PATIENCE = 4
"""Failed attempts of a search, within half a minute, that others wait for."""


class ClothesParseQuerySet(RemoteJobQuerySet["ClothesParse"]):
    def not_failed_before(self, moment: datetime | None) -> Self:
        """Open, answered or unclear, which must not be paid again; or failed after ``moment``."""
        bad = Q(status__in=[Status.FAILED, Status.CANCELED])
        return self.exclude(bad & Q(finished_at__lt=moment) if moment else bad)

    def of(self, picture: Picture) -> Self:
        """Searches in this very picture: a replaced file has to be searched again."""
        return self.filter(**picture_filter(picture), picture_sha256=picture.sha256)


def go_with_picture(collector: Any, field: Any, rows: Any, using: str) -> None:  # noqa: ARG001
    """As ``CASCADE``, which on MySQL sets the key to NULL first; a constraint forbids that here."""
    collector.collect(
        rows,
        source=field.remote_field.model,
        source_attr=field.name,
        nullable=False,
        fail_on_restricted=False,
    )


def picture_filter(picture: Picture) -> dict[str, int]:
    """Columns that point at a picture, for ClothesParse and Hotspot."""
    column = "model_image_id" if isinstance(picture, ModelImage) else "try_on_id"
    return {column: picture.pk}


class ClothesParse(RemoteJob):
    """A search for clothes in one picture; its hotspots are what was found.

    ``clothes_types`` is a comma-separated list in the order asked.
    """

    model_image = models.ForeignKey(
        ModelImage,
        verbose_name=_("model photo"),
        on_delete=go_with_picture,
        null=True,
        related_name="parses",
    )
    try_on = models.ForeignKey(
        TryOnResult,
        verbose_name=_("try-on result"),
        on_delete=go_with_picture,
        null=True,
        related_name="parses",
    )
    picture_sha256 = models.CharField(
        _("SHA-256 of the picture"), max_length=64, db_index=True, editable=False
    )
    clothes_types = models.CharField(_("looked for"), max_length=30)
    force_new = models.BooleanField(_("paid again on purpose"), default=False, editable=False)
    open_key = models.CharField(max_length=120, null=True, unique=True, editable=False)
    """Set while open, so that one picture is never searched twice at the same time."""

    objects = ClothesParseQuerySet.as_manager()

    class Meta(RemoteJob.Meta):
        verbose_name = _("search for clothes")
        verbose_name_plural = _("searches for clothes")
        ordering = ["-pk"]
        constraints = [
            *RemoteJob.Meta.constraints,
            models.CheckConstraint(
                condition=Q(model_image__isnull=False, try_on__isnull=True)
                | Q(model_image__isnull=True, try_on__isnull=False),
                name="outfitanyone_parse_of_one_picture",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clothes_types} / {self.picture}"

    @property
    def picture(self) -> Picture:
        picture = self.model_image or self.try_on
        assert picture is not None  # by constraint  # noqa: S101
        return picture

    def move(self, new: Status, **columns: Any) -> None:
        if new in FINAL:
            columns["open_key"] = None
        super().move(new, **columns)

    @property
    def is_reused(self) -> bool:
        """Whether it took over what another search had found, and sent nothing."""
        return self.status == Status.SUCCEEDED and self.submitted_at is None

    def answered_twins(self) -> Iterator[ClothesParse]:
        """Finished searches for these clothes in pictures with the same contents."""
        return self._twins(Status.SUCCEEDED)

    def has_earlier_twin(self) -> bool:
        """Whether such a search is under way, without much trouble: its answer will serve both."""
        return any(twin.pk < self.pk and twin.attempts < PATIENCE for twin in self._twins(*OPEN))

    def _twins(self, *statuses: Status) -> Iterator[ClothesParse]:
        twins = ClothesParse.objects.filter(
            account=self.account_id, picture_sha256=self.picture_sha256, status__in=statuses
        )
        return (twin for twin in twins.exclude(pk=self.pk) if twin.covers(self.types))

    @property
    def can_be_fetched(self) -> bool:
        return super().can_be_fetched and "areas" in self.remote_answer

    def covers(self, types: Sequence[str]) -> bool:
        """Whether it looked for all of these."""
        return set(types) <= set(self.types)

    @property
    def types(self) -> list[str]:
        """What is looked for, in the order asked."""
        return self.clothes_types.split(",")
