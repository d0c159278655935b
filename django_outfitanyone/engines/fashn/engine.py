"""FASHN's try-on v1.6: one garment in each request."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import quote

from django_outfitanyone.engines.base import (
    NOTHING,
    CheckResult,
    Defaults,
    Picture,
    TaskReport,
    TryOnOrder,
)
from django_outfitanyone.engines.capabilities import Capabilities, OrderSize, Rate
from django_outfitanyone.engines.json_engine import JsonEngine, credits_check
from django_outfitanyone.exceptions import RequestRefused

from . import answers
from .tables import (
    CATEGORIES,
    CREDITS_PER_PICTURE,
    CURRENCY,
    ERRORS,
    LINKS,
    MOST_PICTURES,
    OPTIONS,
    PRICE_PER_CREDIT,
    capabilities_of,
)


class Fashn(JsonEngine):
    """FASHN, or any server that speaks its protocol.

    An error answer of the API proves that no task was created, so a retry is safe; a lost
    answer stays unclear, because the API has neither keys for requests nor a list of tasks.
    A shop whose account is not in USD sets the option ``PRICE_PER_CREDIT``.
    """

    TITLE = "FASHN"
    DEFAULTS = Defaults(
        base_url="https://api.fashn.ai",
        api_key_env="FASHN_API_KEY",
        remote_models=("tryon-v1.6",),
        currency=CURRENCY,
        concurrent_tasks=6,
        submits=Rate(50, 60.0),
        queries=Rate(50, 10.0),
    )
    OPTIONS = OPTIONS
    LINKS = LINKS
    DOMAIN = "fashn.ai"
    ERRORS = ERRORS

    @classmethod
    def capabilities(cls, remote_model: str, options: Mapping[str, Any] = NOTHING) -> Capabilities:
        return capabilities_of(remote_model, options)

    @classmethod
    def price(
        cls, remote_model: str, size: OrderSize, currency: str, options: Mapping[str, Any] = NOTHING
    ) -> Decimal | None:
        """Return the price of one request, which dresses the person in one garment."""
        per_credit = options.get("PRICE_PER_CREDIT") or (
            PRICE_PER_CREDIT if currency == CURRENCY else None
        )
        pictures = CREDITS_PER_PICTURE.get(remote_model)
        return per_credit * pictures * size.count if per_credit and pictures else None

    def submit(self, order: TryOnOrder, *, key: str = "") -> TaskReport:
        """Send one paid request; raise ``RequestRefused`` if it is not about one garment."""
        reader = partial(answers.submitted_task, price_per_credit=self._price_per_credit)
        return self._client.pay("v1/run", reader, body=self._body(order), window=order.window)

    def query(self, handle: str) -> TaskReport:
        reader = partial(
            answers.task_report, task_id=handle, price_per_credit=self._price_per_credit
        )
        return self._ask_task(f"v1/status/{quote(handle, safe='')}", reader, handle=handle)

    @property
    def _price_per_credit(self) -> Decimal:
        return self.config.options.get("PRICE_PER_CREDIT") or PRICE_PER_CREDIT

    def _body(self, order: TryOnOrder) -> dict[str, Any]:
        if len(order.garments) != 1 or order.garments[0].kind not in CATEGORIES:
            kinds = ", ".join(CATEGORIES)
            raise RequestRefused(f"FASHN wears one garment in a request, of the kinds {kinds}.")
        if not 1 <= order.count <= MOST_PICTURES:
            raise RequestRefused(f"FASHN makes 1 to {MOST_PICTURES} pictures in a request.")
        garment = order.garments[0]
        inputs: dict[str, Any] = {
            "model_image": _address(order.person),
            "garment_image": _address(garment.picture),
            "category": CATEGORIES[garment.kind],
            "mode": self.config.options.get("MODE", "balanced"),
            "garment_photo_type": "flat-lay",
            "segmentation_free": True,
            "moderation_level": self.config.options.get("MODERATION_LEVEL", "permissive"),
            "num_samples": order.count,
            "output_format": "png",
        }
        if order.seed is not None:
            inputs["seed"] = order.seed
        return {"model_name": order.model, "inputs": inputs}

    def _probe(self) -> Sequence[CheckResult]:
        return credits_check(self._client.ask("GET", "v1/credits", answers.credits_left))


def _address(picture: Picture) -> str:
    """Return the picture's address, or its bytes as a data URL; raise ``PictureRefused``."""
    if picture.url:
        return picture.url
    data = base64.b64encode(picture.read()).decode()
    return f"data:{picture.media_type or 'image/jpeg'};base64,{data}"
