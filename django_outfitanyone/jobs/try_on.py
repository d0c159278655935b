"""What a caller asks for, checked before a row is written or a cent is spent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import PictureUnsuitable, RequestRefused
from django_outfitanyone.jobs.fingerprint import fingerprint_of
from django_outfitanyone.models import Garment, ModelImage, TryOnResult
from django_outfitanyone.models.try_on import Keep

MAX_NAMED = 3
"""Unsuitable pictures that a refusal names, so that a batch of hundreds stays readable."""


@dataclass(frozen=True, kw_only=True)
class TryOnOptions:
    """How to try on; the same options apply to a whole batch."""

    model: str = ""
    keep_other_half: bool = True
    resolution: int = -1
    restore_face: bool = True
    force_new: bool = False

    def check(self) -> None:
        """Raise ``RequestRefused`` if the engine does not accept an option."""
        if self.resolution not in conf.RESOLUTIONS:
            raise RequestRefused(
                _("The resolution must be one of %(choices)s.")
                % {"choices": ", ".join(map(str, conf.RESOLUTIONS))},
                code="UnknownResolution",
            )
        known = {conf.TRY_ON_MODEL, *conf.prices} - {conf.PARSING_MODEL, conf.REFINER_MODEL}
        if self.model and self.model not in known:
            # the API's refusal would stop the whole account
            raise RequestRefused(
                _("The model must be one of %(choices)s, the models in PRICES.")
                % {"choices": ", ".join(sorted(known))},
                code="UnknownModel",
            )


@dataclass(frozen=True, kw_only=True)
class TryOnRequest:
    """One model photo and its garments: a top, a bottom, both, or a one-piece as top."""

    person: ModelImage
    top: Garment | None = None
    bottom: Garment | None = None

    @classmethod
    def of(cls, person: ModelImage, garments: Iterable[Garment]) -> TryOnRequest:
        """Return the request for these garments, in any order.

        Raises ``RequestRefused`` if they cannot be worn together.
        """
        top = bottom = None
        for garment in garments:
            if garment.kind == GarmentKind.BOTTOM:
                if bottom:
                    raise _not_together(bottom, garment)
                bottom = garment
            else:
                if top:
                    raise _not_together(top, garment)
                top = garment
        request = cls(person=person, top=top, bottom=bottom)
        request.check()
        return request

    def check(self) -> None:
        """Raise ``RequestRefused`` if the garments cannot be worn like this."""
        if not self.top and not self.bottom:
            raise RequestRefused(
                _("Choose at least one garment: a top, trousers or a skirt, or a dress."),
                code="NoGarment",
            )
        if self.top and self.top.kind == GarmentKind.BOTTOM:
            raise RequestRefused(
                _("“%(garment)s” is worn below and cannot be the top.") % {"garment": self.top},
                code="WrongKind",
            )
        if self.bottom and self.bottom.kind != GarmentKind.BOTTOM:
            raise RequestRefused(
                _("“%(garment)s” cannot be worn as trousers or skirt.") % {"garment": self.bottom},
                code="WrongKind",
            )
        if self.top and self.bottom and self.top.kind == GarmentKind.ONE_PIECE:
            raise _not_together(self.top, self.bottom)

    def keep(self, options: TryOnOptions) -> str:
        """Return the half of the person's own clothes that stays, as a value of ``Keep``."""
        if not options.keep_other_half or (self.top and self.bottom):
            return ""
        if self.bottom:
            return Keep.UPPER
        return "" if self.top and self.top.kind == GarmentKind.ONE_PIECE else Keep.LOWER


def combine(
    garments: Sequence[Garment], people: Sequence[ModelImage], *, as_outfits: bool = False
) -> list[TryOnRequest]:
    """Return requests for every garment on every model photo.

    With ``as_outfits``, every top is combined with every bottom instead.
    """
    tops = [garment for garment in garments if garment.kind == GarmentKind.TOP]
    bottoms = [garment for garment in garments if garment.kind == GarmentKind.BOTTOM]
    if as_outfits and tops and bottoms:
        sets = [(top, bottom) for top in tops for bottom in bottoms]
        sets += [(one,) for one in garments if one.kind == GarmentKind.ONE_PIECE]  # type: ignore[misc]
    else:
        sets = [(garment,) for garment in garments]  # type: ignore[misc]
    return [TryOnRequest.of(person, pieces) for person in people for pieces in sets]


def as_rows(requests: Sequence[TryOnRequest], options: TryOnOptions) -> list[TryOnResult]:
    """Return the unsaved rows of these requests, after checking all of them."""
    options.check()
    for request in requests:
        request.check()
    check_pictures(requests)
    return [as_row(request, options) for request in requests]


def check_pictures(requests: Iterable[TryOnRequest]) -> None:
    """Raise ``PictureUnsuitable`` if the engine would refuse a picture, which may be charged.

    Reads only what is on the rows. A finished picture is reused without payment, but not with
    an unsuitable picture either: the same request must not depend on what was made before.
    """
    if not conf.CHECK_PICTURES:
        return
    pictures = {
        (type(picture), picture.pk): picture
        for request in requests
        for picture in (request.person, request.top, request.bottom)
        if picture and picture.refusing_findings
    }
    if not pictures:
        return
    named = list(pictures.values())[:MAX_NAMED]
    reasons = [_reason(picture) for picture in named]
    more = len(pictures) - len(named)
    if more:
        reasons.append(
            ngettext(
                "%(count)d more picture is unsuitable.",
                "%(count)d more pictures are unsuitable.",
                more,
            )
            % {"count": more}
        )
    remedies = dict.fromkeys(picture.refusing_findings[0].remedy for picture in named)
    raise PictureUnsuitable(" ".join(reasons), remedy=" ".join(remedies))


def _reason(picture: Garment | ModelImage) -> str:
    return _("“%(picture)s”: %(reason)s") % {
        "picture": picture,
        "reason": picture.refusing_findings[0].reason,
    }


def as_row(request: TryOnRequest, options: TryOnOptions) -> TryOnResult:
    """Return the unsaved row of this request."""
    row = TryOnResult(
        account_id=conf.ACCOUNT,
        model_image=request.person,
        top_garment=request.top,
        bottom_garment=request.bottom,
        keep=request.keep(options),
        remote_model=options.model or conf.TRY_ON_MODEL,
        resolution=options.resolution,
        restore_face=options.restore_face,
        force_new=options.force_new,
    )
    row.fingerprint = fingerprint_of(row)
    return row


def _not_together(one: Garment, other: Garment) -> RequestRefused:
    return RequestRefused(
        _("“%(one)s” and “%(other)s” cannot be worn together.") % {"one": one, "other": other},
        code="NotTogether",
    )
