from __future__ import annotations

from contextlib import ExitStack

import pytest

from django_outfitanyone.engines.base import EngineConfig, Picture, TryOnOrder, WornPicture
from django_outfitanyone.engines.images_edits import ImagesEdits
from outfitanyone_local.sandbox.http_server import SandboxServer
from outfitanyone_local.sandbox.rectangle_engine import RectangleEngine
from tests.drawing import picture

KEY = "sk-0123456789abcdef0123456789abcdef"
MODEL = "gpt-image-2.6-flare"


def inline(seed, media_type="image/jpeg", size=(200, 300)):
    data = picture(seed, size=size)
    return Picture(load=lambda: data, media_type=media_type, width=size[0], height=size[1])


def order_of(*kinds, model=MODEL, person=None, **fields):
    garments = tuple(
        WornPicture(picture=inline(seed), kind=kind) for seed, kind in enumerate(kinds, start=2)
    )
    return TryOnOrder(model=model, person=person or inline(1), garments=garments, **fields)


@pytest.fixture
def engine_at():
    """Return a function that makes engines with these options, closed after the test."""
    with ExitStack() as stack:

        def make(base_url, **options):
            values = {"connect_timeout": 5.0, "read_timeout": 5.0, "allow_private_addresses": True}
            options = {"ANSWER_SECONDS": 10, **options}
            config = EngineConfig(api_key=KEY, base_url=base_url, options=options, **values)
            return stack.enter_context(ImagesEdits(config))

        yield make


@pytest.fixture(scope="package")
def server():
    with SandboxServer(engine=RectangleEngine()) as running:
        yield running


@pytest.fixture
def sandbox(server):
    server.reset()
    return server


@pytest.fixture
def engine(sandbox, engine_at):
    return engine_at(sandbox.urls["images_edits"])
