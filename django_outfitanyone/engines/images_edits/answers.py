"""Read the answer of ``/v1/images/edits``. Sends nothing."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django_outfitanyone.engines import json_values
from django_outfitanyone.engines.base import RemoteState, Result, TaskReport
from django_outfitanyone.engines.documents import excerpt
from django_outfitanyone.engines.json_client import Reply
from django_outfitanyone.engines.json_values import Malformed

RESULT_LIMIT = 24 * 1024 * 1024
"""Bytes of one picture in an answer."""
MOST_RESULTS = 10
MOST_TOKENS = 10**9
MILLION = 1_000_000
_DATA_URL = re.compile(r"data:image/[a-z0-9.+-]{1,20};base64,")


def finished_task(reply: Reply, *, token_prices: Mapping[str, Decimal]) -> TaskReport:
    """Return the pictures; a broken one among several is left out."""
    items = reply.document.get("data")
    if not isinstance(items, list):
        raise Malformed("The answer holds no list of pictures.")
    results = [_result(item) for item in items[:MOST_RESULTS]]
    usable = tuple(result for result in results if result)
    if not usable:
        raise Malformed("The answer holds no complete picture.")
    return TaskReport(
        handle="",
        state=RemoteState.SUCCEEDED,
        results=usable,
        image_count=len(usable),
        cost=_cost(reply.document.get("usage"), token_prices),
        request_id=reply.request_id,
        server_time=reply.answer.server_time,
        raw=excerpt(reply.document),
    )


def models(reply: Reply) -> None:
    """Check the answer to the list of models."""
    if not isinstance(reply.document.get("data"), list):
        raise Malformed("The answer lists no models.")


def _result(item: object) -> Result | None:
    """Return a picture as bytes or by its address, which may be relative to the server."""
    if not isinstance(item, Mapping):
        return None
    data = _decoded(item.get("b64_json"))
    if data:
        return Result(data=data)
    address = json_values.url(item.get("url"))
    if address:
        return Result(url=address)
    data = _decoded(item.get("url"), only_data_url=True)
    return Result(data=data) if data else None


def _decoded(value: object, *, only_data_url: bool = False) -> bytes | None:
    """Return the bytes of complete base64 within the limit, with or without a data URL's start."""
    if not isinstance(value, str) or len(value) > RESULT_LIMIT * 4 // 3 + 100:
        return None
    start = _DATA_URL.match(value)
    if only_data_url and not start:
        return None
    text = value[start.end() :] if start else value
    try:
        return base64.b64decode("".join(text.split()), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def _cost(usage: object, prices: Mapping[str, Decimal]) -> Decimal | None:
    """Return what the tokens cost; ``None`` without prices, or if the answer does not count them.

    ``usage`` is ``{input_tokens, output_tokens, input_tokens_details: {text_tokens,
    image_tokens}}``; without details, all input tokens count as those of pictures.
    """
    if not prices or not isinstance(usage, Mapping):
        return None
    details = usage.get("input_tokens_details")
    inner: Mapping[str, Any] = details if isinstance(details, Mapping) else {}
    total, output = _tokens(usage.get("input_tokens")), _tokens(usage.get("output_tokens"))
    if output is None or total is None:
        return None
    text = _tokens(inner.get("text_tokens")) or Decimal(0)
    image = _tokens(inner.get("image_tokens"))
    image = max(total - text, Decimal(0)) if image is None else image
    parts = (
        text * prices["INPUT_TEXT"],
        image * prices["INPUT_IMAGE"],
        output * prices["OUTPUT"],
    )
    return sum(parts, Decimal(0)) / MILLION


def _tokens(value: object) -> Decimal | None:
    return json_values.amount(value, most=MOST_TOKENS)
