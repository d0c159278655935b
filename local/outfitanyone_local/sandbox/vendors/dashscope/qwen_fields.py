"""Read and check the requests of Qwen-Image 3.0; ``Refused`` carries the vendor's error.

All errors in fields come at once as HTTP 400, as measured. Texts that no document prints are
the sandbox's own, with the reason beside them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from outfitanyone_local.sandbox.errors import (
    EMPTY_INPUT,
    ILLEGAL_INPUT,
    MISSING_FIELDS,
    Problem,
    Refused,
)
from outfitanyone_local.sandbox.inline_pictures import decode_data_url, is_data_url
from outfitanyone_local.sandbox.outfits import Outfit
from outfitanyone_local.sandbox.pictures import PictureLimits
from outfitanyone_local.sandbox.prompt_kinds import kinds_in

MOST_PICTURES = 3
MOST_COUNT = 6
MIN_PIXELS, MAX_PIXELS = 512 * 512, 2048 * 2048
MOST_SEED = 2**31 - 1
MOST_NEGATIVE = 500
LONGEST = 8.0
STEP = 16
LIMITS = PictureLimits(
    min_bytes=1, max_bytes=10_000_000, min_side=16, max_side=8192, accepts_webp=True
)


def _parameter(message: str) -> Problem:
    return Problem(400, "InvalidParameter", message)


CANNOT_PREVIEW = _parameter("The local engine cannot make a preview of these pictures.")
ONE_MESSAGE = _parameter("The input must contain exactly one message with the role 'user'.")
ONE_TEXT = _parameter("The message must contain exactly one text content item.")
NO_PICTURE = _parameter("For image editing, the message must contain 1~3 image content items.")
SIZE_FORMAT = _parameter("Expected format: '<width>*<height>'")
SIZE_AREA = _parameter("Image area must be between 262144 (512x512) and 4194304 (2048x2048)")
SIZE_SHAPE = _parameter("Image aspect ratio must be between 1:8 and 8:1")
BAD_PICTURE = _parameter("The image is neither a URL nor base64 data with its media type.")


def read_outfit(
    body: Mapping[str, Any],
    *,
    model: str,
    keep: Callable[[bytes], str],
    resolve_uploads: bool,
) -> Outfit:
    """Return what the request asks for; ``keep`` stores a picture that came in the request."""
    pictures, text = _content(body, model=model)
    parameters = body.get("parameters")
    parameters = {} if parameters is None else parameters
    if not isinstance(parameters, dict):
        raise Refused(MISSING_FIELDS)
    _check(parameters)
    width, height = _size(parameters.get("size"))
    person, *garments = [_address(picture, keep) for picture in pictures]
    return Outfit(
        person=person,
        garments=tuple(zip(garments, kinds_in(text, pictures=len(pictures)), strict=True)),
        width=width,
        height=height,
        count=parameters.get("n", 1),
        limits=LIMITS,
        resolve_uploads=resolve_uploads,
    )


def _content(body: Mapping[str, Any], *, model: str) -> tuple[list[str], str]:
    fields = body.get("input")
    if fields is None:
        raise Refused(EMPTY_INPUT)
    if not isinstance(fields, dict):
        raise Refused(ILLEGAL_INPUT)
    messages = fields.get("messages")
    if not isinstance(messages, list) or len(messages) != 1 or not isinstance(messages[0], dict):
        raise Refused(ONE_MESSAGE)
    content = messages[0].get("content")
    if messages[0].get("role") != "user" or not isinstance(content, list):
        raise Refused(ONE_MESSAGE)
    parts = [part for part in content if isinstance(part, dict)]
    texts = [part["text"] for part in parts if isinstance(part.get("text"), str)]
    pictures = [part["image"] for part in parts if isinstance(part.get("image"), str)]
    if len(texts) != 1 or not texts[0].strip():
        raise Refused(ONE_TEXT)
    if len(pictures) > MOST_PICTURES:
        raise Refused(_too_many(model))
    if not pictures:
        raise Refused(NO_PICTURE)
    return pictures, texts[0]


def _too_many(model: str) -> Problem:
    return _parameter(
        f"Model '{model}' supports 0~3 image content items. "
        "(0 images = T2I mode, 1~3 images = I2I mode)"
    )


def _address(picture: str, keep: Callable[[bytes], str]) -> str:
    """Return the address of a picture, also of one that came as data."""
    if is_data_url(picture):
        return keep(decode_data_url(picture, problem=BAD_PICTURE))
    if re.match(r"(?:https?|oss)://", picture):
        return picture
    raise Refused(BAD_PICTURE)


def _check(parameters: Mapping[str, Any]) -> None:
    """Check the known parameters; others are ignored, because the vendor's SDK adds one."""
    _number(parameters, "n", least=1, most=MOST_COUNT)
    _number(parameters, "seed", least=0, most=MOST_SEED)
    for name in ("prompt_extend", "watermark", "enable_thinking"):
        if not isinstance(parameters.get(name, False), bool):
            raise Refused(_parameter(f"{name} must be a bool"))
    negative = parameters.get("negative_prompt", "")
    if not isinstance(negative, str) or len(negative) > MOST_NEGATIVE:
        raise Refused(_parameter(f"negative_prompt must have at most {MOST_NEGATIVE} characters"))


def _number(parameters: Mapping[str, Any], name: str, *, least: int, most: int) -> None:
    value = parameters.get(name, least)
    if type(value) is not int or not least <= value <= most:
        raise Refused(_parameter(f"{name} must be an integer from {least} to {most}"))


def _size(value: Any) -> tuple[int, int]:
    """Return width and height in steps of 16 pixels; zeros if no size is asked for."""
    if value is None:
        return 0, 0
    found = re.fullmatch(r"(\d{1,5})\*(\d{1,5})", value) if isinstance(value, str) else None
    if not found:
        raise Refused(SIZE_FORMAT)
    width, height = int(found[1]), int(found[2])
    if not MIN_PIXELS <= width * height <= MAX_PIXELS:
        raise Refused(SIZE_AREA)
    if max(width, height) > LONGEST * min(width, height):
        raise Refused(SIZE_SHAPE)
    return max(STEP, round(width / STEP) * STEP), max(STEP, round(height / STEP) * STEP)
