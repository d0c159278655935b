"""Fields of files, each in the storage that the settings name for its kind of file.

Inputs are what people upload and what is cut out of it: garments, model photos, drafts, and what
is sent to engines. They may show people who have not agreed to be public. Results are finished
pictures. Derivatives are the smaller copies and thumbnails of results; those of inputs are inputs.

The storage is read from the settings each time and is not part of migrations.
"""

from __future__ import annotations

from typing import Any

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models.fields.files import FieldFile, ImageFieldFile

from django_outfitanyone.conf import conf

STORAGE_SETTINGS = ("INPUT_STORAGE", "RESULT_STORAGE", "DERIVATIVE_STORAGE")
"""The settings that name an alias of Django's ``STORAGES``."""


def configured_storage(setting: str) -> Storage:
    """Return the storage that this setting names."""
    storage: Storage = storages[getattr(conf, setting)]
    return storage


class ConfiguredStorageMixin:
    """A mixin for ``FileField`` whose storage is the one that a setting names."""

    storage_setting: str
    migrated_as = ""
    """Dotted path of the field in migrations, if it is not the class itself."""

    @property
    def storage(self) -> Storage:
        return configured_storage(self.storage_setting)

    @storage.setter
    def storage(self, _value: Storage) -> None:
        """Ignore what Django's ``FileField`` sets: the default storage."""

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()  # type: ignore[misc] # a field's
        kwargs.pop("storage", None)
        return name, self.migrated_as or path, args, kwargs


class InputFileField(ConfiguredStorageMixin, models.FileField):
    """A file that is sent to an engine, or cut out of a picture."""

    storage_setting = "INPUT_STORAGE"
    migrated_as = "django.db.models.FileField"


class InputImageField(ConfiguredStorageMixin, models.ImageField):
    """An uploaded picture, or a copy of one."""

    storage_setting = "INPUT_STORAGE"
    migrated_as = "django.db.models.ImageField"


class ResultImageField(ConfiguredStorageMixin, models.ImageField):
    """A finished picture."""

    storage_setting = "RESULT_STORAGE"
    migrated_as = "django.db.models.ImageField"


class ThumbnailFile(ImageFieldFile):
    """The thumbnail of a result, or the result itself if no thumbnail could be stored."""

    def __init__(self, instance: Any, field: Any, name: str | None) -> None:
        super().__init__(instance, field, name)
        image = instance.__dict__.get("image")
        if name and name == (image.name if isinstance(image, FieldFile) else image):
            self.storage = configured_storage("RESULT_STORAGE")


class DerivativeImageField(ConfiguredStorageMixin, models.ImageField):
    """A smaller copy of a finished picture."""

    attr_class = ThumbnailFile
    storage_setting = "DERIVATIVE_STORAGE"
    migrated_as = "django.db.models.ImageField"
