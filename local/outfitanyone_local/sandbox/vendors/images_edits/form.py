"""Read and check the form of a request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from werkzeug.wrappers import Request

from outfitanyone_local.sandbox.errors import Problem, Refused
from outfitanyone_local.sandbox.outfits import Outfit
from outfitanyone_local.sandbox.pictures import PictureLimits
from outfitanyone_local.sandbox.prompt_kinds import kinds_in

from .problems import BODY_INVALID, NO_PICTURE, NO_PROMPT, invalid

MOST_PICTURES = 16
MOST_COUNT = 10
MOST_PROMPT = 32_000
MIN_PIXELS, MAX_PIXELS = 256 * 256, 4096 * 4096
FORMATS = {"png": "png", "jpeg": "jpg", "webp": "webp"}
QUALITIES = ("auto", "low", "medium", "high", "standard")
RESPONSE_FORMATS = ("b64_json", "url")
LIMITS = PictureLimits(
    min_bytes=1, max_bytes=50_000_000, min_side=16, max_side=8192, accepts_webp=True
)
DEFAULT_MODEL = "gpt-image-2.6-flare"


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What a request asks for, and how it wants the answer."""

    outfit: Outfit
    model: str
    prompt: str
    quality: str
    file_format: str
    wants_url: bool


def read_edit(request: Request, *, keep: Callable[[bytes], str]) -> Edit:
    """Return the request; unknown fields are ignored, because servers have their own.

    ``keep`` stores a picture and returns its address.
    """
    if request.mimetype != "multipart/form-data":
        raise Refused(BODY_INVALID)
    fields: Mapping[str, str] = request.form
    prompt = fields.get("prompt", "").strip()
    if not prompt:
        raise Refused(NO_PROMPT)
    if len(prompt) > MOST_PROMPT:
        raise Refused(invalid("prompt", f"a string of at most {MOST_PROMPT} characters"))
    files = [file.read() for name in ("image", "image[]") for file in request.files.getlist(name)]
    if not files:
        raise Refused(NO_PICTURE)
    if len(files) > MOST_PICTURES:
        raise Refused(invalid("image", f"at most {MOST_PICTURES} pictures"))
    count = fields.get("n", "1")
    if not re.fullmatch(r"\d{1,2}", count) or not 1 <= int(count) <= MOST_COUNT:
        raise Refused(invalid("n", f"an integer from 1 to {MOST_COUNT}"))
    file_format = _one_of(fields, "output_format", tuple(FORMATS))
    width, height = _size(fields.get("size", "auto"))
    person, *garments = map(keep, files)
    outfit = Outfit(
        person=person,
        garments=tuple(zip(garments, kinds_in(prompt, pictures=len(files)), strict=True)),
        width=width,
        height=height,
        count=int(count),
        file_format=FORMATS[file_format],
        limits=LIMITS,
    )
    return Edit(
        outfit=outfit,
        model=fields.get("model") or DEFAULT_MODEL,
        prompt=prompt,
        quality=_one_of(fields, "quality", QUALITIES),
        file_format=file_format,
        wants_url=_one_of(fields, "response_format", RESPONSE_FORMATS) == "url",
    )


def _one_of(fields: Mapping[str, str], name: str, values: tuple[str, ...]) -> str:
    """Return a field, by default the first value."""
    value = fields.get(name, values[0])
    if value not in values:
        raise Refused(invalid(name, f"one of {', '.join(values)}"))
    return value


def _size(text: str) -> tuple[int, int]:
    """Return width and height; zeros keep those of the person."""
    if text == "auto":
        return 0, 0
    found = re.fullmatch(r"(\d{2,4})x(\d{2,4})", text)
    if not found:
        raise Refused(_BAD_SIZE)
    width, height = int(found[1]), int(found[2])
    if width % 16 or height % 16 or not MIN_PIXELS <= width * height <= MAX_PIXELS:
        raise Refused(_BAD_SIZE)
    return width, height


_BAD_SIZE: Problem = invalid("size", "'auto' or WIDTHxHEIGHT in steps of 16 pixels")
