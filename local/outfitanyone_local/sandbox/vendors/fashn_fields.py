"""Read and check the requests of FASHN; ``Refused`` carries the vendor's error."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from outfitanyone_local.sandbox import outfit_tasks
from outfitanyone_local.sandbox.errors import Problem, Refused
from outfitanyone_local.sandbox.inline_pictures import decode_data_url, is_data_url
from outfitanyone_local.sandbox.outfits import Outfit
from outfitanyone_local.sandbox.remote_models import FASHN, MODELS

KIND_OF = {"tops": "top", "bottoms": "bottom", "one-pieces": "one_piece", "auto": ""}
"""Category to the kind of garment."""
CHOICES = {
    "category": tuple(KIND_OF),
    "mode": ("performance", "balanced", "quality"),
    "garment_photo_type": ("auto", "flat-lay", "model"),
    "moderation_level": ("conservative", "permissive", "none"),
    "output_format": ("png", "jpeg"),
}
MOST_SAMPLES = 4
MOST_SEED = 2**32 - 1


def _bad_request(message: str) -> Refused:
    return Refused(Problem(400, "BadRequest", message))


def read_outfit(body: Mapping[str, Any], *, keep: Callable[[bytes], str]) -> tuple[str, Outfit]:
    """Return the model and what the request asks for; ``keep`` stores a picture in it."""
    model = body.get("model_name")
    if not isinstance(model, str) or model not in MODELS or MODELS[model].engine != FASHN:
        raise _bad_request("model_name is unknown.")
    inputs = body.get("inputs")
    if not isinstance(inputs, dict):
        raise _bad_request("inputs is missing.")
    _check(inputs)
    outfit = Outfit(
        person=_address(inputs, "model_image", keep),
        garments=(
            (_address(inputs, "garment_image", keep), KIND_OF[inputs.get("category", "auto")]),
        ),
        count=inputs.get("num_samples", 1),
        file_format="jpg" if inputs.get("output_format") == "jpeg" else "png",
        limits=outfit_tasks.LIMITS,
    )
    return model, outfit


def _check(inputs: Mapping[str, Any]) -> None:
    for name, choices in CHOICES.items():
        value = inputs.get(name, choices[0])
        if not isinstance(value, str) or value not in choices:
            raise _bad_request(f"{name} must be one of: {', '.join(choices)}.")
    for name, least, most in (("num_samples", 1, MOST_SAMPLES), ("seed", 0, MOST_SEED)):
        value = inputs.get(name, least)
        if type(value) is not int or not least <= value <= most:
            raise _bad_request(f"{name} must be a whole number from {least} to {most}.")
    for name in ("segmentation_free", "return_base64"):
        if not isinstance(inputs.get(name, False), bool):
            raise _bad_request(f"{name} must be true or false.")
    if inputs.get("return_base64"):
        raise _bad_request("The sandbox answers with addresses only, not with return_base64.")


def _address(inputs: Mapping[str, Any], name: str, keep: Callable[[bytes], str]) -> str:
    value = inputs.get(name)
    if isinstance(value, str) and re.match(r"https?://", value):
        return value
    problem = Problem(400, "BadRequest", f"{name} must be an address or a data URL of a picture.")
    if isinstance(value, str) and is_data_url(value):
        return keep(decode_data_url(value, problem=problem))
    raise Refused(problem)
