"""Request a clothes parse: each picture content and kind is paid for once, then reused."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from django_outfitanyone import wakeup
from django_outfitanyone.account import budgets
from django_outfitanyone.choices import ClothesType, GarmentKind
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.models import Account, ClothesParse, Hotspot, ModelImage, TryOnResult
from django_outfitanyone.models.database import atomic, on_commit
from django_outfitanyone.models.of_picture import Picture

TWO_PIECES = (ClothesType.UPPER, ClothesType.LOWER)
ONE_PIECE = (ClothesType.DRESS,)
COMBINATIONS = ((ClothesType.UPPER,), (ClothesType.LOWER,), ONE_PIECE, TWO_PIECES)
"""What one call may ask for (parsing reference, ``clothes_type``)."""


def request_parse(
    picture: Picture,
    types: Sequence[str] | None = None,
    *,
    requested_by: Any = None,
    again: bool = False,
    failed_since: datetime | None = None,
) -> ClothesParse:
    """Return the parse of this picture for these types: an open or finished one, else a new one.

    ``types`` must be one of ``COMBINATIONS``, otherwise ``RequestRefused``. Without them, the
    parse is automatic: upper and lower together, and where neither is found, a dress in a
    second call. ``again`` pays for a new parse although one has succeeded. A failed parse is
    returned only if it failed after ``failed_since``: a job that waits for a parse must not
    start it anew.
    """
    wanted = TWO_PIECES if types is None else tuple(types)
    if wanted not in COMBINATIONS:
        raise RequestRefused(
            _("Choose upper, lower, dress, or upper and lower together."),
            code="UnknownCombination",
        )
    known = None if again else known_parse(picture, wanted, failed_since=failed_since)
    parse = known or _open_parse(
        picture, wanted, requested_by=requested_by, force_new=again, is_automatic=types is None
    )
    if types is None and _has_ended_empty(parse):
        return request_parse(
            picture, ONE_PIECE, requested_by=requested_by, failed_since=failed_since
        )
    return parse


def request_first_parses(photos: Sequence[ModelImage], *, requested_by: Any) -> None:
    """Request the automatic parse of photos that this transaction adds, in one statement."""
    known: dict[str, Any] = {"requested_by": requested_by, "account": Account.of(conf.PARSER)}
    parses = [_new_parse(photo, TWO_PIECES, is_automatic=True, **known) for photo in photos]
    ClothesParse.objects.bulk_create(parses)
    on_commit(wakeup.wake)


def request_result_parse(try_on: TryOnResult, *, is_new: bool = False) -> ClothesParse:
    """Return the parse that finds the hotspots of a finished try-on.

    ``is_new`` says that its picture is written in this transaction, so that it has no parse yet.
    If the same engine parses, the new parse is leased: the caller makes it, or ends the lease.
    """
    is_one_piece = any(garment.kind == GarmentKind.ONE_PIECE for garment in try_on.garments)
    types = ONE_PIECE if is_one_piece else None
    if not is_new:
        return request_parse(
            try_on, types, requested_by=try_on.requested_by, failed_since=try_on.queued_at
        )
    parse = _new_parse(
        try_on,
        types or TWO_PIECES,
        requested_by_id=try_on.requested_by_id,
        is_automatic=types is None,
    )
    if parse.account_id == try_on.account_id:
        parse.lease_token = uuid.uuid4().hex
        parse.lease_expires_at = timezone.now() + parse.account.settings.lease()
    on_commit(partial(wakeup.wake_runner, parse.account))
    parse.save(force_insert=True)
    return parse


def hotspots_follow(try_on: TryOnResult) -> bool:
    """Whether a parse of this picture is under way that is worth waiting for.

    One that keeps failing, or that waits for the budget, is not.
    """
    if not try_on.clothesparses.awaited().exists():
        return False
    return conf.parser.parsing_model not in budgets.unaffordable(Account.of(conf.PARSER))


def request_parse_for_half(
    picture: Picture, half: str, *, requested_by: Any, failed_since: datetime
) -> ClothesParse:
    """Return a parse that tells this half of the person's clothes, upper or lower.

    A new one asks for both halves at once, because a call costs the same for one or two of
    them: the other half serves a later request. A parse of which the hotspot was deleted since
    tells nothing any more, and one whose photo had another file meanwhile has lost it too.
    """
    has_hotspot = Hotspot.objects.of(picture).filter(clothes_type=half).exists()
    known = _best(
        parse
        for parse in _covering(picture, [half], failed_since)
        if has_hotspot or not parse.has_succeeded or not _needs_hotspot(parse, half)
    )
    return known or _open_parse(
        picture, TWO_PIECES, requested_by=requested_by, force_new=False, is_automatic=False
    )


def known_parse(
    picture: Picture, types: Sequence[str], *, failed_since: datetime | None = None
) -> ClothesParse | None:
    """Return the newest parse of this picture that covers these types and need not be repeated.

    One that did not end well counts only where there is no other.
    """
    return _best(_covering(picture, types, failed_since))


def _covering(
    picture: Picture, types: Sequence[str], failed_since: datetime | None
) -> Iterator[ClothesParse]:
    """Return the parses that need not be repeated because of a failure, the newest first."""
    parses = ClothesParse.objects.of(picture).not_failed_before(failed_since)
    return (parse for parse in parses if parse.covers(types))


def _best(parses: Iterable[ClothesParse]) -> ClothesParse | None:
    """Return the first parse that is open or has succeeded, else the first one, if any."""
    known = list(parses)
    good = (parse for parse in known if parse.is_open or parse.has_succeeded)
    return next(good, known[0] if known else None)


def _needs_hotspot(parse: ClothesParse, half: str) -> bool:
    """Whether the crop of this half was stored with a hotspot, not with the parse."""
    return parse.area(half) is not None and not parse.crop_without_box(half)


def _has_ended_empty(parse: ClothesParse) -> bool:
    """Whether an automatic parse has found nothing; one that is open will see to that itself."""
    if not parse.has_succeeded:
        if parse.is_automatic or ClothesParse.objects.follow_with_dress(parse):
            return False
        parse.refresh_from_db()
    return parse.has_found_nothing


def _open_parse(picture: Picture, types: Sequence[str], **columns: Any) -> ClothesParse:
    """Return a new parse, or the open one of the same picture and types."""
    parse = _new_parse(picture, types, **columns)
    try:
        with atomic():
            on_commit(partial(wakeup.wake_runner, parse.account))
            parse.save(force_insert=True)
    except IntegrityError:
        same = ClothesParse.objects.filter(open_key=parse.open_key).first()
        # if it has just ended, it is known now, and a new one may be opened
        return same or known_parse(picture, types) or _open_parse(picture, types, **columns)
    return parse


def _new_parse(
    picture: Picture, types: Sequence[str], *, account: Account | None = None, **columns: Any
) -> ClothesParse:
    """Return a parse that is not saved yet."""
    names = ",".join(types)
    own = {"try_on" if isinstance(picture, TryOnResult) else "model_image": picture}
    return ClothesParse(
        account=account or _parser_account(picture),
        **own,
        picture_sha256=picture.sha256,
        clothes_types=names,
        open_key=f"{picture._meta.model_name}:{picture.pk}:{picture.sha256[:32]}:{names}",
        **columns,
    )


def _parser_account(picture: Picture) -> Account:
    """Return the account of the parser: that of the result itself, if the same engine parses."""
    alias = conf.engine(conf.PARSER).alias
    if isinstance(picture, TryOnResult) and picture.account_id == alias:
        return picture.account
    return Account.of(alias)
