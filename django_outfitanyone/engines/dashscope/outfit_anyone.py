"""OutfitAnyone on the DashScope API of Alibaba Cloud."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from django_outfitanyone.engines.base import (
    NOTHING,
    CheckResult,
    Defaults,
    ParseReport,
    Picture,
    RefineOrder,
    TaskReport,
    TryOnOrder,
)
from django_outfitanyone.engines.capabilities import Capabilities, OrderSize, Rate

from . import answers, payloads
from .capabilities import capabilities_of
from .checks import check_all
from .links import LINKS
from .prices import by_currency
from .tasks import BASE_URL, KEY_VARIABLE, DashScopeEngine


class OutfitAnyone(DashScopeEngine):
    """OutfitAnyone, its parser and its refiner, or any server that speaks their protocol."""

    TITLE = "OutfitAnyone"
    DEFAULTS = Defaults(
        base_url=BASE_URL,
        api_key_env=KEY_VARIABLE,
        remote_models=("aitryon-plus", "aitryon"),
        currency="CNY",
        concurrent_tasks=5,
        submits=Rate(10),
        queries=Rate(20),
    )
    PARSING_MODEL = "aitryon-parsing-v1"
    REFINER_MODEL = "aitryon-refiner"
    LIST_PRICES = by_currency()
    LINKS = LINKS

    @classmethod
    def capabilities(cls, remote_model: str, options: Mapping[str, Any] = NOTHING) -> Capabilities:
        return capabilities_of(remote_model)

    @classmethod
    def price(
        cls, remote_model: str, size: OrderSize, currency: str, options: Mapping[str, Any] = NOTHING
    ) -> Decimal | None:
        """Return the list price of one picture; the garments do not matter."""
        price = cls.LIST_PRICES.get(currency, {}).get(remote_model)
        return None if price is None else price * size.count

    def check(self) -> Sequence[CheckResult]:
        """Check key, region, clock and end of the models by two free requests."""
        return list(check_all(self.config, self.list_tasks))

    def submit(self, order: TryOnOrder, *, key: str = "") -> TaskReport:
        return self._pay(payloads.try_on(order), answers.submitted_task, window=order.window)

    def refine(self, order: RefineOrder, *, key: str = "") -> TaskReport:
        return self._pay(payloads.refine(order), answers.submitted_task, window=order.window)

    def parse(self, picture: Picture, clothes_types: Sequence[str], *, model: str) -> ParseReport:
        payload = payloads.parsing(model, image_url=picture.url, clothes_types=clothes_types)
        return self._pay(payload, partial(answers.parse_report, clothes_types=clothes_types))
