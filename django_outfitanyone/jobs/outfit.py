"""Which garments can be worn together, and which of them the engine can try on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from django_outfitanyone.choices import AREAS_TAKEN, GarmentKind
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.models import Garment


def wearable_kinds() -> frozenset[str]:
    """Return the kinds of garments, values of ``GarmentKind``, that any configured engine wears."""
    engines = (engine for engine in conf.engines.values() if engine.is_importable)
    models = ((engine, model) for engine in engines for model in engine.remote_models)
    return frozenset().union(*(engine.capabilities(model).kinds for engine, model in models))


def outfits_of(garments: Sequence[Garment]) -> list[tuple[Garment, ...]]:
    """Return every whole outfit of these garments, with a piece of each kind that fits.

    Every top goes with every bottom, a dress alone, and each of them with the outerwear, shoes,
    bags and hats.
    """
    kinds: dict[str, list[Garment | None]] = {}
    for garment in garments:
        kinds.setdefault(garment.kind, []).append(garment)
    dresses = kinds.pop(GarmentKind.ONE_PIECE, [])
    halves = [kinds.pop(kind, []) for kind in (GarmentKind.TOP, GarmentKind.BOTTOM)]
    pairs = product(*(half or [None] for half in halves)) if any(halves) else ()
    bodies = [*pairs, *((dress,) for dress in dresses)] or [()]
    whole = ((*body, *more) for body in bodies for more in product(*kinds.values()))
    return [tuple(piece for piece in pieces if piece) for pieces in whole]


def default_outfit(garments: Sequence[Garment]) -> tuple[Garment, ...]:
    """Return the outfit of a product's first piece of each kind: the ones added first."""
    outfits = outfits_of(sorted(garments, key=lambda garment: garment.pk))
    return outfits[0] if outfits else ()


def check_together(garments: Sequence[Garment]) -> None:
    """Raise ``RequestRefused`` unless each part of the body is taken once, and one is."""
    if not garments:
        raise RequestRefused(
            _("Choose at least one garment: a top, trousers or a skirt, or a dress."),
            code="NoGarment",
        )
    taken: dict[str, Garment] = {}
    for garment in garments:
        for area in AREAS_TAKEN[garment.kind]:
            if area in taken:
                raise _not_together(taken[area], garment)
            taken[area] = garment


def check_wearable(garments: Sequence[Garment], kinds: frozenset[str]) -> None:
    """Raise ``RequestRefused`` if an engine that wears these kinds cannot try on a garment."""
    for garment in garments:
        if refusal := refusal_of_kind(garment.kind, kinds):
            raise RequestRefused(
                _("“%(garment)s”: %(reason)s") % {"garment": garment, "reason": refusal},
                code="KindNotWorn",
            )


def refusal_of_kind(kind: str, kinds: frozenset[str]) -> str:
    """Return why an engine that wears these kinds cannot wear this one, or ``""`` if it can."""
    if kind in kinds:
        return ""
    names = [str(one.label) for one in GarmentKind if one in kinds]
    return _("The engine cannot try on this kind of garment (%(kind)s), only: %(kinds)s.") % {
        "kind": GarmentKind(kind).label,
        "kinds": get_text_list(names, _("and")),
    }


def _not_together(one: Garment, other: Garment) -> RequestRefused:
    return RequestRefused(
        _("“%(one)s” and “%(other)s” cannot be worn together.") % {"one": one, "other": other},
        code="NotTogether",
    )
