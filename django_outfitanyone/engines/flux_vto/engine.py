"""FLUX VTO of Black Forest Labs: all garments on one picture."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar
from urllib.parse import quote

from django_outfitanyone.engines.base import (
    NOTHING,
    CheckResult,
    Defaults,
    EngineConfig,
    Picture,
    TaskReport,
    TryOnOrder,
)
from django_outfitanyone.engines.capabilities import Capabilities, OrderSize, Rate
from django_outfitanyone.engines.json_engine import JsonEngine, credits_check
from django_outfitanyone.exceptions import RequestRefused

from . import answers
from .canvas import MEGAPIXEL, MOST_GARMENTS, fitted, merged
from .prompt import KINDS, PROMPT_VERSION, prompt_of
from .tables import (
    CURRENCY,
    DOMAIN,
    ERRORS,
    GLOBAL_URL,
    LINKS,
    OPTIONS,
    REGIONS,
    capabilities_of,
    list_price,
    most_pixels,
)


class FluxVTO(JsonEngine):
    """FLUX VTO, or any server that speaks its protocol.

    The API has neither keys for requests nor a list of tasks, so a lost answer stays unclear.
    The option ``REGION`` chooses the vendor's servers; another ``BASE_URL`` than the default
    one takes precedence.
    """

    TITLE = "FLUX VTO"
    DEFAULTS = Defaults(
        base_url=GLOBAL_URL,
        api_key_env="BFL_API_KEY",
        remote_models=("vto-v2",),
        currency=CURRENCY,
        concurrent_tasks=20,  # the vendor allows 24, also for the account's other programs
        submits=Rate(5),
        queries=Rate(20),
    )
    OPTIONS = OPTIONS
    LINKS = LINKS
    KEY_HEADER = "x-key"
    KEY_PREFIX = ""
    DOMAIN = DOMAIN
    ERRORS = ERRORS
    PROMPT_VERSION: ClassVar[str] = PROMPT_VERSION

    @classmethod
    def capabilities(cls, remote_model: str, options: Mapping[str, Any] = NOTHING) -> Capabilities:
        return capabilities_of(remote_model)

    @classmethod
    def price(
        cls, remote_model: str, size: OrderSize, currency: str, options: Mapping[str, Any] = NOTHING
    ) -> Decimal | None:
        """Return the list price of one request by the megapixels of all pictures."""
        return list_price(remote_model, size) if currency == CURRENCY else None

    def submit(self, order: TryOnOrder, *, key: str = "") -> TaskReport:
        """Send one paid request; raise ``RequestRefused`` for an outfit it cannot wear."""
        path = f"v1/flux-tools/{quote(order.model, safe='')}"
        reader = partial(answers.submitted_task, own=self._addresses.own)
        return self._client.pay(path, reader, body=self._body(order), window=order.window)

    def query(self, handle: str) -> TaskReport:
        """Return the state of a task by its own address or by its id."""
        reader = partial(answers.task_report, handle=handle)
        if "://" in handle:
            return self._ask_task(self._own_address(handle), reader, handle=handle)
        path = f"v1/get_result?id={quote(handle, safe='')}"
        return self._ask_task(path, reader, handle=handle)

    def _base_url(self, config: EngineConfig) -> str:
        if config.base_url.rstrip("/") in {"", GLOBAL_URL}:
            return REGIONS[config.options.get("REGION", "")]
        return config.base_url

    def _body(self, order: TryOnOrder) -> dict[str, Any]:
        if order.count != 1:
            raise RequestRefused("FLUX VTO makes one picture in a request.")
        kinds = {garment.kind for garment in order.garments}
        if not 1 <= len(order.garments) <= MOST_GARMENTS or not kinds <= KINDS.keys():
            raise RequestRefused(
                f"FLUX VTO wears 1 to {MOST_GARMENTS} garments, of the kinds {', '.join(KINDS)}."
            )
        body: dict[str, Any] = {
            "prompt": prompt_of(order),
            "person": _person(order),
            "garment": _garments(order),
            "safety_tolerance": self.config.options.get("SAFETY_TOLERANCE", 2),
            "output_format": "png",
        }
        if order.seed is not None:
            body["seed"] = order.seed
        return body

    def _probe(self) -> Sequence[CheckResult]:
        return credits_check(self._client.ask("GET", "v1/credits", answers.credits_left))


def _garments(order: TryOnOrder) -> str:
    """Return the address of the one garment if it may be sent as it is, else the canvas."""
    pictures = [garment.picture for garment in order.garments]
    if len(pictures) == 1 and _may_be_loaded(pictures[0], most_pixels=MEGAPIXEL):
        return pictures[0].url
    return _base64(merged([picture.read() for picture in pictures]))


def _person(order: TryOnOrder) -> str:
    limit = most_pixels(order.model)
    if _may_be_loaded(order.person, most_pixels=limit):
        return order.person.url
    return _base64(fitted(order.person.read(), most_pixels=limit))


def _may_be_loaded(picture: Picture, *, most_pixels: int) -> bool:
    """Whether the engine may load the picture itself, at the price that was estimated."""
    is_small = 0 < picture.width * picture.height <= most_pixels
    return bool(picture.url) and (is_small or picture.load is None)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
