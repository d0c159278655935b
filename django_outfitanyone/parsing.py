"""Finding clothes in pictures: one paid call for a picture and kind, then reused for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from django_outfitanyone import images, limits
from django_outfitanyone.conf import conf
from django_outfitanyone.delivery import address_of
from django_outfitanyone.downloads import download
from django_outfitanyone.exceptions import APIError, OutcomeUnknown, RequestNotSent, RequestRefused
from django_outfitanyone.ledger import settle
from django_outfitanyone.models import Account, ClothesParse, Hotspot, TryOnResult
from django_outfitanyone.models.clothes_parse import picture_filter
from django_outfitanyone.models.hotspot import Picture, product_id_worn
from django_outfitanyone.models.picture import unguessable_name
from django_outfitanyone.models.remote_job import UNCLEAR
from django_outfitanyone.signals import hotspots_found
from django_outfitanyone.statuses import ClothesType, Status

if TYPE_CHECKING:
    from django_outfitanyone.provider import ParseReport, Provider

TWO_PIECES = (ClothesType.UPPER, ClothesType.LOWER)
ONE_PIECE = (ClothesType.DRESS,)
COMBINATIONS = ((ClothesType.UPPER,), (ClothesType.LOWER,), ONE_PIECE, TWO_PIECES)
"""What one call may look for (parsing reference, ``clothes_type``)."""
MOST_REPEATS = 3


def ask_for_clothes(
    picture: Picture,
    types: Sequence[str],
    *,
    requested_by: Any = None,
    again: bool = False,
    failed_since: datetime | None = None,
) -> ClothesParse:
    """The search for these clothes in this picture: a running or finished one, else a new one.

    ``types`` is one of ``COMBINATIONS``, ``RequestRefused`` otherwise. ``again`` pays for
    a new search although one has succeeded. A search that failed counts as finished
    only if it did so since ``failed_since``: who waits for it must not start it anew.
    """
    if tuple(types) not in COMBINATIONS:
        raise RequestRefused(
            _("Look for upper, lower, dress, or for upper and lower together."),
            code="UnknownCombination",
        )
    if not again:
        known = known_search(picture, types, failed_since=failed_since)
        if known:
            return known
    key = f"{picture._meta.model_name}:{picture.pk}:{picture.sha256[:32]}:{','.join(types)}"
    try:
        with transaction.atomic():
            return ClothesParse.objects.create(
                account=Account.current(),
                **picture_filter(picture),
                picture_sha256=picture.sha256,
                clothes_types=",".join(types),
                open_key=key,
                requested_by=requested_by,
            )
    except IntegrityError:
        return ClothesParse.objects.get(open_key=key)


def known_search(
    picture: Picture, types: Sequence[str], *, failed_since: datetime | None = None
) -> ClothesParse | None:
    """The newest search in this very picture that covers these types and need not be repeated."""
    searches = ClothesParse.objects.of(picture).not_failed_before(failed_since)
    return next((search for search in searches if search.covers(types)), None)


def prepare(parse: ClothesParse, provider: Provider) -> datetime | None:
    """Step: hand the picture over, unless that is done, and search."""
    if parse.status == Status.QUEUED:
        parse.move(Status.PREPARING)
    picture = parse.picture
    url = address_of(
        picture.image,
        sha256=picture.sha256,
        remote_model=conf.PARSING_MODEL,
        account=parse.account,
        provider=provider,
    )
    return call(parse, url, provider)


def call(parse: ClothesParse, url: str, provider: Provider) -> datetime | None:
    """Make the paid call, once, when it is allowed to.

    The answer is written down before anything else is done.
    """
    ask_again_at = limits.admit(parse, remote_model=conf.PARSING_MODEL, is_urgent=False)
    if ask_again_at:
        return ask_again_at
    try:
        report = provider.parse(model=conf.PARSING_MODEL, image_url=url, clothes_types=parse.types)
    except OutcomeUnknown:
        return look_into(parse, provider)
    except (RequestNotSent, APIError):
        parse.move(Status.PREPARING)
        raise
    settle(
        parse,
        remote_model=conf.PARSING_MODEL,
        images=report.image_count,
        remote_answer=_as_json(report),
        request_id=report.request_id,
    )
    return timezone.now()


def look_into(parse: ClothesParse, provider: Provider) -> datetime | None:  # noqa: ARG001
    """Step: nobody can tell whether the call was answered and paid; no list would show it.

    A person decides, unless the shop has said that it would rather pay twice.
    """
    if conf.REPEAT_UNCLEAR_SEARCHES and parse.attempts < MOST_REPEATS:
        parse.move(Status.PREPARING, attempts=parse.attempts + 1)
        return timezone.now()
    parse.move(
        Status.NEEDS_ATTENTION,
        **UNCLEAR,
    )
    return None


def collect(parse: ClothesParse, provider: Provider) -> None:  # noqa: ARG001
    """Step: bring crops and cut-outs home and make hotspots of what was found."""
    picture = parse.picture
    found = [
        _store_area(picture, area) for area in parse.remote_answer["areas"] if area is not None
    ]
    parse.move(Status.SUCCEEDED)
    if found:
        hotspots_found.send_robust(Hotspot, picture=picture, hotspots=found)
    elif parse.types == [*TWO_PIECES]:
        ask_for_clothes(picture, ONE_PIECE, requested_by=parse.requested_by)


def wake_waiting(parse: ClothesParse) -> None:
    """Tell the try-ons that wait for this search that it is over, however it ended."""
    waiting = TryOnResult.objects.open()
    if parse.try_on_id:
        waiting = waiting.filter(pk=parse.try_on_id)
    else:
        waiting = waiting.filter(model_image_id=parse.model_image_id).exclude(keep="")
    waiting.filter(status__in=[Status.PREPARING, Status.COLLECTING]).update(due_at=timezone.now())


def _as_json(report: ParseReport) -> dict[str, Any]:
    return {
        "areas": [
            area
            and {
                "clothes_type": area.clothes_type,
                "box": list(area.box),
                "crop_url": area.crop_url,
                "cutout_url": area.cutout_url,
            }
            for area in report.areas
        ],
        "raw": dict(report.raw),
    }


def _store_area(picture: Picture, area: dict[str, Any]) -> Hotspot:
    """The hotspot for one area. A person's box stays, as long as the picture is the same."""
    hotspot = Hotspot.objects.filter(
        **picture_filter(picture), clothes_type=area["clothes_type"]
    ).first() or Hotspot(**picture_filter(picture), clothes_type=area["clothes_type"])
    if hotspot.picture_sha256 != picture.sha256:
        hotspot.is_corrected, hotspot.corrected_by = False, None
    hotspot.picture_sha256 = picture.sha256
    hotspot.machine_box = area["box"]
    if not hotspot.is_corrected:
        hotspot.x1, hotspot.y1, hotspot.x2, hotspot.y2 = box_inside(area["box"], picture)
        hotspot.product_id = hotspot.product_id or product_id_worn(picture, area["clothes_type"])
    if area["crop_url"]:
        crop = images.verify(download(area["crop_url"]))
        hotspot.crop_sha256 = crop.sha256
        hotspot.crop.save(unguessable_name(crop.suffix), ContentFile(crop.data), save=False)
    if area["cutout_url"]:
        cutout = images.verify(download(area["cutout_url"]))
        hotspot.cutout.save(unguessable_name(cutout.suffix), ContentFile(cutout.data), save=False)
    hotspot.save()
    return hotspot


def box_inside(box: Sequence[int], picture: Picture) -> tuple[int, int, int, int]:
    """The box cut to the picture, at least one pixel large: answers are not to be trusted."""
    width, height = picture.width or 1, picture.height or 1
    x1 = min(max(0, box[0]), width - 1)
    y1 = min(max(0, box[1]), height - 1)
    return x1, y1, min(max(x1 + 1, box[2]), width), min(max(y1 + 1, box[3]), height)
