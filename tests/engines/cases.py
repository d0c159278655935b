"""The engines that take JSON, with an order and the answers that each one understands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from django_outfitanyone.engines.base import EngineConfig, Picture, TryOnOrder, WornPicture
from django_outfitanyone.engines.fashn import Fashn
from django_outfitanyone.engines.flux_vto import FluxVTO
from django_outfitanyone.engines.json_engine import JsonEngine
from django_outfitanyone.engines.p_image import PImage
from tests.orders import worn

KEY = "key-0123456789abcdef0123456789abcdef"
PHOTO = "https://shop.example/p.jpg"
TOP = "https://shop.example/t.jpg"


def order_of(model: str, *garments: WornPicture, **options: Any) -> TryOnOrder:
    """Return an order for one top, or for these garments."""
    return TryOnOrder(
        model=model, person=Picture(url=PHOTO), garments=garments or worn(top=TOP), **options
    )


@dataclass(frozen=True, kw_only=True)
class Case:
    """One engine, the model to order, and what its API says about a task ``t-1``."""

    engine_class: type[JsonEngine]
    model: str
    submitted: dict[str, Any]
    running: dict[str, Any]
    ready: dict[str, Any]
    picture_place: tuple[str, ...]
    """Where in ``ready`` the address of the picture is."""

    @property
    def name(self) -> str:
        return self.engine_class.__name__

    @property
    def order(self) -> TryOnOrder:
        return order_of(self.model)

    def engine(self, base_url: str, **config: Any) -> JsonEngine:
        values = {
            "connect_timeout": 5.0,
            "read_timeout": 5.0,
            "allow_private_addresses": True,  # as with a local sandbox
            **config,
        }
        return self.engine_class(EngineConfig(api_key=KEY, base_url=base_url, **values))

    def ready_with(self, address: object) -> dict[str, Any]:
        """Return the answer about a finished task with this instead of the picture's address."""
        answer = json.loads(json.dumps(self.ready))
        place = answer
        for name in self.picture_place[:-1]:
            place = place[name]
        place[self.picture_place[-1]] = address
        return answer


FASHN = Case(
    engine_class=Fashn,
    model="tryon-v1.6",
    submitted={"id": "t-1", "error": None},
    running={"id": "t-1", "status": "processing", "error": None},
    ready={
        "id": "t-1",
        "status": "completed",
        "output": ["https://cdn.fashn.ai/t-1/output_0.png"],
        "error": None,
    },
    picture_place=("output",),
)
FLUX_VTO = Case(
    engine_class=FluxVTO,
    model="vto-v2",
    submitted={"id": "t-1"},
    running={"id": "t-1", "status": "Pending", "result": None},
    ready={
        "id": "t-1",
        "status": "Ready",
        "result": {"sample": "https://delivery.eu.bfl.ai/t-1.png?sig=1", "seed": 1},
    },
    picture_place=("result", "sample"),
)
P_IMAGE = Case(
    engine_class=PImage,
    model="p-image-try-on",
    submitted={"id": "t-1", "get_url": "https://api.pruna.ai/v1/predictions/status/t-1"},
    running={"id": "t-1", "status": "processing"},
    ready={"id": "t-1", "status": "succeeded", "generation_url": "/v1/predictions/delivery/t-1"},
    picture_place=("generation_url",),
)
CASES = (FASHN, FLUX_VTO, P_IMAGE)
each_engine = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
