"""What a caller asks for, checked before a row is written or a cent is spent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.conf import EngineNotConfigured, EngineSettings, conf
from django_outfitanyone.engines.capabilities import Capabilities
from django_outfitanyone.exceptions import PictureUnsuitable, RequestRefused
from django_outfitanyone.jobs.fingerprint import fingerprint_of
from django_outfitanyone.jobs.outfit import check_together, check_wearable
from django_outfitanyone.models import Garment, ModelImage, TryOnResult
from django_outfitanyone.models.try_on import Keep
from django_outfitanyone.models.worn_garment import in_wearing_order

MAX_COUNT = 4
"""Candidates of one request."""
MAX_SEED = 2**31 - 1 - MAX_COUNT
"""Engines take seeds of 31 bits, and candidates count up from the one that is given."""
MAX_NAMED = 3
"""Unsuitable pictures that a refusal names, so that a batch of hundreds stays readable."""


@dataclass(frozen=True, kw_only=True)
class TryOnOptions:
    """How to try on; the same options apply to a whole batch.

    ``engine`` is an alias of ``OUTFITANYONE["ENGINES"]``, and ``model`` one of its models; ``""``
    stands for the default.
    """

    engine: str = ""
    model: str = ""
    keep_other_half: bool = True
    resolution: int = -1
    restore_face: bool = True
    force_new: bool = False
    count: int = 1
    """Candidates of each request; each is a picture of its own, and paid for."""
    seed: int | None = None
    """Seed of the first candidate, for engines that take one; the others count up from it."""

    def check(self) -> None:
        """Raise ``RequestRefused`` if the engine does not accept an option."""
        if not 1 <= self.count <= MAX_COUNT:
            raise RequestRefused(
                _("The number of candidates must be from 1 to %(most)d.") % {"most": MAX_COUNT},
                code="UnknownCount",
            )
        if self.seed is not None and not 0 <= self.seed <= MAX_SEED:
            raise RequestRefused(
                _("The seed must be from 0 to %(most)d.") % {"most": MAX_SEED},
                code="UnknownSeed",
            )
        engine = self.engine_settings
        if not engine.default_model:
            raise RequestRefused(
                _("The engine “%(engine)s” only parses clothes.") % {"engine": engine.alias},
                code="UnknownEngine",
            )
        if self.model and self.model not in engine.remote_models:
            # the API's refusal would stop the whole account
            raise RequestRefused(
                _("The model must be one of %(choices)s, the REMOTE_MODELS of the engine.")
                % {"choices": ", ".join(sorted(engine.remote_models))},
                code="UnknownModel",
            )
        resolutions = self.capabilities.resolutions
        if self.resolution not in resolutions:
            raise RequestRefused(
                _("The resolution must be one of %(choices)s.")
                % {"choices": ", ".join(map(str, resolutions))},
                code="UnknownResolution",
            )

    @property
    def capabilities(self) -> Capabilities:
        """What the model can do; raise ``RequestRefused`` if the settings have no such alias."""
        engine = self.engine_settings
        return engine.capabilities(self.model or engine.default_model)

    @property
    def engine_settings(self) -> EngineSettings:
        """The engine; raise ``RequestRefused`` if the settings have no such alias."""
        try:
            return conf.engine(self.engine)
        except EngineNotConfigured as error:
            raise RequestRefused(
                _("The engine must be one of %(choices)s.") % {"choices": ", ".join(conf.engines)},
                code="UnknownEngine",
            ) from error


@dataclass(frozen=True)
class TryOnRequest:
    """One model photo and its garments, which are kept in wearing order: top or dress first."""

    person: ModelImage
    garments: Sequence[Garment]

    def __post_init__(self) -> None:
        object.__setattr__(self, "garments", tuple(in_wearing_order(self.garments)))

    @classmethod
    def of(cls, person: ModelImage, garments: Iterable[Garment]) -> TryOnRequest:
        """Return the request for these garments, in any order.

        Raises ``RequestRefused`` if they cannot be worn together.
        """
        request = cls(person, tuple(garments))
        request.check()
        return request

    def check(self) -> None:
        """Raise ``RequestRefused`` if the garments cannot be worn together."""
        check_together(self.garments)

    def keep(self, options: TryOnOptions) -> str:
        """Return the half of the person's own clothes that stays, as a value of ``Keep``.

        Only a top without a bottom, or a bottom without a top, leaves a half to keep.
        """
        halves = {garment.kind for garment in self.garments} & HALVES
        if not options.keep_other_half or len(halves) != 1:
            return ""
        return KEPT_WITH.get(halves.pop(), "")


KEPT_WITH: dict[str, str] = {GarmentKind.TOP: Keep.LOWER, GarmentKind.BOTTOM: Keep.UPPER}
HALVES: frozenset[str] = frozenset({GarmentKind.TOP, GarmentKind.BOTTOM, GarmentKind.ONE_PIECE})
"""The kinds that cover the upper half, the lower half, or both."""


def combine(
    garments: Sequence[Garment], people: Sequence[ModelImage], *, as_outfits: bool = False
) -> list[TryOnRequest]:
    """Return requests for every garment on every model photo.

    With ``as_outfits``, every top is combined with every bottom instead.
    """
    tops = [garment for garment in garments if garment.kind == GarmentKind.TOP]
    bottoms = [garment for garment in garments if garment.kind == GarmentKind.BOTTOM]
    sets: list[tuple[Garment, ...]]
    if as_outfits and tops and bottoms:
        sets = [(top, bottom) for top in tops for bottom in bottoms]
        sets += [(one,) for one in garments if one not in tops and one not in bottoms]
    else:
        sets = [(garment,) for garment in garments]
    return [TryOnRequest.of(person, pieces) for person in people for pieces in sets]


def as_rows(requests: Sequence[TryOnRequest], options: TryOnOptions) -> list[TryOnResult]:
    """Return the unsaved rows of these requests, after checking all of them.

    The candidates of a request follow one another.
    """
    check_requests(requests, options)
    return [row for request in requests for row in candidate_rows(request, options)]


def check_requests(requests: Sequence[TryOnRequest], options: TryOnOptions) -> None:
    """Raise ``RequestRefused`` if a request, an option or a picture is not accepted."""
    options.check()
    for request in requests:
        request.check()
        check_wearable(request.garments, options.capabilities.kinds)
    check_pictures(requests)


def check_pictures(requests: Iterable[TryOnRequest]) -> None:
    """Raise ``PictureUnsuitable`` if the engine would refuse a picture, which may be charged.

    Reads only what is on the rows. A finished picture is reused without payment, but not with
    an unsuitable picture either: the same request must not depend on what was made before.
    """
    if not conf.CHECK_PICTURES:
        return
    pictures: dict[Any, Garment | ModelImage] = {
        (type(picture), picture.pk): picture
        for request in requests
        for picture in _pictures_of(request)
        if picture.refusing_findings
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


def _pictures_of(request: TryOnRequest) -> list[Garment | ModelImage]:
    return [request.person, *request.garments]


def _reason(picture: Garment | ModelImage) -> str:
    return _("“%(picture)s”: %(reason)s") % {
        "picture": picture,
        "reason": picture.refusing_findings[0].reason,
    }


def candidate_rows(request: TryOnRequest, options: TryOnOptions) -> list[TryOnResult]:
    """Return the unsaved rows of this request, one for each candidate."""
    rows = [as_row(request, options, candidate=one) for one in range(1, options.count + 1)]
    for row in rows:
        row.candidates = rows[0].candidates
    return rows


def as_row(request: TryOnRequest, options: TryOnOptions, *, candidate: int = 1) -> TryOnResult:
    """Return the unsaved row of one candidate of this request."""
    engine = options.engine_settings
    row = TryOnResult(
        account_id=engine.alias,
        model_image=request.person,
        keep=request.keep(options),
        remote_model=options.model or engine.default_model,
        resolution=options.resolution,
        restore_face=options.restore_face,
        force_new=options.force_new,
        candidate=candidate,
        seed=None if options.seed is None else options.seed + candidate - 1,
    )
    row.garments = list(request.garments)
    row.fingerprint = fingerprint_of(row)
    return row
