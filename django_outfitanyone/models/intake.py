"""Many pictures on their way into the shop: drafts until a person has checked and added them.

They have tables of their own, so that nothing else of the app ever sees a draft.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.choices import UNCHECKED_KINDS, GarmentKind
from django_outfitanyone.conf import product_model_name
from django_outfitanyone.models.database import atomic, on_commit
from django_outfitanyone.models.person import PersonFields
from django_outfitanyone.models.picture import StoredPicture
from django_outfitanyone.models.renditions import discard

if TYPE_CHECKING:
    from typing_extensions import Self

CHUNK = 20
"""Intakes that are deleted at a time, each with up to ``MAX_PICTURES`` pictures."""


class Subject(models.TextChoices):
    """What the pictures of an intake become."""

    GARMENT = "garment", _("garments")
    MODEL_PHOTO = "model_photo", _("model photos")


class IntakeQuerySet(models.QuerySet["Intake"]):
    def of(self, user: Any, subject: str) -> Self:
        """Return what this person has not added or discarded yet, the newest first."""
        if user.pk is None:  # an intake of a deleted user has no owner either
            return self.none()
        return self.filter(created_by=user.pk, subject=subject).order_by("-pk")

    def created_before(self, moment: datetime) -> Self:
        return self.filter(created_at__lt=moment)

    def lock(self, key: int) -> Intake | None:
        """Return the intake, which no other transaction changes meanwhile; ``None`` if it is gone.

        The UPDATE is the first statement of the transaction, as SQLite needs it.
        """
        rows = self.filter(pk=key)
        return rows.first() if rows.update(saved_count=F("saved_count")) else None

    def discard(self) -> int:
        """Delete these intakes with their drafts and files; return how many there were."""
        count = 0
        while keys := list(self.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
            with atomic():
                IntakePicture.objects.filter(intake__in=keys).discard()
                Intake.objects.filter(pk__in=keys).delete()
            count += len(keys)
        return count


class Intake(models.Model):
    """Pictures that one person uploads together. It goes once all of them are added."""

    subject = models.CharField(max_length=20, choices=Subject)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    saved_count = models.PositiveIntegerField(default=0)
    """Rows that were added from it so far."""

    objects = IntakeQuerySet.as_manager()

    if TYPE_CHECKING:
        lines: Any
        pictures: Any

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(subject__in=Subject.values),
                name="outfitanyone_intake_subject_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_subject_display()} {self.pk}"

    @property
    def shows_people(self) -> bool:
        return self.subject == Subject.MODEL_PHOTO


class IntakeLineQuerySet(models.QuerySet["IntakeLine"]):
    def to_fetch(self) -> Self:
        """Return the addresses whose pictures were not downloaded yet."""
        return self.filter(problem="", is_url=True)

    def without_file(self) -> Self:
        """Return the lines of a list whose files were not uploaded yet."""
        return self.filter(problem="", is_url=False)

    def with_problem(self) -> Self:
        """Return what could not be used, and why."""
        return self.exclude(problem="")


class IntakeLine(models.Model):
    """A line of a CSV list that still waits for its picture, or a picture that cannot be used."""

    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="lines")
    reference = models.CharField(max_length=1000)
    """The name of a file in the same upload, or an address."""
    is_url = models.BooleanField(default=False)
    details = models.JSONField(default=dict)
    """What the list says about the picture, by the columns of ``IntakePicture``."""
    problem = models.TextField(blank=True)

    objects = IntakeLineQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.reference


class IntakePictureQuerySet(models.QuerySet["IntakePicture"]):
    def to_check(self) -> Self:
        """Return the drafts that the local engine can check, but has not checked yet."""
        return self.filter(findings__isnull=True).exclude(kind__in=UNCHECKED_KINDS)

    def discard(self) -> None:
        """Delete these drafts, and their files on commit: no other row names them."""
        rows = list(self)
        self.model.objects.filter(pk__in=[row.pk for row in rows]).delete()
        for row in rows:
            on_commit(partial(discard, row.image.storage, row.files()))


class IntakePicture(StoredPicture, PersonFields):
    """A draft: a picture that was uploaded, and what is known or guessed about it."""

    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="pictures")
    file_name = models.CharField(max_length=255)
    kind = models.CharField(_("kind"), max_length=10, choices=GarmentKind, blank=True)
    is_kind_sure = models.BooleanField(default=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    product = models.ForeignKey(
        product_model_name(),
        verbose_name=_("product"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    sku = models.CharField(_("SKU"), max_length=100, blank=True)
    """What the list or the person wrote, if no product was found by it."""
    renditions = models.JSONField(null=True, editable=False)
    is_chosen = models.BooleanField(null=True)
    """The person's decision to add it; ``None`` leaves it to what was found."""

    objects = IntakePictureQuerySet.as_manager()

    class Meta:
        ordering = ["file_name", "pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def shows_person(self) -> bool:  # type: ignore[override]
        return self.intake.shows_people

    def files(self) -> list[list[Any]]:
        """Return width and name of each stored file, in the form of ``renditions``."""
        names = [[0, str(self.image.name)], [0, str(self.thumbnail.name)]]
        return [*names, *(self.renditions or [])]
