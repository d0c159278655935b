from __future__ import annotations

from collections.abc import Iterable
from functools import partial, reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.error_help import ErrorHelp, error_help_for, refusing_engine_class
from django_outfitanyone.models.loaded_together import LoadsTogether
from django_outfitanyone.models.person import PersonFields, has_tag
from django_outfitanyone.models.picture import CHECK_COLUMNS, StoredPicture
from django_outfitanyone.models.picture_queryset import StoredPictureQuerySet, advised_against
from django_outfitanyone.models.renditions import ResponsivePicture, discard
from django_outfitanyone.picture_findings import NARROW_SIDE

if TYPE_CHECKING:
    from typing_extensions import Self


def _known_bad() -> Q:
    """Return the condition that a photo is not offered; needs ``with_findings_text``."""
    return Q(~Q(refusal_code="") | advised_against(), findings_ignored=False)


class ModelImageQuerySet(LoadsTogether, StoredPictureQuerySet):
    least_width = NARROW_SIDE

    def active(self) -> Self:
        """Return the photos that may be used for try-ons."""
        return self.filter(is_active=True)

    def matching(self, text: str) -> Self:
        """Return the photos whose name, body or tags match each word of the text."""
        rows = self
        for word in text.split():
            columns = ("name", "body", "tags")
            found = (Q((f"{column}__icontains", word)) for column in columns)
            rows = rows.filter(reduce(or_, found))
        return rows

    def offered(self) -> Self:
        """Return the active photos without those that are known to be bad.

        A photo is bad if the engine has refused it, or if the check says that it will, unless a
        person decided to use it anyway.
        """
        return self.active().with_findings_text().exclude(_known_bad())

    def withheld(self) -> Self:
        """Return the active photos that are not offered because they are known to be bad."""
        return self.active().with_findings_text().filter(_known_bad())

    def tagged(self, *tags: str) -> Self:
        """Return the photos with all of these tags."""
        rows = self
        for tag in tags:
            rows = rows.filter(has_tag(tag))
        return rows

    def refused(self) -> Self:
        """Return the photos that the engine refused as not showing one complete person."""
        return self.exclude(refusal_code="")

    def note_gender(self, keys: Iterable[int], gender: str) -> None:
        """Keep the gender of the person in these photos, where it is not known yet."""
        self.filter(pk__in=list(keys), gender="").update(gender=gender)

    def mark_refused(self, photo: ModelImage, *, code: str, message: str) -> None:
        """Keep why the engine refused this picture, unless it was replaced meanwhile."""
        rows = self.filter(pk=photo.pk, sha256=photo.sha256, refusal_code="")
        rows.update(refusal_code=code, refusal_message=message)

    def mark_accepted(self, photo: ModelImage) -> None:
        """Forget a refusal of this picture: the engine has accepted it since."""
        rows = self.filter(pk=photo.pk, sha256=photo.sha256)
        rows.update(refusal_code="", refusal_message="")

    def with_hotspots(self) -> Self:
        """Load everything that a page shows of a picture, in three queries."""
        return self.grouped().prefetch_related("hotspots__product")


class ModelImage(StoredPicture, PersonFields, ResponsivePicture):
    """A photo of one complete person from the front, on whom garments are tried on."""

    name = models.CharField(_("name"), max_length=100)
    is_active = models.BooleanField(
        _("offered for try-ons"), default=True, help_text=_("Untick instead of deleting.")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    refusal_code = models.CharField(
        _("refused because"), max_length=100, blank=True, editable=False
    )  # the engine found no complete person, or several
    refusal_message = models.TextField(blank=True, editable=False)

    objects = ModelImageQuerySet.as_manager()

    shows_person = True

    _outdated: list[list[Any]] | None = None
    _made_columns = (*CHECK_COLUMNS, "renditions", "refusal_code", "refusal_message")

    class Meta:
        verbose_name = _("model photo")
        verbose_name_plural = _("model photos")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, then make smaller copies on commit and delete those of a replaced file."""
        super().save(*args, **kwargs)
        using = self._state.db
        if self._outdated:
            delete = partial(discard, self.copies_storage, self._outdated)
            transaction.on_commit(delete, using=using, robust=True)
            self._outdated = None
        if self.renditions is None:
            transaction.on_commit(self.add_renditions, using=using, robust=True)

    @property
    def is_refused(self) -> bool:
        """Whether the engine said that this picture does not show one complete person."""
        return bool(self.refusal_code)

    @property
    def refusal_help(self) -> ErrorHelp | None:
        """Who can fix the refusal, and how."""
        refusal = (self.refusal_code, self.refusal_message)
        return error_help_for(*refusal, refusing_engine_class(*refusal))

    def picture_changed(self) -> None:
        super().picture_changed()
        self._outdated, self.renditions = self.renditions, None
        self.refusal_code = self.refusal_message = ""
