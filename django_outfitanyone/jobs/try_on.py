"""What somebody wants tried on, checked before a row is written or a cent is spent."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from django_outfitanyone.account import budgets
from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.models import Account, ClothesParse, Garment, ModelImage, TryOnResult
from django_outfitanyone.models.try_on import Keep
from django_outfitanyone.worker.reuse import fingerprint_of

RESOLUTIONS = (-1, 1024, 1280)
"""-1: as the model photo; 1024: 576 x 1024; 1280: 720 x 1280 (Plus API reference)."""

FINGERPRINTS_AT_ONCE = 1000


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to try on; the same for a whole batch."""

    model: str = ""
    keep_other_half: bool = True
    resolution: int = -1
    restore_face: bool = True
    force_new: bool = False

    def check(self) -> None:
        """``RequestRefused`` when the API takes no such option."""
        if self.resolution not in RESOLUTIONS:
            raise RequestRefused(
                _("The resolution must be one of %(choices)s.")
                % {"choices": ", ".join(map(str, RESOLUTIONS))},
                code="UnknownResolution",
            )
        known = {conf.TRY_ON_MODEL, *conf.PRICES} - {conf.PARSING_MODEL, conf.REFINER_MODEL}
        if self.model and self.model not in known:
            # the API would refuse the account for it, and so all that waits behind
            raise RequestRefused(
                _("The model must be one of %(choices)s: those that PRICES knows.")
                % {"choices": ", ".join(sorted(known))},
                code="UnknownModel",
            )


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One person and what to put on her: a top, a bottom, both, or a one-piece as top."""

    person: ModelImage
    top: Garment | None = None
    bottom: Garment | None = None

    @classmethod
    def of(cls, person: ModelImage, garments: Iterable[Garment]) -> Wish:
        """Sort garments by kind; ``RequestRefused`` when they cannot be worn together."""
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
        wish = cls(person=person, top=top, bottom=bottom)
        wish.check()
        return wish

    def check(self) -> None:
        """``RequestRefused`` when this cannot be worn, or a picture was never checked."""
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

    def keep(self, options: Options) -> str:
        """Which half of the person's own clothes stays, in the words of ``Keep``."""
        if not options.keep_other_half or (self.top and self.bottom):
            return ""
        if self.bottom:
            return Keep.UPPER
        return "" if self.top and self.top.kind == GarmentKind.ONE_PIECE else Keep.LOWER


def combine(
    garments: Sequence[Garment], people: Sequence[ModelImage], *, as_outfits: bool = False
) -> list[Wish]:
    """Every garment on every person, or every top with every bottom if ``as_outfits``."""
    tops = [garment for garment in garments if garment.kind == GarmentKind.TOP]
    bottoms = [garment for garment in garments if garment.kind == GarmentKind.BOTTOM]
    if as_outfits and tops and bottoms:
        sets = [(top, bottom) for top in tops for bottom in bottoms]
        sets += [(one,) for one in garments if one.kind == GarmentKind.ONE_PIECE]  # type: ignore[misc]
    else:
        sets = [(garment,) for garment in garments]  # type: ignore[misc]
    return [Wish.of(person, pieces) for person in people for pieces in sets]


def as_row(wish: Wish, options: Options) -> TryOnResult:
    """The row of this wish, not saved."""
    row = TryOnResult(
        account_id=conf.ACCOUNT,
        model_image=wish.person,
        top_garment=wish.top,
        bottom_garment=wish.bottom,
        keep=wish.keep(options),
        remote_model=options.model or conf.TRY_ON_MODEL,
        resolution=options.resolution,
        restore_face=options.restore_face,
        force_new=options.force_new,
    )
    row.fingerprint = fingerprint_of(row)
    return row


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a batch will come to. ``cost`` is for the ``new`` pictures and searches for clothes.

    ``budget_left`` is what may still be spent now, ``None`` when there is no budget.
    """

    count: int
    reused: int
    cost: Decimal
    currency: str
    seconds: int
    budget_left: Decimal | None = None

    @property
    def is_over_budget(self) -> bool:
        """Whether a part of it has to wait for the next day or month, or a larger budget."""
        return self.budget_left is not None and self.cost > self.budget_left

    @property
    def new(self) -> int:
        return self.count - self.reused


def estimate(rows: Sequence[TryOnResult]) -> Estimate:
    """Price and duration of rows that are not saved yet, in a handful of queries."""
    finished = _finished({row.fingerprint for row in rows if not row.force_new})
    to_pay: dict[str, TryOnResult] = {}
    for number, row in enumerate(rows):
        if row.force_new:
            to_pay[f"{number}"] = row
        elif row.fingerprint not in finished:
            to_pay[row.fingerprint] = row
    searches = len(_photos_to_search(to_pay.values()))
    searches += len(to_pay) if conf.PARSE_RESULTS else 0
    cost = sum((conf.price(row.remote_model) for row in to_pay.values()), Decimal(0))
    return Estimate(
        count=len(rows),
        reused=len(rows) - len(to_pay),
        cost=cost + searches * conf.price(conf.PARSING_MODEL),
        currency=conf.CURRENCY,
        seconds=round(math.ceil(len(to_pay) / conf.CONCURRENT_TASKS) * conf.EXPECTED_DURATION),
        budget_left=budgets.left(Account(name=conf.ACCOUNT)),
    )


def _finished(fingerprints: Iterable[str]) -> set[str]:
    """Those of them that a finished result has; asked in parts, as databases limit a list."""
    wanted = list(fingerprints)
    finished = TryOnResult.objects.succeeded().values_list("fingerprint", flat=True)
    return {
        fingerprint
        for start in range(0, len(wanted), FINGERPRINTS_AT_ONCE)
        for fingerprint in finished.filter(
            fingerprint__in=wanted[start : start + FINGERPRINTS_AT_ONCE]
        )
    }


def _photos_to_search(rows: Iterable[TryOnResult]) -> set[tuple[int | None, str]]:
    """Model photos and halves to keep that were not searched for yet."""
    wanted = {(row.model_image_id, row.keep) for row in rows if row.keep}
    searched = ClothesParse.objects.succeeded().filter(
        model_image_id__in={photo for photo, _half in wanted}
    )
    known = {(parse.model_image_id, half) for parse in searched for half in parse.types}
    return wanted - known


def _not_together(one: Garment, other: Garment) -> RequestRefused:
    return RequestRefused(
        _("“%(one)s” and “%(other)s” cannot be worn together.") % {"one": one, "other": other},
        code="NotTogether",
    )
