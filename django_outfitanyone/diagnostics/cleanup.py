"""Removes old data by the retention rules that the shop sets.

Without a rule, nothing that was paid for is removed. Published and approved pictures, rows that
need a person's decision, and the ledger are always kept.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import partial, reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.core.files.storage import Storage
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from django_outfitanyone.conf import conf
from django_outfitanyone.models import (
    Batch,
    ClothesParse,
    DailyTotal,
    Garment,
    Hotspot,
    Intake,
    IntakePicture,
    KnownTask,
    ModelImage,
    TemporaryUpload,
    TryOnResult,
)
from django_outfitanyone.models.amounts import last_month, shop_day
from django_outfitanyone.models.batch import BatchQuerySet
from django_outfitanyone.models.database import atomic, on_commit

logger = logging.getLogger("django_outfitanyone")

CHUNK = 200
OWNERS: tuple[type[models.Model], ...] = (
    *(Garment, ModelImage, IntakePicture, TryOnResult, Hotspot, ClothesParse),
)
"""Models whose files are named, and may be removed, by this app."""
OUR_NAME = re.compile(r"[0-9a-f]{32}(_\w+)?\.(jpg|png|webp)")
"""Names made by ``unguessable_name``. A storage may append a suffix to the stem."""

File = tuple[Storage, str]


@dataclass
class CleanupReport:
    """Counts of what was, or would be, removed: rows by kind, orphaned files and their bytes.

    ``daily_totals`` are not removed: they differed from the sums of their charges.
    """

    failed: int = 0
    unpublished: int = 0
    drafts: int = 0
    uploads: int = 0
    known_tasks: int = 0
    batches: int = 0
    """Those whose try-ons are all deleted."""
    orphans: int = 0
    orphaned_bytes: int = 0
    daily_totals: int = 0

    def as_dict(self) -> dict[str, int]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


def clean(*, dry_run: bool = False) -> CleanupReport:
    """Apply the rules. With ``dry_run``, only count what would be removed."""
    report = CleanupReport()
    expired = TemporaryUpload.objects.expired()
    report.uploads = expired.count() if dry_run else expired.delete()[0]
    report.known_tasks = _remove(KnownTask.objects.no_longer_listed(), dry_run=dry_run)
    report.daily_totals = _recount(dry_run=dry_run)
    before = _days_ago(conf.KEEP_FAILED_DAYS)
    if before:
        report.failed = _remove(TryOnResult.objects.failed_before(before), dry_run=dry_run)
        report.failed += _remove(ClothesParse.objects.failed_before(before), dry_run=dry_run)
    before = _days_ago(conf.KEEP_UNPUBLISHED_DAYS)
    if before:
        report.unpublished = _remove(
            TryOnResult.objects.unpublished_before(before), dry_run=dry_run
        )
    report.batches = _remove(empty_batches(), dry_run=dry_run)
    before = _days_ago(conf.KEEP_DRAFTS_DAYS)
    if before:
        drafts = Intake.objects.created_before(before)
        report.drafts = drafts.count() if dry_run else drafts.discard()
    before = _days_ago(conf.KEEP_ORPHANS_DAYS)
    if before:
        for storage, name in orphans(before):
            report.orphans += 1
            report.orphaned_bytes += storage.size(name)
            if not dry_run:
                storage.delete(name)
    if not dry_run:
        logger.info("Cleaned: %s", report, extra={"event": "cleaned", **report.as_dict()})
    return report


def empty_batches() -> BatchQuerySet:
    """Return the finished batches whose try-ons are all deleted."""
    rows = TryOnResult.objects.filter(batch=OuterRef("pk"))
    return Batch.objects.finished().filter(~Exists(rows))


def orphans(before: datetime) -> Iterator[File]:
    """Yield files of this app that no row of any app refers to, last written before this time.

    A file that is being written has no row yet, so ``before`` should be at least a day ago.
    """
    for storage, folder in _folders():
        for subfolder, names in _walk(storage, folder):
            ours = {f"{subfolder}/{name}" for name in names if OUR_NAME.fullmatch(name)}
            for name in sorted(ours - _referred_to(subfolder) if ours else ()):
                if _is_older(storage, name, before):
                    yield storage, name


def _recount(*, dry_run: bool) -> int:
    """Correct the daily totals of this month and the last, which budgets rely on."""
    first = last_month(shop_day(timezone.now()))
    totals = DailyTotal.objects.all()
    return len(totals.differing(first)) if dry_run else totals.recount(first)


def _days_ago(days: int | None) -> datetime | None:
    return None if days is None else timezone.now() - timedelta(days=days)


def _remove(rows: models.QuerySet[Any], *, dry_run: bool) -> int:
    """Delete these rows in chunks, and then the files that no other row uses."""
    if dry_run:
        return rows.count()
    count = 0
    while removed := _remove_chunk(rows):
        count += removed
    return count


def _remove_chunk(rows: models.QuerySet[Any]) -> int:
    with atomic():
        # locked and filtered again, because a user may have approved one meanwhile
        keys = list(rows.order_by("pk").select_for_update().values_list("pk", flat=True)[:CHUNK])
        files = _files_of(keys) if rows.model is TryOnResult else []
        rows.model._default_manager.filter(pk__in=keys).delete()
        on_commit(partial(_discard, files))
    return len(keys)


def _files_of(keys: list[Any]) -> list[tuple[type[models.Model], str, set[str]]]:
    """Return model, field and file names of these try-ons and their hotspots."""
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
    """Delete the files, except those that another row shares because it reused a result."""
    for model, field, names in files:
        rows = model._default_manager.filter(**{f"{field}__in": names})
        storage = model._meta.get_field(field).storage  # type: ignore[union-attr]
        for name in names - set(rows.values_list(field, flat=True)):
            storage.delete(name)


def _folders() -> set[File]:
    """Return storage and folder of all our files: the constant part of each ``upload_to``.

    Smaller copies are in the folders of their pictures, but maybe in another storage.
    """
    places = {(field.storage, _folder(field)) for model in OWNERS for field in _file_fields(model)}
    results = TryOnResult._meta.get_field("image")
    copies = TryOnResult._meta.get_field("thumbnail").storage
    return places | {(copies, _folder(results))}


def _folder(field: Any) -> str:
    return str(field.upload_to).partition("/%")[0]


def _walk(storage: Storage, folder: str) -> Iterator[tuple[str, list[str]]]:
    """Yield this folder and all folders below it, with the names of their files."""
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    yield folder, names
    for name in folders:
        yield from _walk(storage, f"{folder}/{name}")


def _referred_to(folder: str) -> set[str]:
    """Return files in this folder that any row of any app uses, such as a shop's own gallery."""
    names: set[str] = set()
    tables = (model for model in apps.get_models(include_auto_created=True) if _is_table(model))
    for model in tables:
        if columns := [field.name for field in _file_fields(model)]:
            here = [Q(**{f"{column}__startswith": f"{folder}/"}) for column in columns]
            # in one query: a file that moves to another column meanwhile is still in use
            rows = model._base_manager.filter(reduce(or_, here)).values_list(*columns)
            names |= {name for row in rows for name in row}
    for owner in (ModelImage, TryOnResult, IntakePicture):
        pictures = owner._default_manager.filter(image__startswith=f"{folder}/")
        for renditions in pictures.values_list("renditions", flat=True):
            names |= {name for _width, name in renditions or []}
    return names


def _is_table(model: type[models.Model]) -> bool:
    return model._meta.managed and not model._meta.proxy


def _file_fields(model: type[models.Model]) -> list[models.FileField]:
    return [field for field in model._meta.get_fields() if isinstance(field, models.FileField)]


def _is_older(storage: Storage, name: str, moment: datetime) -> bool:
    """Return whether the file is older; False if the storage knows no modification times."""
    try:
        return storage.get_modified_time(name) < moment
    except (NotImplementedError, FileNotFoundError):
        return False
