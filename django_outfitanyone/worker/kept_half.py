"""The half of the person's own clothes that a try-on keeps: its parse and its crop."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

from django.utils.translation import gettext as _

from django_outfitanyone.exceptions import PictureRefused, RequestRefused
from django_outfitanyone.jobs.parse import request_parse_for_half
from django_outfitanyone.models import ClothesParse, Hotspot, ModelImage, TryOnResult
from django_outfitanyone.pictures import images
from django_outfitanyone.pictures.padding import padded
from django_outfitanyone.worker.uploads import Delivery, read_stored

if TYPE_CHECKING:
    from django.db.models.fields.files import FieldFile

RECHECK_DELAY = timedelta(seconds=2)
LONG_RECHECK_DELAY = timedelta(seconds=60)
"""While the parse is open; its end normally makes the try-on due earlier."""


def parse_for(try_on: TryOnResult) -> ClothesParse:
    """Return the parse of the model photo for the half to keep, shared by all its try-ons."""
    return request_parse_for_half(
        _photo_of(try_on),
        try_on.keep,
        requested_by=try_on.requested_by,
        failed_since=try_on.queued_at,
    )


def delay_for(parse: ClothesParse, try_on: TryOnResult) -> timedelta:
    """Return how long to wait for the parse; raise ``RequestRefused`` if it has failed."""
    if parse.is_open:
        return RECHECK_DELAY
    if parse.needs_attention:
        try_on.write(
            error_code="SearchNeedsAttention",
            error_message=_("Clothes parse %(id)s needs a decision first.") % {"id": parse.pk},
        )
        return LONG_RECHECK_DELAY
    if parse.is_canceled:
        raise RequestRefused(
            _("The clothes parse of the model photo was canceled."), code="SearchCanceled"
        )
    raise RequestRefused(
        _("The clothes to keep were not found: %(error)s") % {"error": parse.error_message},
        code=parse.error_code,
    )


def kept_garment(try_on: TryOnResult) -> Delivery:
    """Return the crop of the half to keep as a garment picture.

    The crop is sent as it came. Where it breaks the engine's rules for garments, it is sent on
    plain ground; that copy has no address, so it is uploaded whatever ``DELIVERY`` says.
    """
    crop = _crop_of_kept_half(try_on)
    try:
        data = read_stored(crop)
        picture = padded(data)
    except PictureRefused as error:  # a new parse helps, not another upload of the photo
        raise RequestRefused(error.message, code="CropUnusable") from error
    if picture is None:
        return Delivery(file=crop, sha256=images.fingerprint(data))
    return Delivery(file=crop, sha256=picture.sha256, data=picture.data, suffix=picture.suffix)


def _crop_of_kept_half(try_on: TryOnResult) -> FieldFile:
    """Return the crop of the half to keep: of its hotspot, or one that came without a box."""
    photo, half = _photo_of(try_on), try_on.keep
    spot = Hotspot.objects.of(photo).filter(clothes_type=half).exclude(crop="").first()
    if spot:
        return spot.crop
    for parse in ClothesParse.objects.of(photo).succeeded():
        if crop := parse.crop_without_box(half):
            return crop
    raise RequestRefused(
        _(
            "The model photo shows no separate garment to keep (%(half)s). Choose another "
            "photo, or let the other half be replaced."
        )
        % {"half": try_on.get_keep_display()},
        code="NothingToKeep",
    )


def _photo_of(try_on: TryOnResult) -> ModelImage:
    """Return the model photo; a try-on without one is refused before."""
    return cast("ModelImage", try_on.model_image)
