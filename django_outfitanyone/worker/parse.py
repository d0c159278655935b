"""The steps of a clothes parse: upload the picture, one paid call, then hotspots."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from django.utils import timezone
from django.utils.translation import gettext as _

from django_outfitanyone.account import rate_limits
from django_outfitanyone.account.ledger import settle, settle_unclear
from django_outfitanyone.engines.base import ParsedArea, Result
from django_outfitanyone.engines.capabilities import Unclear
from django_outfitanyone.exceptions import (
    APIError,
    OutcomeUnknown,
    RequestNotSent,
    RequestRefused,
)
from django_outfitanyone.jobs.parse import ONE_PIECE, request_parse
from django_outfitanyone.models import Charge, ClothesParse, Hotspot
from django_outfitanyone.models.database import atomic
from django_outfitanyone.models.remote_job import UNCLEAR
from django_outfitanyone.signals import hotspots_found
from django_outfitanyone.worker.hotspots import (
    fetch_area,
    hotspots_by_kind,
    names_files,
    store_crops_without_box,
    store_files,
    write_hotspots,
)
from django_outfitanyone.worker.known_areas import answer_columns, copy_areas, known_areas
from django_outfitanyone.worker.new_files import new_files
from django_outfitanyone.worker.retries import UNCLEAR_PARSE
from django_outfitanyone.worker.temporary_uploads import drop_uploads
from django_outfitanyone.worker.uploads import Delivery, picture_of

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine, Parser, ParseReport, Picture

logger = logging.getLogger("django_outfitanyone")

RECHECK_DELAY = timedelta(seconds=2)
"""While another parse of the same picture is open."""


def start(parse: ClothesParse, engine: Engine) -> datetime | None:
    """Step: reuse what finished parses found in the same picture, or prepare a new call."""
    others = [] if parse.force_new else parse.duplicates()
    if known_areas(parse, others) and _reuse_known_areas(parse):
        return None
    if parse.may_wait_for(others):
        return timezone.now() + RECHECK_DELAY
    return prepare(parse, engine)


def _reuse_known_areas(parse: ClothesParse) -> bool:
    """Finish with areas that are known; return False if one is not, or was deleted since."""
    with atomic():
        _check_picture(parse)
        known = known_areas(parse, parse.duplicates())
        if known is None:
            return False
        found = copy_areas(known, parse)
        _finish(parse, **answer_columns(known))
    _announce(parse, found)
    return True


def prepare(parse: ClothesParse, engine: Engine) -> datetime | None:
    """Step: upload the picture unless that is done, then call the parsing model."""
    if parse.picture.sha256 != parse.picture_sha256:  # as it was claimed just now
        raise _replaced()
    picture = picture_of(
        Delivery.of(parse.picture),
        inputs=parse.capabilities.inputs,
        remote_model=parse.called_model,
        account=parse.account,
        engine=engine,
    )
    return call(parse, picture, engine)


def renew_uploads(parse: ClothesParse) -> bool:
    """Drop the upload of this parse's picture; return False if there was none."""
    return drop_uploads(
        [parse.picture.sha256], remote_model=parse.called_model, account=parse.account
    )


def call(parse: ClothesParse, picture: Picture, engine: Engine) -> datetime | None:
    """Send the paid request, if the rate limit and the budget admit it.

    The answer is stored before anything else happens. Pictures that came with it as bytes are
    stored in the same step; after a crash in between, crops are cut out of the parsed picture.
    """
    retry_at = rate_limits.admit(parse, remote_model=parse.called_model)
    if retry_at:
        return retry_at
    if parse.send_window and parse.send_window.is_over:  # the process was frozen meanwhile
        parse.mark_preparing()
        raise RequestNotSent
    try:
        report = cast("Parser", engine).parse(picture, parse.types, model=parse.called_model)
    except OutcomeUnknown:
        return reconcile(parse, engine)
    except (RequestNotSent, APIError):
        parse.mark_preparing()
        raise
    settle(
        parse,
        remote_model=parse.called_model,
        images=report.image_count,
        remote_answer=_as_json(report),
        request_id=report.request_id,
    )
    areas = [area for area in report.areas if area]
    if any(result.data for area in areas for result in (area.crop, area.cutout) if result):
        _store_areas(parse, areas, engine)
        return None
    return timezone.now()


def reconcile(parse: ClothesParse, engine: Engine) -> datetime | None:  # noqa: ARG001
    """Step: decide about a call whose answer was lost; no task list shows parses.

    A cheap parse is repeated a few times, and each call is charged: any of them may be billed.
    After that, and above the price that the settings allow, a person decides. A parser that
    works for nothing may be called as often as needed.
    """
    if parse.capabilities.unclear is Unclear.KEY:
        parse.mark_preparing(attempts=parse.attempts + 1)
        return timezone.now()
    calls = Charge.objects.count_unclear_calls(parse) + 1
    wait = UNCLEAR_PARSE.wait(calls) if parse.account.settings.may_repeat_parses else None
    if wait is None:
        parse.mark_needs_attention(**UNCLEAR)
        return None
    settle_unclear(parse, attempts=parse.attempts + 1)
    logger.warning(
        "Clothes parse %s: no answer came to call %s, which may be billed; next call in %.0f s",
        parse.pk,
        calls,
        wait.total_seconds(),
        extra={"event": "retry", "job_id": parse.pk, "error_code": OutcomeUnknown.code},
    )
    return timezone.now() + wait


def collect(parse: ClothesParse, engine: Engine) -> None:
    """Step: fetch the crops and cut-outs, and save a hotspot for each area found."""
    answered = parse.remote_answer["areas"]
    _store_areas(parse, [_from_json(area) for area in answered if area], engine)


def _store_areas(parse: ClothesParse, areas: Sequence[ParsedArea], engine: Engine) -> None:
    picture = parse.picture
    placed = [fetch_area(area, picture, engine) for area in areas if area.box]
    known = hotspots_by_kind(picture)
    with new_files(is_named=names_files) as files:
        columns = store_files(picture, placed, files, known)
        crops = store_crops_without_box(parse, areas, engine, files)
        with atomic():
            _check_picture(parse)
            found = write_hotspots(picture, placed, columns, is_first=not known)
            _finish(parse, **crops)
    _announce(parse, found)


def _check_picture(parse: ClothesParse) -> None:
    """Refuse a parse whose picture has another file by now: the boxes would be wrong there."""
    picture = parse.picture
    same = type(picture)._default_manager.filter(pk=picture.pk, sha256=parse.picture_sha256)
    if picture.sha256 != parse.picture_sha256 or not same.exists():
        raise _replaced()


def _replaced() -> RequestRefused:
    return RequestRefused(
        _("The picture was replaced after this clothes parse was requested."),
        code="PictureReplaced",
    )


def _finish(parse: ClothesParse, **columns: Any) -> None:
    """End the parse; if it is automatic and has found nothing, request a parse of a dress.

    Call it in the transaction that writes the hotspots.
    """
    answer = columns.get("remote_answer", parse.remote_answer)
    if not any(answer["areas"]) and ClothesParse.objects.hold_automatic(parse):
        request_parse(parse.picture, ONE_PIECE, requested_by=parse.requested_by)
    parse.mark_succeeded(**columns)


def _announce(parse: ClothesParse, found: list[Hotspot]) -> None:
    if found:
        hotspots_found.send_robust(Hotspot, picture=parse.picture, hotspots=found)


def _from_json(area: Mapping[str, Any]) -> ParsedArea:
    """Return an area as ``_as_json`` stored it, without pictures that came as bytes."""
    crop, cutout = (
        Result(url=area[name]) if area[name] else None for name in ("crop_url", "cutout_url")
    )
    box = area["box"] and tuple(area["box"])
    return ParsedArea(clothes_type=area["clothes_type"], box=box or None, crop=crop, cutout=cutout)


def _as_json(report: ParseReport) -> dict[str, Any]:
    return {
        "areas": [
            area
            and {
                "clothes_type": area.clothes_type,
                "box": list(area.box) if area.box else None,
                "crop_url": area.crop_url,
                "cutout_url": area.cutout_url,
            }
            for area in report.areas
        ],
        "raw": dict(report.raw),
    }
