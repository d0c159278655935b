"""Read which pictures a finished task made, wherever its model writes them.

OutfitAnyone writes ``output.image_url``, Qwen-Image ``output.choices[].message.content[].image``;
the vendor's description of the query of tasks has ``output.results[].url`` (references of the
models, read on 2026-11-26). All are read, because the documents contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django_outfitanyone.engines.base import Result

from .values import at, count_of, url_of

_IMAGE_LIMIT = 100
"""A larger number of billed pictures is as good as none: one request makes a few."""
_SIDE_LIMIT = 65_535
_RESULT_LIMIT = 20


def results_of(document: Mapping[str, Any]) -> tuple[Result, ...]:
    """Return the pictures of a task, each one once, in the order of the answer."""
    output = document.get("output")
    if not isinstance(output, Mapping):
        return ()
    width, height = _size(document)
    urls = (url_of(value) for value in _addresses(output))
    found = list(dict.fromkeys(url for url in urls if url))[:_RESULT_LIMIT]
    return tuple(Result(url=url, width=width, height=height) for url in found)


def image_count_of(document: Mapping[str, Any]) -> int:
    """Return how many pictures the usage says that the account is billed for."""
    usage = document.get("usage")
    if not isinstance(usage, Mapping):
        return 0
    counts = (usage.get("image_count"), usage.get("output_image_count"))
    return next((count for count in (count_of(c, _IMAGE_LIMIT) for c in counts) if count), 0)


def _addresses(output: Mapping[str, Any]) -> Iterator[object]:
    image_url = output.get("image_url")
    yield at(image_url, 0) if isinstance(image_url, list) else image_url
    for choice in _mappings(output.get("choices")):
        message = choice.get("message")
        for part in _mappings(message.get("content") if isinstance(message, Mapping) else None):
            yield part.get("image")
    for result in _mappings(output.get("results")):
        yield result.get("url")


def _mappings(values: object) -> Iterator[Mapping[str, Any]]:
    for value in values if isinstance(values, list) else ():
        if isinstance(value, Mapping):
            yield value


def _size(document: Mapping[str, Any]) -> tuple[int, int]:
    """Return width and height of the pictures; zeros if the usage does not tell both."""
    usage = document.get("usage")
    usage = usage if isinstance(usage, Mapping) else {}
    for prefix in ("output_", ""):
        sides = [
            count_of(usage.get(f"{prefix}{side}"), _SIDE_LIMIT) for side in ("width", "height")
        ]
        if all(sides):
            return sides[0], sides[1]
    return 0, 0
