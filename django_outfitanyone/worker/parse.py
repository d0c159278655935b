"""The steps of a clothes parse: upload the picture, one paid call, then hotspots."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from itertools import repeat
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from django_outfitanyone.account import rate_limits
from django_outfitanyone.account.ledger import settle, settle_unclear
from django_outfitanyone.conf import conf
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
    download_area,
    names_files,
    store_crops_without_box,
    store_files,
    write_hotspot,
)
from django_outfitanyone.worker.known_areas import answer_columns, copy_areas, known_areas
from django_outfitanyone.worker.new_files import new_files
from django_outfitanyone.worker.retries import UNCLEAR_PARSE
from django_outfitanyone.worker.uploads import address_of, drop_uploads

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine, ParseReport

logger = logging.getLogger("django_outfitanyone")

RECHECK_DELAY = timedelta(seconds=2)
"""While another parse of the same picture is open."""


def start(parse: ClothesParse, engine: Engine) -> datetime | None:
    """Step: reuse what finished parses found in the same picture, or prepare a new call."""
    if not parse.force_new:
        if _reuse_known_areas(parse):
            return None
        if parse.has_earlier_duplicate():
            return timezone.now() + RECHECK_DELAY
    parse.mark_preparing()
    return prepare(parse, engine)


def _reuse_known_areas(parse: ClothesParse) -> bool:
    """Finish with areas that are known; return False if one is not, or was deleted since."""
    with atomic():
        _check_picture(parse)
        known = known_areas(parse)
        if known is None:
            return False
        found = copy_areas(known, parse)
        _finish(parse, **answer_columns(known))
    _announce(parse, found)
    return True


def prepare(parse: ClothesParse, engine: Engine) -> datetime | None:
    """Step: upload the picture unless that is done, then call the parsing model."""
    _check_picture(parse)
    picture = parse.picture
    url = address_of(
        picture.image,
        sha256=picture.sha256,
        remote_model=conf.PARSING_MODEL,
        account=parse.account,
        engine=engine,
    )
    return call(parse, url, engine)


def renew_uploads(parse: ClothesParse) -> bool:
    """Drop the upload of this parse's picture; return False if there was none."""
    return drop_uploads(
        [parse.picture.sha256], remote_model=conf.PARSING_MODEL, account=parse.account
    )


def call(parse: ClothesParse, url: str, engine: Engine) -> datetime | None:
    """Send the paid request, if the rate limit and the budget admit it.

    The answer is stored before anything else happens.
    """
    retry_at = rate_limits.admit(parse, remote_model=conf.PARSING_MODEL, is_urgent=False)
    if retry_at:
        return retry_at
    if parse.send_window and parse.send_window.is_over:  # the process was frozen meanwhile
        parse.mark_preparing()
        raise RequestNotSent
    try:
        report = engine.parse(model=conf.PARSING_MODEL, image_url=url, clothes_types=parse.types)
    except OutcomeUnknown:
        return reconcile(parse, engine)
    except (RequestNotSent, APIError):
        parse.mark_preparing()
        raise
    settle(
        parse,
        remote_model=conf.PARSING_MODEL,
        images=report.image_count,
        remote_answer=_as_json(report),
        request_id=report.request_id,
    )
    return timezone.now()


def reconcile(parse: ClothesParse, engine: Engine) -> datetime | None:  # noqa: ARG001
    """Step: decide about a call whose answer was lost; no task list shows parses.

    A cheap parse is repeated a few times, and each call is charged: any of them may be billed.
    After that, and above the price that the settings allow, a person decides.
    """
    calls = Charge.objects.count_unclear_calls(parse) + 1
    wait = UNCLEAR_PARSE.wait(calls) if conf.may_repeat_parses else None
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


def collect(parse: ClothesParse, engine: Engine) -> None:  # noqa: ARG001
    """Step: download the crops and cut-outs, and save a hotspot for each area found."""
    picture = parse.picture
    placed = [area for area in parse.remote_answer["areas"] if area and area["box"]]
    areas = [download_area(area) for area in placed]
    with new_files(is_named=names_files) as files:
        columns = [store_files(picture, area, files) for area in areas]
        crops = store_crops_without_box(parse, files)
        with atomic():
            _check_picture(parse)
            found = list(map(write_hotspot, repeat(picture), areas, columns))
            _finish(parse, **crops)
    _announce(parse, found)


def _check_picture(parse: ClothesParse) -> None:
    """Refuse a parse whose picture has another file by now: the boxes would be wrong there."""
    picture = parse.picture
    same = type(picture)._default_manager.filter(pk=picture.pk, sha256=parse.picture_sha256)
    if picture.sha256 != parse.picture_sha256 or not same.exists():
        raise RequestRefused(
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
