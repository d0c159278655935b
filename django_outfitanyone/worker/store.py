"""Fetch, verify and store what an engine made: it was paid for, and the engine deletes its copy."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from django_outfitanyone.account.ledger import PAUSES
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import (
    DownloadFailed,
    DownloadRefused,
    LeaseLost,
    OutcomeUnknown,
    ResultLost,
)
from django_outfitanyone.jobs.parse import request_result_parse
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.models.database import atomic, connection
from django_outfitanyone.models.movable import NO_TASK
from django_outfitanyone.models.transitions import NO_LEASE
from django_outfitanyone.pictures import images
from django_outfitanyone.pictures.decoding import human_size
from django_outfitanyone.pictures.downloads import download
from django_outfitanyone.pictures.renditions import thumbnail
from django_outfitanyone.worker import stages
from django_outfitanyone.worker.new_files import NewFiles, new_files

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine, Result

logger = logging.getLogger("django_outfitanyone")


def fetch(result: Result, engine: Engine) -> bytes:
    """Return the bytes of a result: from its answer, by the engine, or by the safe downloader.

    Raises ``DownloadFailed`` or ``DownloadRefused``, or an error of the engine.
    """
    most = conf.MAX_DOWNLOAD_BYTES
    try:
        data = engine.fetch(result, max_bytes=most)
    except OutcomeUnknown as error:  # a fetch is free, so it is repeated
        raise DownloadFailed(error.message) from error
    if data is None:
        return download(result.url)
    if len(data) > most:
        raise DownloadRefused(_("The file is larger than %(limit)s.") % {"limit": human_size(most)})
    return data


def store_results(try_on: TryOnResult, results: Sequence[Result], engine: Engine) -> None:
    """Store the first result: as the finished picture, or as the one of a stage.

    The row wants one picture. If the engine has made more, the others are left out, which the
    log says. A picture that exists only in memory is stored with retries; without a usable
    one, ``ResultLost`` is raised.
    """
    first, *others = results
    if others:
        logger.warning(
            "Try-on %s: the engine made %d pictures more than requested; they are not stored.",
            try_on.pk,
            len(others),
            extra={"event": "more_results", "job_id": try_on.pk, "count": len(others)},
        )
    data = fetch(first, engine)
    if first.url:
        _store(try_on, images.verify(data))
        return
    try:
        picture = images.verify(data)
    except DownloadRefused as error:
        raise ResultLost(error.message) from error
    _store_from_memory(try_on, picture)


def _store_from_memory(try_on: TryOnResult, picture: images.Picture) -> None:
    """Store a picture that no address leads to; retry while storage or database fail."""
    for pause in PAUSES:
        try:
            _store(try_on, picture)
        except LeaseLost:  # noqa: PERF203
            raise
        except Exception:
            if not pause or connection().in_atomic_block:
                raise
            logger.exception("Try-on %s: its picture could not be stored yet", try_on.pk)
            time.sleep(pause)
            try_on.keep_lease()
        else:
            return


def _store(try_on: TryOnResult, picture: images.Picture) -> None:
    if stages.is_last(try_on):
        _store_picture(try_on, picture.marked(conf.DIGITAL_SOURCE_TYPE))
    else:
        _store_stage(try_on, picture)


def _store_picture(try_on: TryOnResult, picture: images.Picture) -> None:
    """Store the finished picture with its thumbnail and smaller copies."""
    try_on.is_preview = picture.is_sandbox_preview  # its copies state it in their marks
    with new_files(is_named=_is_named) as files:
        files.save(try_on.image, picture.suffix, picture.data)
        _store_thumbnail(try_on, picture.data, files)
        renditions = _stored_renditions(try_on, picture.data, files)
        finish(
            try_on,
            image=try_on.image.name,
            thumbnail=try_on.thumbnail.name,
            renditions=renditions,
            width=picture.width,
            height=picture.height,
            sha256=picture.sha256,
            is_preview=picture.is_sandbox_preview,
            result_url="",
        )


def finish(try_on: TryOnResult, **columns: Any) -> None:
    """End a try-on whose picture is stored, and request the parse that finds its hotspots."""
    try:
        _write_end(try_on, columns)
    except IntegrityError:  # the user who requested it was deleted at this moment
        try_on.read_requester()
        _write_end(try_on, columns)


def _write_end(try_on: TryOnResult, columns: Mapping[str, Any]) -> None:
    before = try_on.place
    try:
        with atomic():
            try_on.mark_succeeded(**columns)
            if conf.PARSE_RESULTS:
                _request_hotspots(try_on, is_new="image" in columns)
    except Exception:
        try_on.undo_move(before)
        raise


def _request_hotspots(try_on: TryOnResult, *, is_new: bool) -> None:
    """Request the parse; a picture is worth keeping without it."""
    try:
        try_on.requested_parse = request_result_parse(try_on, is_new=is_new)
    except DatabaseError:
        raise
    except Exception:
        logger.exception("Try-on %s: its clothes parse could not be requested", try_on.pk)


def _store_stage(try_on: TryOnResult, picture: images.Picture) -> None:
    """Store the picture of a stage, and prepare the request of the next one."""
    before = try_on.stage_image
    with new_files(is_named=_is_stage) as files:
        try:
            files.save(try_on.stage_image, picture.suffix, picture.data)
            try_on.mark_preparing(
                **NO_TASK,
                stage=try_on.stage + 1,
                stage_image=str(try_on.stage_image.name),
                is_prepared=False,
                failed_tasks=0,
                uploads_renewed=False,
                submitted_at=None,
                attempts=0,
                error_code="",
                error_message="",
                due_at=timezone.now(),
                **NO_LEASE,
            )
        except Exception:
            try_on.stage_image = str(before.name or "")
            raise


def _is_named(names: Sequence[str]) -> bool:
    return TryOnResult.objects.filter(image__in=names).exists()


def _is_stage(names: Sequence[str]) -> bool:
    return TryOnResult.objects.filter(stage_image__in=names).exists()


def _store_thumbnail(try_on: TryOnResult, data: bytes, files: NewFiles) -> None:
    """Store a thumbnail; without one, the picture itself is shown in lists."""
    try:
        files.save(try_on.thumbnail, ".jpg", thumbnail(data, try_on.digital_source_type))
    except Exception:
        logger.exception("tryonresult %s: the thumbnail could not be stored", try_on.pk)
        try_on.thumbnail = try_on.image.name


def _stored_renditions(try_on: TryOnResult, data: bytes, files: NewFiles) -> list[list[Any]] | None:
    """Store smaller copies; ``None`` if that fails, so that they are made later."""
    try:
        renditions = try_on.make_renditions(data)
    except Exception:
        logger.exception("tryonresult %s: smaller copies could not be stored", try_on.pk)
        return None
    for _width, name in renditions:
        files.add(try_on.copies_storage, name)
    return renditions
