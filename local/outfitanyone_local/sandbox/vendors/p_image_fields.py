"""Read and check the requests of P-Image-Try-On; ``Refused`` carries the error."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from outfitanyone_local.sandbox import outfit_tasks
from outfitanyone_local.sandbox.errors import Problem, Refused
from outfitanyone_local.sandbox.outfits import Outfit

FORMATS = ("png", "jpg", "webp")
MOST_GARMENTS = 11
MOST_QUALITY = 100
MOST_SEED = 2**32 - 1


def _invalid(message: str) -> Refused:
    return Refused(Problem(422, "InvalidInput", message))


def read_outfit(body: Mapping[str, Any], *, uploaded: Callable[[str], str]) -> Outfit:
    """Return what the request asks for; ``uploaded`` resolves the address of an upload.

    The model sorts the garments by itself, so no kind is known.
    """
    fields = body.get("input")
    if not isinstance(fields, dict):
        raise _invalid("input is missing.")
    garments = fields.get("garment_images")
    if not isinstance(garments, list) or not 1 <= len(garments) <= MOST_GARMENTS:
        raise _invalid(f"garment_images must have 1 to {MOST_GARMENTS} addresses.")
    output = fields.get("output_format", "jpg")
    if not isinstance(output, str) or output not in FORMATS:
        raise _invalid(f"output_format must be one of: {', '.join(FORMATS)}.")
    _check(fields)
    return Outfit(
        person=uploaded(_address(fields.get("person_image"), "person_image")),
        garments=tuple((uploaded(_address(each, "garment_images")), "") for each in garments),
        file_format=output,
        limits=outfit_tasks.LIMITS,
    )


def _check(fields: Mapping[str, Any]) -> None:
    if not isinstance(fields.get("prompt", ""), str):
        raise _invalid("prompt must be a text.")
    for name in ("turbo", "preserve_input_size"):
        if not isinstance(fields.get(name, False), bool):
            raise _invalid(f"{name} must be true or false.")
    for name, most in (("seed", MOST_SEED), ("output_quality", MOST_QUALITY)):
        value = fields.get(name)
        if value is not None and (type(value) is not int or not 0 <= value <= most):
            raise _invalid(f"{name} must be a whole number from 0 to {most}.")


def _address(value: object, name: str) -> str:
    if not isinstance(value, str) or not re.match(r"https?://", value):
        raise _invalid(f"{name} must be an address.")
    return value
