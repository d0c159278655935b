"""The multipart form of a try-on. Sends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django_outfitanyone.engines.base import Picture, TryOnOrder
from django_outfitanyone.engines.prompts import try_on_prompt
from django_outfitanyone.engines.result_sizes import fitted, size_of

from .options import value_of
from .tables import LISTED_SIZES, PERSON_SIZE

SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}

Part = tuple[str, tuple[str | None, "bytes | str"] | tuple[str, bytes, str]]
"""A field of a form as requests takes it: name, then file name, content and type."""


def form_of(order: TryOnOrder, options: Mapping[str, Any]) -> list[Part]:
    """Return the fields, then the pictures: the person first, the garments in their order."""
    pictures = [order.person, *(garment.picture for garment in order.garments)]
    field = value_of(options, "IMAGE_FIELD")
    files = [_file(field, number, picture) for number, picture in enumerate(pictures, start=1)]
    return [*((name, (None, value)) for name, value in _fields(order, options).items()), *files]


def _fields(order: TryOnOrder, options: Mapping[str, Any]) -> dict[str, str]:
    fields = {
        "model": order.model,
        "prompt": try_on_prompt(order),
        "size": _size(order, value_of(options, "SIZE")),
        "quality": value_of(options, "QUALITY"),
        "output_format": value_of(options, "OUTPUT_FORMAT"),
        "response_format": value_of(options, "RESPONSE_FORMAT"),
    }
    if value_of(options, "SENDS_N"):
        fields["n"] = str(order.count)
    if value_of(options, "SEED_FIELD") and order.seed is not None:
        fields[value_of(options, "SEED_FIELD")] = str(order.seed)
    fields |= {name: _written(item) for name, item in value_of(options, "EXTRA").items()}
    return {name: value for name, value in fields.items() if value}


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _size(order: TryOnOrder, rule: str) -> str:
    """Return width and height as the server wants them; ``""`` sends none."""
    if rule == "person":
        width, height = fitted(*size_of(order.person), PERSON_SIZE, resolution=order.resolution)
        return f"{width}x{height}"
    if rule == "listed":
        return "{}x{}".format(*_nearest(*size_of(order.person)))
    return "auto" if rule == "auto" else ""


def _nearest(width: int, height: int) -> tuple[int, int]:
    """Return the listed size whose shape is closest; a portrait for a photo of unknown size."""
    shape = width / height if height else 2 / 3
    return min(LISTED_SIZES, key=lambda size: abs(size[0] / size[1] - shape))


def _file(field: str, number: int, picture: Picture) -> Part:
    kind = picture.media_type or "image/jpeg"
    return field, (f"image-{number}.{SUFFIXES.get(kind, 'jpg')}", picture.read(), kind)
