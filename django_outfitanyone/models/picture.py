"""Pictures that people upload; they are converted to what the engine accepts when stored."""

from __future__ import annotations

import uuid
import weakref
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models
from django.db.models.fields.files import ImageFieldFile
from django.db.models.signals import pre_save
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.exceptions import PictureRefused
from django_outfitanyone.models.storage_fields import ConfiguredStorageMixin, InputImageField
from django_outfitanyone.picture_findings import Finding, from_json, size_findings
from django_outfitanyone.pictures import images
from django_outfitanyone.pictures.colours import Scaled
from django_outfitanyone.pictures.renditions import thumbnail

if TYPE_CHECKING:
    from typing_extensions import Self


CHECK_COLUMNS = ("findings", "findings_ignored")
"""Columns about the picture check, which start anew with each file."""


def unguessable_name(suffix: str) -> str:
    """Return a random file name, so that no name comes from outside."""
    return f"{uuid.uuid4().hex}{suffix}"


class PictureFormField(forms.FileField):
    """Refuses files that the engine would refuse, with the reason and the remedy."""

    widget = forms.ClearableFileInput

    def to_python(self, data: Any) -> Any:
        """Return the upload, prepared once; raise ``ValidationError`` if it cannot be used."""
        file = super().to_python(data)
        if file is not None:
            try:
                images.prepare_upload(file)
            except PictureRefused as error:
                raise ValidationError(str(error), code=error.code) from error
        return file

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "accept": "image/*"}


class PictureFile(ImageFieldFile):
    """Stores the converted picture under a random name, and its size and hash in the row."""

    def save(self, name: str | None, content: Any, save: bool = True) -> None:  # noqa: ARG002, FBT001
        picture = images.prepared(content)
        owner = cast("StoredPicture", self.instance)
        small = thumbnail(picture.data, scaled=picture.scaled)
        super().save(unguessable_name(picture.suffix), ContentFile(picture.data), save=False)
        owner.describe(picture, small)
        if save:
            owner.save()


class PictureField(ConfiguredStorageMixin, models.ImageField):
    """An image of a ``StoredPicture``."""

    attr_class = PictureFile
    storage_setting = "INPUT_STORAGE"

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"form_class": PictureFormField, **kwargs})

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001
        file = super().pre_save(model_instance, add)
        if isinstance(model_instance, StoredPicture):  # the models of migrations are not
            model_instance.measure_if_renamed()
        return getattr(model_instance, self.attname, file)


class StoredPicture(models.Model):
    """A picture that the engine accepts, its size and hash, and a thumbnail.

    Size, hash and thumbnail always belong to the file that ``image`` names: a name that
    was assigned is read and measured when the row is saved. ``QuerySet.update()`` and
    ``bulk_update()`` bypass this, as they bypass every ``save()``.
    """

    image = PictureField(_("picture"), upload_to="outfitanyone/pictures/%Y/%m/")
    width = models.PositiveIntegerField(_("width in pixels"), editable=False)
    height = models.PositiveIntegerField(_("height in pixels"), editable=False)
    sha256 = models.CharField(max_length=64, db_index=True, editable=False)
    thumbnail = InputImageField(upload_to="outfitanyone/thumbnails/%Y/%m/", editable=False)
    findings = models.JSONField(_("picture check"), null=True, editable=False)
    """``[{"code", "severity"}, ...]``; ``None`` if the local engine has not seen the picture."""
    findings_ignored = models.BooleanField(
        _("use it although the check advises against it"), default=False
    )

    shows_person = False
    """Whether it is a photo of a person rather than of a garment."""

    _upload: tuple[str, weakref.ref[images.Picture]] | None = None
    """The hash of the picture that was uploaded, and the picture while its request lives."""
    _measured_name: str | None = None
    """Name of the file to which size, hash and thumbnail belong."""
    _measured_columns = ("width", "height", "sha256", "thumbnail")
    _made_columns: tuple[str, ...] = CHECK_COLUMNS
    """Further columns that ``picture_changed`` sets."""

    class Meta:
        abstract = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        pre_save.connect(
            _measure_row_of_fixture, sender=cls, dispatch_uid="outfitanyone_measure_fixtures"
        )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; with ``update_fields``, what is measured is saved together with the picture."""
        if self._has_new_file():
            self._load_deferred()
        fields = kwargs.get("update_fields")
        if fields is not None and "image" in (names := {*fields}):
            kwargs["update_fields"] = names | {*self._measured_columns, *self._made_columns}
        if fields is None or "image" in kwargs["update_fields"]:
            self.measure_if_renamed()  # before the transaction that Django opens
        super().save(*args, **kwargs)

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        row = super().from_db(*args, **kwargs)
        row.remember_name()
        return row

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        from_queryset: models.QuerySet[Any] | None = None,
    ) -> None:
        super().refresh_from_db(using, fields, from_queryset)
        if fields is None or "image" in fields:  # Django loads each deferred column by itself
            self.remember_name()

    def picture_changed(self) -> None:
        """React to a new file; called before the row is saved."""
        self.forget_findings()

    def forget_findings(self) -> None:
        """Mark the picture as not checked, and drop a decision about what was found."""
        self.findings, self.findings_ignored = None, False

    @property
    def is_checked(self) -> bool:
        """Whether the local engine has checked the picture since it was uploaded."""
        return self.findings is not None

    @property
    def is_checkable(self) -> bool:
        """Whether the local engine has rules for such a picture; the size is always checked."""
        return True

    @property
    def found(self) -> list[Finding]:
        """What the check found, the most severe first; the size needs no engine."""
        size = size_findings(self.width, self.height, is_person=self.shows_person)
        return from_json(self.findings) + size

    @property
    def refusing_findings(self) -> list[Finding]:
        """What makes the engine refuse the picture; empty if a person decided to use it."""
        return [] if self.findings_ignored else [one for one in self.found if one.refuses]

    def read(self) -> bytes:
        """Return the stored bytes."""
        with self.image.open("rb") as file:
            data: bytes = file.read()
            return data

    def describe(self, picture: images.Picture, small: bytes) -> None:
        """Set size, hash and thumbnail to those of the file that ``image`` names now."""
        self.sha256, self.width, self.height = picture.sha256, picture.width, picture.height
        self._upload = self.sha256, weakref.ref(picture)
        self.remember_name()
        self.picture_changed()
        self.thumbnail.save(unguessable_name(".jpg"), ContentFile(small), save=False)

    @property
    def scaled(self) -> Scaled | None:
        """The decoded pixels, while the request lives that uploaded the picture.

        The row does not keep them, so that a script may hold any number of rows.
        """
        sha256, upload = self._upload or ("", lambda: None)
        picture = upload() if sha256 == self.sha256 else None
        return picture.scaled if picture else None

    def measure_if_renamed(self) -> None:
        """Measure a file that was assigned by its name; store it anew if it needs a conversion.

        A new row that brings size, hash and thumbnail with it, such as one of a fixture, is
        trusted. Raises ``PictureRefused`` if the file is missing or cannot be used.
        """
        if not self._is_renamed():
            return
        name = str(self.image.name)
        field = cast("PictureField", self._meta.get_field("image"))
        file = PictureFile(self, field, name)
        try:
            with file.open("rb") as opened:
                data = opened.read()
        except FileNotFoundError as error:
            raise PictureRefused(
                gettext("The file %(name)s is missing from the storage.") % {"name": name},
                remedy=gettext("Upload the picture again."),
                code="PictureMissing",
            ) from error
        picture = images.prepare(data)
        if picture.data == data:
            self.describe(picture, thumbnail(data, scaled=picture.scaled))
        else:
            file.save(name, images.PreparedFile(picture), save=False)

    def _is_renamed(self) -> bool:
        file = self.image if "image" in self.__dict__ else None
        if not file or not getattr(file, "_committed", False):  # an upload is prepared instead
            return False
        if self._state.adding and self._measured_name is None:
            return not all(map(self.__dict__.get, self._measured_columns))
        return str(file.name) != self._measured_name

    def _has_new_file(self) -> bool:
        file = self.image if "image" in self.__dict__ else None
        return bool(file) and (not getattr(file, "_committed", False) or self._is_renamed())

    def _load_deferred(self) -> None:
        """Load the columns that a new file changes: Django does not save deferred ones."""
        changed = {*self._measured_columns, *self._made_columns}
        deferred = changed & self.get_deferred_fields()
        if deferred and not self._state.adding:
            self.refresh_from_db(using=self._state.db, fields=deferred)

    def remember_name(self) -> None:
        """Note that size, hash and thumbnail belong to the file that ``image`` names now."""
        if "image" in self.__dict__:
            self._measured_name = str(self.image.name)


def _measure_row_of_fixture(instance: StoredPicture, raw: bool, **_: Any) -> None:  # noqa: FBT001
    """Measure a row of a fixture, for which Django does not call the field."""
    if raw:
        instance.measure_if_renamed()
