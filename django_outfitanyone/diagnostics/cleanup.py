"""Removing what nobody wants any more, by rules that the shop sets.

Without a rule nothing goes that was paid for. What is published or approved, and what
needs a person's decision, stays whatever the rules say, and so does the ledger.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.apps import apps
from django.core.files.storage import Storage
from django.db import models, transaction
from django.utils import timezone

from django_outfitanyone.conf import conf
from django_outfitanyone.models import (
    ClothesParse,
    Garment,
    Hotspot,
    ModelImage,
    TemporaryUpload,
    TryOnResult,
)

logger = logging.getLogger("django_outfitanyone")

CHUNK = 200
OWNERS: tuple[type[models.Model], ...] = (Garment, ModelImage, TryOnResult, Hotspot)
"""Models whose files this app names, and may therefore remove."""
OUR_NAME = re.compile(r"[0-9a-f]{32}(_\w+)?\.(jpg|png|webp)")
"""As ``unguessable_name`` makes it; a storage may add something to the stem."""

File = tuple[Storage, str]


@dataclass
class Sweep:
    """How many went, or would go: rows of each kind, files of no row, and their bytes."""

    failed: int = 0
    unpublished: int = 0
    uploads: int = 0
    orphans: int = 0
    orphaned_bytes: int = 0

    def as_dict(self) -> dict[str, int]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


def clean(*, dry_run: bool = False) -> Sweep:
    """Apply the rules; with ``dry_run`` only count what would go."""
    done = Sweep()
    expired = TemporaryUpload.objects.expired()
    done.uploads = expired.count() if dry_run else expired.delete()[0]
    before = _days_ago(conf.KEEP_FAILED_DAYS)
    if before:
        done.failed = _remove(TryOnResult.objects.failed_before(before), dry_run=dry_run)
        done.failed += _remove(ClothesParse.objects.failed_before(before), dry_run=dry_run)
    before = _days_ago(conf.KEEP_UNPUBLISHED_DAYS)
    if before:
        done.unpublished = _remove(TryOnResult.objects.unpublished_before(before), dry_run=dry_run)
    before = _days_ago(conf.KEEP_ORPHANS_DAYS)
    if before:
        for storage, name in orphans(before):
            done.orphans += 1
            done.orphaned_bytes += storage.size(name)
            if not dry_run:
                storage.delete(name)
    if not dry_run:
        logger.info("Cleaned: %s", done, extra={"event": "cleaned", **done.as_dict()})
    return done


def orphans(before: datetime) -> Iterator[File]:
    """Files of ours that no row of any app refers to, last written before this moment.

    What is being written just now has no row yet: keep a day's distance or more.
    """
    for storage, folder in _folders():
        for below, names in _walk(storage, folder):
            ours = {f"{below}/{name}" for name in names if OUR_NAME.fullmatch(name)}
            for name in sorted(ours - _referred_to(below) if ours else ()):
                if _is_older(storage, name, before):
                    yield storage, name


def _days_ago(days: int | None) -> datetime | None:
    return None if days is None else timezone.now() - timedelta(days=days)


def _remove(rows: models.QuerySet[Any], *, dry_run: bool) -> int:
    """Delete these rows, a handful at a time, and then the files that only they had."""
    if dry_run:
        return rows.count()
    count = 0
    while removed := _remove_some(rows):
        count += removed
    return count


def _remove_some(rows: models.QuerySet[Any]) -> int:
    """The rows are locked and looked at again: nobody can approve one at the last moment."""
    with transaction.atomic():
        keys = list(rows.order_by("pk").select_for_update().values_list("pk", flat=True)[:CHUNK])
        files = _files_of(keys) if rows.model is TryOnResult else []
        rows.model._default_manager.filter(pk__in=keys).delete()
        transaction.on_commit(partial(_discard, files))
    return len(keys)


def _files_of(keys: list[Any]) -> list[tuple[type[models.Model], str, set[str]]]:
    """Model, field and file names of these try-ons and their hotspots."""
    where: dict[type[models.Model], dict[str, Any]] = {
        TryOnResult: {"pk__in": keys},
        Hotspot: {"try_on__in": keys},
    }
    return [
        (
            model,
            field.name,
            set(model._default_manager.filter(**rows).values_list(field.name, flat=True)) - {""},
        )
        for model, rows in where.items()
        for field in _file_fields(model)
    ]


def _discard(files: Iterable[tuple[type[models.Model], str, set[str]]]) -> None:
    """Reused results share their files: those that another row has stay."""
    for model, field, names in files:
        rows = model._default_manager.filter(**{f"{field}__in": names})
        storage = model._meta.get_field(field).storage  # type: ignore[union-attr]
        for name in names - set(rows.values_list(field, flat=True)):
            storage.delete(name)


def _folders() -> set[File]:
    """Where our files lie: the fixed part of each ``upload_to``."""
    return {
        (field.storage, str(field.upload_to).partition("/%")[0])
        for model in OWNERS
        for field in _file_fields(model)
    }


def _walk(storage: Storage, folder: str) -> Iterator[tuple[str, list[str]]]:
    """Each folder from this one on, with the names of the files in it."""
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    yield folder, names
    for name in folders:
        yield from _walk(storage, f"{folder}/{name}")


def _referred_to(folder: str) -> set[str]:
    """Names in this folder that any model of any app refers to, a shop's own gallery included."""
    names: set[str] = set()
    tables = (model for model in apps.get_models(include_auto_created=True) if _is_table(model))
    for model in tables:
        for field in _file_fields(model):
            rows = model._base_manager.filter(**{f"{field.name}__startswith": f"{folder}/"})
            names |= set(rows.values_list(field.name, flat=True))
    for owner in (ModelImage, TryOnResult):
        pictures = owner._default_manager.filter(image__startswith=f"{folder}/")
        for renditions in pictures.values_list("renditions", flat=True):
            names |= {name for _width, name in renditions or []}
    return names


def _is_table(model: type[models.Model]) -> bool:
    return model._meta.managed and not model._meta.proxy


def _file_fields(model: type[models.Model]) -> list[models.FileField]:
    return [field for field in model._meta.get_fields() if isinstance(field, models.FileField)]


def _is_older(storage: Storage, name: str, moment: datetime) -> bool:
    """Whether it was last written before; a storage that cannot tell keeps its files."""
    try:
        return storage.get_modified_time(name) < moment
    except (NotImplementedError, FileNotFoundError):
        return False
