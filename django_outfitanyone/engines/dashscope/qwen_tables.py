"""What the models of Qwen-Image 3.0 can do and cost, and what their errors mean, as data.

Sources: the vendor's API reference of qwen-image-3.0 and its price tables, with measurements by
others where the documents are silent; read on 2026-11-26. No official list price in USD was
found. Limits of requests per second are not documented; those of qwen-image-2.0 are assumed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django_outfitanyone.engines.base import Link, Option
from django_outfitanyone.engines.capabilities import (
    Answers,
    Capabilities,
    Face,
    Inputs,
    Keeps,
    OrderSize,
    Unclear,
)
from django_outfitanyone.engines.error_kind import gettext_noop as _
from django_outfitanyone.engines.prompts import GARMENTS, PROMPT_VERSION
from django_outfitanyone.engines.result_sizes import SizeRule, fitted

MODELS = ("qwen-image-3.0", "qwen-image-3.0-pro")
MOST_GARMENTS = 2
"""One request takes three pictures, the person among them."""
MOST_COUNT = 6
MAX_BYTES = 10_000_000

MIN_PIXELS = 512 * 512
CHEAP_PIXELS = 2_250_000
"""Up to here, a picture of the -pro model has the lower price."""
MAX_PIXELS = 2048 * 2048
"""Some accounts were allowed more; the reference says this."""

CURRENCY = "CNY"
INPUT_PRICE = Decimal("0.02")
"""Of each picture in a request, beside the price of each result."""
RESULT_PRICES = {
    "qwen-image-3.0": (Decimal("0.18"), Decimal("0.18")),
    "qwen-image-3.0-pro": (Decimal("0.25"), Decimal("0.50")),
}
"""Model to the price of a result of at most ``CHEAP_PIXELS``, and of a larger one."""

LINKS = (
    Link(
        name="api_reference",
        title=_("API reference, with the rules for pictures"),
        url="https://help.aliyun.com/zh/model-studio/qwen-image-edit-api",
    ),
    Link(
        name="api_key",
        title=_("API keys"),
        url="https://bailian.console.aliyun.com/?tab=model#/api-key",
    ),
)

HELP = {
    "model-gone": _(
        "The API does not offer this model to this key. Apply for it in the vendor's console, or "
        "choose another model or engine in the settings."
    ),
    "picture-size": _("Use a picture of at most 10 MB, as JPEG or PNG."),
    "outcome-unknown": _(
        "The request may have arrived. Check the task list of that minute before you retry, "
        "because a second request is paid for again."
    ),
}
"""Label of a row of the error table to what helps with these models instead."""


def _is_pixel_limit(value: Any) -> bool:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return is_number and MIN_PIXELS <= value <= MAX_PIXELS


PIXEL_OPTION = {
    "MAX_PIXELS": Option(
        default=CHEAP_PIXELS,
        expects=f"a number of pixels from {MIN_PIXELS} to {MAX_PIXELS}",
        accepts=_is_pixel_limit,
    ),
}


def size_rule(options: Mapping[str, Any]) -> SizeRule:
    """Return which sizes are asked for: by default none that costs the higher price."""
    return SizeRule(min_pixels=MIN_PIXELS, max_pixels=options.get("MAX_PIXELS", CHEAP_PIXELS))


def list_price(remote_model: str, size: OrderSize, options: Mapping[str, Any]) -> Decimal | None:
    """Return the list price in CNY of one request; ``None`` for a model that is not listed."""
    if remote_model not in RESULT_PRICES:
        return None
    rule = size_rule(options)
    pixels = math.prod(fitted(size.width, size.height, rule, resolution=size.resolution))
    result = RESULT_PRICES[remote_model][pixels > CHEAP_PIXELS]
    return result * size.count + INPUT_PRICE * (1 + size.garments)


def capabilities_of(remote_model: str) -> Capabilities:
    """Return what a model can do; one that is not known is taken for the default one."""
    return Capabilities(
        title=f"Qwen-Image, {remote_model}",
        kinds=frozenset(GARMENTS),
        max_garments=MOST_GARMENTS,
        keeps_rest=Keeps.PROMPT,
        keeps_face=Face.PROMPT,
        answers=Answers.LATER,
        unclear=Unclear.LIST,
        prompt_version=PROMPT_VERSION,
        inputs=Inputs(
            takes_url=True,
            takes_data=True,
            # the reference of 3.0 does not say that it reads uploads; data always works
            takes_upload=False,
            formats=frozenset(
                {"image/jpeg", "image/png", "image/webp", "image/bmp", "image/tiff", "image/gif"}
            ),
            max_bytes=MAX_BYTES,
        ),
        resolutions=(-1, 1024, 1280),
        has_seed=True,
        max_count=MOST_COUNT,
        result_life=timedelta(hours=24),
        expected_seconds=60.0,
        longest_submit=300.0,  # the gateway ends a request after 298 s
        longest_task=24 * 3600.0,
        task_listed_for=timedelta(hours=24),
        regions=("Beijing", "Singapore", "Virginia", "Frankfurt", "Tokyo"),
    )
