"""Smaller copies of the pictures that visitors see, for ``srcset``."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import models, router, transaction
from django.db.models.signals import post_delete, pre_delete
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.models.loaded_together import LoadedTogether
from django_outfitanyone.models.picture import unguessable_name
from django_outfitanyone.pictures import images
from django_outfitanyone.pictures.colours import Scaled, open_scaled
from django_outfitanyone.pictures.renditions import LARGEST, smaller_copies, thumbnail

if TYPE_CHECKING:
    from django.db.models.fields.files import ImageFieldFile

FILE_COLUMNS = frozenset({"image", "sha256", "renditions"})
"""Columns that tell which files belong to a row."""


class ResponsivePicture(LoadedTogether):
    """A picture with copies for ``srcset``. Without them, it is shown in its full size."""

    renditions = models.JSONField(_("smaller copies"), null=True, editable=False)
    """``[[width, name], ...]`` with names in ``copies_storage``, the smallest first."""

    if TYPE_CHECKING:
        image: ImageFieldFile
        thumbnail: ImageFieldFile
        width: Any
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

    @property
    def scaled(self) -> Scaled | None:
        """The decoded pixels, if they are at hand."""
        return None

    @property
    def copies_storage(self) -> Storage:
        """Where the smaller copies are: with the thumbnails."""
        storage: Storage = self._meta.get_field("thumbnail").storage  # type: ignore[union-attr]
        return storage

    @property
    def digital_source_type(self) -> str:
        """How the picture was made, as its copies state it: an IPTC term, empty for a photo."""
        return ""

    @classmethod
    def with_pictures(cls) -> models.QuerySet[Any]:
        """Return one row of each stored picture: reused results share theirs."""
        rows: models.QuerySet[Any] = cls.objects.exclude(image="")
        first = rows.order_by().values("image").annotate(first=models.Min("pk"))
        return rows.filter(pk__in=first.values("first"))

    @classmethod
    def without_renditions(cls) -> models.QuerySet[Any]:
        """Return the rows whose smaller copies have not been made."""
        rows: models.QuerySet[Any] = cls.objects.filter(renditions__isnull=True)
        return rows.exclude(image="")

    @property
    def sources(self) -> list[tuple[int, str]]:
        """Width and URL of each file to choose from, the smallest first; empty without copies.

        The picture itself is only among them if no copy has its width or the largest one: its
        bytes are many times those of a copy.
        """
        if not self.renditions or not self.width:
            return []
        url_of = self.copies_storage.url
        sources = [(width, url_of(name)) for width, name in self.renditions]
        if sources[-1][0] < min(self.width, LARGEST):
            sources.append((self.width, self.image.url))
        return sources

    def make_renditions(self, data: bytes, scaled: Scaled | None = None) -> list[list[Any]]:
        """Store copies of the picture and return the value for ``renditions``.

        ``scaled`` is as in ``smaller_copies``. This takes up to a second, so call it outside of
        transactions. Stores all copies or none.
        """
        storage = self.copies_storage
        folder = str(self.image.name).rpartition("/")[0]
        stored: list[list[Any]] = []
        try:
            for width, copy in smaller_copies(data, self.digital_source_type, scaled=scaled):
                stored.append([width, f"{folder}/{unguessable_name('.webp')}"])
                stored[-1][1] = storage.save(stored[-1][1], ContentFile(copy))
        except Exception:
            discard(storage, stored)
            raise
        return stored[::-1]

    def add_renditions(self) -> None:
        """Make the copies of a stored row, unless its picture is replaced meanwhile."""
        with self.image.open("rb") as file:
            renditions = self.make_renditions(file.read(), self.scaled)
        rows = type(self).objects.filter(pk=self.pk, image=self.image.name)
        if rows.filter(renditions__isnull=True).update(renditions=renditions):
            self.renditions = renditions
        else:
            discard(self.copies_storage, renditions)

    def remake_copies(self) -> bool:
        """Make copies and thumbnail anew, with today's marks, for all rows that share the picture.

        The old files are deleted. Returns False if the picture was replaced meanwhile.
        """
        with self.image.open("rb") as file:
            data = file.read()
        scaled = open_scaled(data, within=images.SCALED_BOX)
        small = thumbnail(data, self.digital_source_type, scaled=scaled)
        renditions = self.make_renditions(data, scaled)
        try:
            name = self._store_thumbnail(small)
            old = self._replace_copies(name, renditions)
        except Exception:
            discard(self.copies_storage, renditions)
            raise
        self._discard_copies(old or [(name, renditions)])
        return bool(old)

    def _store_thumbnail(self, small: bytes) -> str:
        name = self.thumbnail.field.generate_filename(self, unguessable_name(".jpg"))
        return self.thumbnail.storage.save(name, ContentFile(small))

    def _discard_copies(self, copies: Iterable[tuple[str, Any]]) -> None:
        """Delete these thumbnails and renditions, which no row names any more."""
        for thumbnail_name, renditions in copies:
            discard(self.copies_storage, renditions)
            if thumbnail_name != self.image.name:  # a picture may be its own thumbnail
                discard(self.thumbnail.storage, [[0, thumbnail_name]])

    def _replace_copies(self, name: str, renditions: list[list[Any]]) -> list[tuple[str, Any]]:
        """Write the new names into the rows; return the old ones, each once."""
        rows = type(self).objects.filter(sha256=self.sha256, image=self.image.name)
        with transaction.atomic(using=router.db_for_write(type(self))):
            known = [*rows.select_for_update().values_list("thumbnail", "renditions")]
            rows.update(thumbnail=name, renditions=renditions)
        return [one for number, one in enumerate(known) if one not in known[:number]]


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
        clean = partial(discard, instance.copies_storage, instance.renditions)
        transaction.on_commit(clean, using=using, robust=True)
