"""Finding clothes in pictures: one paid call for each content and kind, then reused for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from django_outfitanyone.account import rate_limits
from django_outfitanyone.account.ledger import settle
from django_outfitanyone.choices import ClothesType, Status
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import APIError, OutcomeUnknown, RequestNotSent, RequestRefused
from django_outfitanyone.models import Account, ClothesParse, Hotspot, TryOnResult
from django_outfitanyone.models.clothes_parse import picture_filter
from django_outfitanyone.models.hotspot import Picture
from django_outfitanyone.models.remote_job import UNCLEAR
from django_outfitanyone.signals import hotspots_found
from django_outfitanyone.worker.hotspots import copy_areas, store_area
from django_outfitanyone.worker.uploads import address_of

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import ParseReport, Provider

TWO_PIECES = (ClothesType.UPPER, ClothesType.LOWER)
ONE_PIECE = (ClothesType.DRESS,)
COMBINATIONS = ((ClothesType.UPPER,), (ClothesType.LOWER,), ONE_PIECE, TWO_PIECES)
"""What one call may look for (parsing reference, ``clothes_type``)."""
MOST_REPEATS = 3
LOOK_AGAIN = timedelta(seconds=2)
"""For the wait for another search of the same picture."""


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
                force_new=again,
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


def start(parse: ClothesParse, provider: Provider) -> datetime | None:
    """Step: take over what was found in the same picture elsewhere, or search."""
    if not parse.force_new:
        for twin in parse.answered_twins():
            found = copy_areas(twin, parse.picture)
            if found is not None:
                _finish(parse, found, remote_answer=twin.remote_answer, currency=twin.currency)
                return None
        if parse.has_earlier_twin():
            return timezone.now() + LOOK_AGAIN
    parse.move(Status.PREPARING)
    return prepare(parse, provider)


def prepare(parse: ClothesParse, provider: Provider) -> datetime | None:
    """Step: hand the picture over, unless that is done, and search."""
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
    ask_again_at = rate_limits.admit(parse, remote_model=conf.PARSING_MODEL, is_urgent=False)
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
    found = [store_area(picture, area) for area in parse.remote_answer["areas"] if area]
    _finish(parse, found)


def _finish(parse: ClothesParse, found: list[Hotspot], **columns: Any) -> None:
    """Say what was found; people with nothing on their upper and lower half may wear a dress."""
    parse.move(Status.SUCCEEDED, **columns)
    if found:
        hotspots_found.send_robust(Hotspot, picture=parse.picture, hotspots=found)
    elif parse.types == [*TWO_PIECES]:
        ask_for_clothes(parse.picture, ONE_PIECE, requested_by=parse.requested_by)


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
