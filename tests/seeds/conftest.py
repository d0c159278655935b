from __future__ import annotations

import pytest

from outfitanyone_local.sandbox.http_server import SandboxServer
from outfitanyone_local.sandbox.options import Options
from outfitanyone_local.sandbox.rectangle_engine import RectangleEngine
from tests.drawing import picture
from tests.engine_keys import changed
from tests.orders import outfit_anyone
from tests.seeds.vendor import Vendor

KEY = "sk-0123456789abcdef0123456789abcdef"
PHOTO = (400, 640)
"""Size of a model photo whose halves are larger than the documented 150 pixels."""


@pytest.fixture
def vendor():
    """A server that gives the answers of the documents."""
    with Vendor() as running:
        yield running


@pytest.fixture
def client(vendor):
    with outfit_anyone(KEY, base_url=vendor.base_url, allow_private_addresses=True) as made:
        yield made


@pytest.fixture
def sandbox():
    """A sandbox that knows one key, whose clock stands still until a test moves it."""
    options = Options(api_keys=(KEY,))
    with SandboxServer(options=options, engine=RectangleEngine()) as running:
        running.clock.freeze()
        yield running


@pytest.fixture
def pictures(vendor):
    """Addresses of a model photo and of garments, by the field that takes them."""
    photo = vendor.serve("/person.jpg", picture(1, size=PHOTO))
    return {
        "person_image_url": photo,
        "image_url": photo,
        "top_garment_url": vendor.serve("/top.jpg", picture(2)),
        "bottom_garment_url": vendor.serve("/bottom.jpg", picture(3)),
    }


@pytest.fixture
def app(settings, vendor):
    """Configure the app for the vendor, which reads pictures from the shop's own addresses."""
    settings.MEDIA_URL = "https://shop.example/media/"
    settings.OUTFITANYONE = changed(
        settings.OUTFITANYONE,
        API_KEY=KEY,
        BASE_URL=vendor.base_url,
        ALLOW_PRIVATE_ADDRESSES=True,
        DELIVERY="url",
        POLL_INTERVAL=0.02,
        PARSE_RESULTS=False,
    )
    return vendor
