"""Files that a step stores before it writes the row that names them.

A storage knows no transactions. If the row is not written because of an error, the files are
deleted, so that a retry leaves nothing behind. Those of a process that is killed stay until
the cleanup finds that no row names them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.core.files.storage import Storage

from django_outfitanyone.models.picture import unguessable_name

if TYPE_CHECKING:
    from django.db.models.fields.files import FieldFile


class NewFiles:
    """The files that a step has stored."""

    def __init__(self) -> None:
        self._files: list[FieldFile] = []
        self._others: list[tuple[Storage, str]] = []

    @property
    def names(self) -> list[str]:
        """The names of the files in their storages."""
        return [*(str(file.name) for file in self._files), *(name for _, name in self._others)]

    def save(self, file: FieldFile, suffix: str, data: bytes) -> None:
        """Store the data under a random name; leave nothing behind if that fails."""
        name = unguessable_name(suffix)
        try:
            file.save(name, ContentFile(data), save=False)
        except Exception:
            with suppress(Exception):
                file.storage.delete(file.field.generate_filename(file.instance, name))
            raise
        self._files.append(file)

    def add(self, storage: Storage, name: str) -> None:
        """Note a file that was stored otherwise."""
        self._others.append((storage, name))

    def delete(self) -> None:
        """Delete the files, as far as the storage works."""
        for file in self._files:
            with suppress(Exception):
                file.delete(save=False)
        for storage, name in self._others:
            with suppress(Exception):
                storage.delete(name)


@contextmanager
def new_files(*, is_named: Callable[[Sequence[str]], bool]) -> Iterator[NewFiles]:
    """Yield the new files of a step, which are deleted if it fails and no row names them.

    ``is_named`` reads from the database whether a row names one of these files: a connection
    that is lost during a commit leaves open whether it took effect. While the database is
    unavailable, the files stay.
    """
    files = NewFiles()
    try:
        yield files
    except Exception:
        with suppress(Exception):
            if not is_named(files.names):
                files.delete()
        raise
