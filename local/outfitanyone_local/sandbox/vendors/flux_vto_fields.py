"""Read and check the requests of FLUX VTO; ``Refused`` carries a validation error."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from outfitanyone_local.sandbox import outfit_tasks
from outfitanyone_local.sandbox.errors import Problem, Refused
from outfitanyone_local.sandbox.inline_pictures import decode_base64
from outfitanyone_local.sandbox.outfits import Outfit
from outfitanyone_local.sandbox.prompt_kinds import WORDS

from .canvas_tiles import tiles

FORMATS = {"png": "png", "jpeg": "jpg", "webp": "webp"}
MOST_TOLERANCE = 5
MOST_GARMENTS = 4
MOST_SEED = 2**63 - 1
_WORN = re.compile(r"wearing (?P<words>.*) of image 2", re.IGNORECASE | re.DOTALL)


def _invalid(name: str, message: str) -> Problem:
    return Problem(422, "Validation", message, findings=(name,))


def read_outfit(body: Mapping[str, Any], *, keep: Callable[[bytes], str]) -> Outfit:
    """Return what the request asks for; ``keep`` stores a picture that came in it."""
    prompt = body.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise Refused(_invalid("prompt", "Field required"))
    output = body.get("output_format", "jpeg")
    if not isinstance(output, str) or output not in FORMATS:
        raise Refused(_invalid("output_format", "Input should be 'jpeg', 'png' or 'webp'"))
    _check_number(body, "safety_tolerance", most=MOST_TOLERANCE)
    _check_number(body, "seed", most=MOST_SEED)
    person = _picture(body, "person")
    return Outfit(
        person=person if isinstance(person, str) else keep(person),
        garments=_garments(_picture(body, "garment"), kinds_of(prompt), keep),
        file_format=FORMATS[output],
        limits=outfit_tasks.LIMITS,
    )


def kinds_of(prompt: str) -> list[str]:
    """Return the kinds of the garments that the vendor's formula names, in that order.

    The last word of each part counts: "the Summer dress top" is a top.
    """
    found = _WORN.search(prompt)
    parts = re.split(r",| and the ", found["words"]) if found else []
    kinds = [_kind_in(part) for part in parts[:MOST_GARMENTS]]
    return kinds or [""]


def _kind_in(words: str) -> str:
    places = {
        kind: max(
            (match.end() for match in re.finditer(_whole(names), words, re.IGNORECASE)), default=-1
        )
        for kind, names in WORDS.items()
    }
    kind = max(places, key=lambda name: places[name])
    return kind if places[kind] >= 0 and kind != "other" else ""


def _whole(names: str) -> str:
    return rf"(?<![A-Za-z])(?:{names})(?![A-Za-z])"


def _garments(
    garment: str | bytes, kinds: list[str], keep: Callable[[bytes], str]
) -> tuple[tuple[str, str], ...]:
    """Return address and kind of each garment; the garments are taken off a canvas."""
    if isinstance(garment, str):
        return ((garment, kinds[0]),)
    try:
        cut = tiles(garment, count=len(kinds))
    except (OSError, ValueError) as error:
        raise Refused(_invalid("garment", "Could not decode image")) from error
    return tuple((keep(tile), kind) for tile, kind in zip(cut, kinds, strict=True))


def _picture(body: Mapping[str, Any], name: str) -> str | bytes:
    """Return the address of a picture, or its bytes if it came as bare base64."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise Refused(_invalid(name, "Field required"))
    if re.match(r"https?://", value):
        return value
    problem = _invalid(name, "Value must be an address or a base64 encoded image")
    return decode_base64(value, problem=problem)


def _check_number(body: Mapping[str, Any], name: str, *, most: int) -> None:
    value = body.get(name)
    if value is not None and (type(value) is not int or not 0 <= value <= most):
        raise Refused(_invalid(name, f"Input should be a valid integer from 0 to {most}"))
