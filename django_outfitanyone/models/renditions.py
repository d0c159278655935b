"""Smaller copies of the pictures that visitors see, for ``srcset``."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import models, transaction
from django.db.models.signals import post_delete, pre_delete
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.models.picture import unguessable_name
from django_outfitanyone.pictures.renditions import smaller_copies

if TYPE_CHECKING:
    from django.db.models.fields.files import ImageFieldFile

FILE_COLUMNS = frozenset({"image", "sha256", "renditions"})
"""Columns that tell which files belong to a row."""


class ResponsivePicture(models.Model):
    """A picture with smaller copies. A picture without them is shown in its full size."""

    renditions = models.JSONField(_("smaller copies"), null=True, editable=False)
    """``[[width, name], ...]`` with names in the storage of ``image``, the smallest first."""

    if TYPE_CHECKING:
        image: ImageFieldFile
        sha256: str
        objects: Any

    class Meta:
        abstract = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Connect each model: without a sender, no model of the project had fast deletes."""
        super().__init_subclass__(**kwargs)
        pre_delete.connect(_load_files, sender=cls, dispatch_uid="outfitanyone_load_renditions")
        post_delete.connect(
            _delete_with_last_row, sender=cls, dispatch_uid="outfitanyone_renditions"
        )

    @classmethod
    def without_renditions(cls) -> models.QuerySet[Any]:
        """Return the rows whose smaller copies have not been made."""
        rows: models.QuerySet[Any] = cls.objects.filter(renditions__isnull=True)
        return rows.exclude(image="")

    def make_renditions(self, data: bytes) -> list[list[Any]]:
        """Store smaller copies of the picture and return the value for ``renditions``.

        This takes about a second, so call it outside of transactions. Stores all copies or
        none.
        """
        storage = self.image.storage
        folder = str(self.image.name).rpartition("/")[0]
        stored: list[list[Any]] = []
        try:
            for width, copy in smaller_copies(data):
                stored.append([width, f"{folder}/{unguessable_name('.webp')}"])
                stored[-1][1] = storage.save(stored[-1][1], ContentFile(copy))
        except Exception:
            discard(storage, stored)
            raise
        return stored

    def add_renditions(self) -> None:
        """Make the copies of a stored row, unless its picture is replaced meanwhile."""
        with self.image.open("rb") as file:
            renditions = self.make_renditions(file.read())
        rows = type(self).objects.filter(pk=self.pk, image=self.image.name)
        if rows.filter(renditions__isnull=True).update(renditions=renditions):
            self.renditions = renditions
        else:
            discard(self.image.storage, renditions)


def discard(storage: Storage, renditions: Iterable[Iterable[Any]] | None) -> None:
    """Delete the files of these renditions, as far as the storage works."""
    for _width, name in renditions or []:
        with suppress(Exception):  # an orphan is deleted by a later clean
            storage.delete(name)


def _load_files(sender: type[ResponsivePicture], instance: Any, using: str, **_: Any) -> None:
    """Load what ``_delete_with_last_row`` needs, because it cannot be loaded afterwards."""
    deferred = instance.get_deferred_fields() & FILE_COLUMNS
    if deferred and sender._base_manager.using(using).filter(pk=instance.pk).exists():
        instance.refresh_from_db(using=using, fields=deferred)


def _delete_with_last_row(
    sender: type[ResponsivePicture], instance: Any, using: str, **_: Any
) -> None:
    """Delete the files with the last row that shows them, because reused results share files."""
    was_gone = bool(instance.get_deferred_fields() & FILE_COLUMNS)
    if was_gone or not instance.renditions:
        return
    sharing = {"sha256": instance.sha256, "image": instance.image.name}
    if not sender.objects.using(using).filter(**sharing).exists():
        clean = partial(discard, instance.image.storage, instance.renditions)
        transaction.on_commit(clean, using=using, robust=True)
