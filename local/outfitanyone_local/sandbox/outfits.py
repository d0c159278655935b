"""One try-on as every engine but OutfitAnyone asks for it: a person and a list of garments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from .engine_protocol import RGB, Engine
from .pictures import Picture, PictureLimits
from .try_ons import TriedOn, TryOns

NOT_WORN = "not_worn"
"""Finding: the local engine cannot put on garments of this kind, such as shoes."""
BODY_KINDS = ("top", "one_piece", "")


@dataclass(frozen=True, kw_only=True)
class Outfit:
    """What a task or a synchronous call makes.

    Pictures are http, https, oss:// or ``input:`` URLs. The garments are pairs of URL and kind:
    ``top bottom one_piece outerwear shoes bag hat``, or "" if the request does not tell.
    A width of 0 keeps the person's own size.
    """

    person: str
    garments: Sequence[tuple[str, str]]
    width: int = 0
    height: int = 0
    count: int = 1
    file_format: str = "png"
    """``png``, ``jpg`` or ``webp``."""
    limits: PictureLimits = field(default_factory=PictureLimits)
    is_lenient: bool = True
    """Whether pictures that break OutfitAnyone's rules are used all the same."""
    resolve_uploads: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> Outfit:
        return cls(
            **{
                **saved,
                "garments": tuple((url, kind) for url, kind in saved["garments"]),
                "limits": PictureLimits(**saved["limits"]),
            }
        )


def dress(
    engine: Engine, person: RGB, garments: Sequence[tuple[Picture, str]], *, is_lenient: bool
) -> TriedOn:
    """Put the garments on, the outerwear last; those that cannot be worn are a finding."""
    try_ons = TryOns(engine, is_lenient=is_lenient)
    layers, is_complete = _layers(_with_bottom(engine, garments))
    image, findings = person, () if is_complete else (NOT_WORN,)
    for top, bottom in layers:
        worn = try_ons.make(image, top, bottom)
        image, findings = worn.image, (*findings, *worn.findings)
    return TriedOn(image, tuple(dict.fromkeys(findings)))


def _with_bottom(
    engine: Engine, garments: Sequence[tuple[Picture, str]]
) -> list[tuple[Picture, str]]:
    """Call the first garment without a kind a bottom that may be one, if a top precedes it."""
    named = list(garments)
    tops = [place for place, (_, kind) in enumerate(named) if kind in BODY_KINDS]
    if any(kind == "bottom" for _, kind in named):
        return named
    for place in tops[1:]:
        picture, kind = named[place]
        found = engine.check_garment(picture.pixels, kind="bottom") if kind == "" else ()
        if kind == "" and not any(finding.refuses for finding in found):
            named[place] = (picture, "bottom")
            break
    return named


def _layers(
    garments: Sequence[tuple[Picture, str]],
) -> tuple[list[tuple[Picture | None, Picture | None]], bool]:
    """Return pairs of top and bottom, one for each pass, and whether they hold all garments."""
    tops = [picture for picture, kind in garments if kind in BODY_KINDS]
    bottoms = [picture for picture, kind in garments if kind == "bottom"]
    outer = [picture for picture, kind in garments if kind == "outerwear"]
    layers = [(next(iter(tops), None), next(iter(bottoms), None))]
    layers = [layer for layer in layers if any(each is not None for each in layer)]
    layers += [(picture, None) for picture in outer[:1]]
    worn = sum(each is not None for layer in layers for each in layer)
    return layers or [(None, None)], worn == len(garments)
