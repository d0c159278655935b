"""The engines of the vendors: how a shop configures each one, and what it wears and costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from django_outfitanyone.choices import GarmentKind
from tests.drawing import picture
from tests.factories import make_model_image

ENGINES = "django_outfitanyone.engines"
KEY = "key-0123456789abcdef0123456789abcdef"
PHOTO_SIZE = (480, 640)
"""Pixels of the model photos: every engine makes results of this size without scaling it."""

ONE = (GarmentKind.TOP,)
TWO = (GarmentKind.TOP, GarmentKind.BOTTOM)
FOUR = (GarmentKind.TOP, GarmentKind.BOTTOM, GarmentKind.OUTERWEAR, GarmentKind.SHOES)
LIMITS = {
    "CONCURRENT_TASKS": 5,
    "SUBMITS": "100/s",
    "QUERIES": "1000/s",
    "POLL_INTERVAL": 0.02,
    "UNCLEAR_DELAY": 0.05,
    "THROTTLE_PAUSE": 0.2,
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One engine. Prices are those of each call, in the order of the calls."""

    name: str
    """The engine's name in the sandbox, and its alias in the shop."""
    backend: str
    currency: str
    one: tuple[str, ...]
    """What one top costs."""
    two: tuple[str, ...]
    """What a top and trousers cost."""
    four: tuple[str, ...] = ()
    """What four pieces cost; empty where the engine does not wear all of their kinds."""
    unpaid: str
    """The vendor's error code for an account without money."""
    is_task_listed: bool = False
    """Whether a list of tasks settles an unclear submit; otherwise a person decides."""
    is_500_clear: bool = False
    """Whether a server error proves that nothing was accepted."""
    keys: dict[str, Any] = field(default_factory=dict)

    def entry(self, server: Any) -> dict[str, Any]:
        """Return the entry of ``ENGINES`` that connects this engine to the sandbox."""
        return {
            "BACKEND": f"{ENGINES}.{self.backend}",
            "API_KEY": KEY,
            "BASE_URL": server.urls[self.name],
            "IS_SANDBOX": False,
            **LIMITS,
            **self.keys,
        }

    def submits(self, server: Any) -> int:
        """Return how many paid requests of this engine arrived."""
        return int(server.stats["engines"].get(self.name, {}).get("submits", 0))


CASES = (
    Case(
        name="outfit_anyone",
        backend="dashscope.OutfitAnyone",
        currency="CNY",
        unpaid="Arrearage",
        one=("0.50",),
        two=("0.50",),
        is_task_listed=True,
    ),
    Case(
        name="qwen_image",
        backend="dashscope.QwenImage",
        currency="CNY",
        unpaid="Arrearage",
        one=("0.22",),
        two=("0.24",),
        four=("0.24", "0.24"),
        is_task_listed=True,
    ),
    Case(
        name="p_image",
        backend="p_image.PImage",
        currency="USD",
        unpaid="PaymentRequired",
        one=("0.015",),
        two=("0.023",),
        four=("0.039",),
    ),
    Case(
        name="images_edits",
        backend="images_edits.ImagesEdits",
        currency="EUR",
        unpaid="insufficient_quota",
        one=("0.04",),
        two=("0.04",),
        four=("0.04",),
        keys={
            "PRICES": {"gpt-image-2.6-flare": Decimal("0.04")},
            "CURRENCY": "EUR",
            "OPTIONS": {"SIZE": "person"},
        },
    ),
    Case(
        name="flux_vto",
        backend="flux_vto.FluxVTO",
        currency="USD",
        unpaid="InsufficientCredits",
        one=("0.0475",),
        two=("0.0525",),
        four=("0.0625",),
    ),
    Case(
        name="fashn",
        backend="fashn.Fashn",
        currency="USD",
        unpaid="OutOfCredits",
        one=("0.075",),
        two=("0.075", "0.075"),
        is_500_clear=True,
    ),
)
BY_NAME = {case.name: case for case in CASES}
each_engine = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def person():
    """Return a new model photo of ``PHOTO_SIZE``."""
    return make_model_image(data=picture(7, size=PHOTO_SIZE))
