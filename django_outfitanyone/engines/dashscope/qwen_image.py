"""Qwen-Image 3.0 on the DashScope API of Alibaba Cloud: an editor that follows a prompt."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django_outfitanyone.engines.base import (
    NOTHING,
    Defaults,
    ErrorExplanation,
    Picture,
    TaskReport,
    TryOnOrder,
)
from django_outfitanyone.engines.capabilities import Capabilities, OrderSize, Rate
from django_outfitanyone.engines.prompts import NEGATIVE, PROMPT_VERSION, try_on_prompt
from django_outfitanyone.engines.result_sizes import fitted, size_of
from django_outfitanyone.exceptions import RequestRefused

from . import answers, payloads
from .errors import classify
from .qwen_tables import (
    CURRENCY,
    HELP,
    LINKS,
    MODELS,
    MOST_COUNT,
    MOST_GARMENTS,
    PIXEL_OPTION,
    capabilities_of,
    list_price,
    size_rule,
)
from .tasks import BASE_URL, KEY_VARIABLE, OPTIONS, DashScopeEngine

EDIT_PATH = "services/aigc/image-generation/generation"


class QwenImage(DashScopeEngine):
    """Qwen-Image 3.0, or any server that speaks its protocol.

    The models edit pictures by an instruction. The vendor does not promise that face, pose
    or the details of a garment stay as they are.
    """

    TITLE = "Qwen-Image"
    DEFAULTS = Defaults(
        base_url=BASE_URL,
        api_key_env=KEY_VARIABLE,
        remote_models=MODELS,
        currency=CURRENCY,
        concurrent_tasks=5,
        submits=Rate(2),
        queries=Rate(20),
    )
    OPTIONS = {**OPTIONS, **PIXEL_OPTION}
    LINKS = LINKS
    PROMPT_VERSION: ClassVar[str] = PROMPT_VERSION

    @classmethod
    def capabilities(cls, remote_model: str, options: Mapping[str, Any] = NOTHING) -> Capabilities:
        return capabilities_of(remote_model)

    @classmethod
    def price(
        cls, remote_model: str, size: OrderSize, currency: str, options: Mapping[str, Any] = NOTHING
    ) -> Decimal | None:
        """Return the list price of one request: its results, and the pictures in it."""
        return list_price(remote_model, size, options) if currency == CURRENCY else None

    @classmethod
    def classify(cls, code: str, message: str = "") -> ErrorExplanation:
        """Explain a stored error by the vendor's error table, with the help for these models."""
        kind = classify(code, message=message)
        return cls.explanation(kind, help_text=HELP.get(kind.label, ""))

    def submit(self, order: TryOnOrder, *, key: str = "") -> TaskReport:
        """Send one paid request; raise ``RequestRefused`` for an outfit it cannot wear."""
        return self._pay(self._payload(order), answers.submitted_task, window=order.window)

    def _payload(self, order: TryOnOrder) -> payloads.Payload:
        if not 1 <= len(order.garments) <= MOST_GARMENTS:
            raise RequestRefused(f"Qwen-Image wears 1 to {MOST_GARMENTS} garments in one request.")
        if not 1 <= order.count <= MOST_COUNT:
            raise RequestRefused(f"Qwen-Image makes 1 to {MOST_COUNT} pictures in one request.")
        pictures = [order.person, *(garment.picture for garment in order.garments)]
        images = [_address(picture) for picture in pictures]
        content = [*({"image": image} for image in images), {"text": try_on_prompt(order)}]
        return payloads.message(
            EDIT_PATH, order.model, content, self._parameters(order), addresses=images
        )

    def _parameters(self, order: TryOnOrder) -> dict[str, Any]:
        """Return the parameters; without a size, the result takes the shape of a garment."""
        rule = size_rule(self.config.options)
        width, height = fitted(*size_of(order.person), rule, resolution=order.resolution)
        parameters: dict[str, Any] = {
            "n": order.count,
            "size": f"{width}*{height}",
            "negative_prompt": NEGATIVE,
            "prompt_extend": False,  # else a language model rewrites the instruction
            "watermark": False,
        }
        if order.seed is not None:
            parameters["seed"] = order.seed
        return parameters


def _address(picture: Picture) -> str:
    """Return the address of a picture, or a data URL with its bytes."""
    if picture.url:
        return payloads.ascii_url(picture.url)
    data = base64.b64encode(picture.read()).decode()
    return f"data:{picture.media_type or 'image/jpeg'};base64,{data}"
