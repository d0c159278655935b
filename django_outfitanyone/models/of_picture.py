"""What clothes parses and hotspots share: each belongs to one model photo or one result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from django.db import models
from django.db.models import ProtectedError, Q
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.models.model_image import ModelImage
from django_outfitanyone.models.try_on import TryOnResult

if TYPE_CHECKING:
    from typing_extensions import Self

Picture: TypeAlias = ModelImage | TryOnResult

Row = TypeVar("Row", bound=models.Model)


def picture_filter(picture: Picture) -> dict[str, int]:
    """Return the foreign key column and value of this picture's ``OfPicture`` rows."""
    column = "model_image_id" if isinstance(picture, ModelImage) else "try_on_id"
    return {column: picture.pk}


def go_with_picture(collector: Any, field: Any, rows: Any, using: str) -> None:  # noqa: ARG001
    """Delete the rows, as ``CASCADE`` does; raise ``ProtectedError`` if one may be billed.

    On MySQL, ``CASCADE`` first sets the foreign key to NULL, which the constraint of
    ``OfPicture`` rows forbids.
    """
    unsettled = {row for row in rows if getattr(row, "is_unsettled", False)}
    if unsettled:
        raise ProtectedError("The picture has clothes parses that may be billed.", unsettled)
    collector.collect(
        rows,
        source=field.remote_field.model,
        source_attr=field.name,
        nullable=False,
        fail_on_restricted=False,
    )


def has_one_picture(*, name: str) -> models.CheckConstraint:
    """Return the constraint that a row has a model photo or a try-on result, never both."""
    return models.CheckConstraint(
        condition=Q(model_image__isnull=False, try_on__isnull=True)
        | Q(model_image__isnull=True, try_on__isnull=False),
        name=name,
    )


class OfPictureQuerySet(models.QuerySet[Row]):
    def of(self, picture: Picture) -> Self:
        """Return the rows of this picture file; rows of a file since replaced are left out."""
        return self.filter(**picture_filter(picture), picture_sha256=picture.sha256)


class OfPicture(models.Model):
    """A row of one picture. Subclasses add ``has_one_picture`` to their constraints."""

    model_image = models.ForeignKey(
        ModelImage,
        verbose_name=_("model photo"),
        on_delete=go_with_picture,
        null=True,
        blank=True,
        related_name="%(class)ss",
    )
    try_on = models.ForeignKey(
        TryOnResult,
        verbose_name=_("try-on result"),
        on_delete=go_with_picture,
        null=True,
        blank=True,
        related_name="%(class)ss",
    )
    picture_sha256 = models.CharField(_("SHA-256 of the picture"), max_length=64, editable=False)

    class Meta:
        abstract = True

    @property
    def picture(self) -> Picture:
        """The model photo or result; ``None`` only before the row has one."""
        return cast("Picture", self.model_image or self.try_on)
