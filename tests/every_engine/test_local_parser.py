"""Pictures of several engines that this machine parses, and makes: hotspots cost nothing."""

from __future__ import annotations

import pytest
from PIL import Image, ImageChops, ImageStat

from django_outfitanyone.actions import request_try_on
from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest
from django_outfitanyone.models import Charge
from outfitanyone_local.samples import GARMENTS, MODELS
from outfitanyone_local.sandbox.engines import LocalEngine
from tests.every_engine.cases import BY_NAME
from tests.factories import make_garment, make_model_image
from tests.work import work

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MOST_DIFFERENCE = 4
"""Mean grey levels of 255: a crop is stored as JPEG, which changes pixels a little."""


@pytest.fixture
def engine():
    """The computer vision of this machine behind the vendors' protocols."""
    return LocalEngine(workers=1)


@pytest.fixture
def local_shop(shop, change):
    change(PARSER="local")
    return shop


def request_of(*kinds):
    garments = []
    for kind in kinds:
        sample = next(one for one in GARMENTS if one.kind == kind)
        garments.append(make_garment(kind, data=sample.path.read_bytes()))
    return TryOnRequest.of(make_model_image(data=MODELS[0].path.read_bytes()), garments)


def finished(alias, request, **options):
    try_on = request_try_on(request, options=TryOnOptions(engine=alias, **options))
    work(try_on, seconds=200)
    assert (try_on.status, try_on.error_message) == (Status.SUCCEEDED, "")
    return try_on


def opened(file, mode="RGB"):
    with file.open() as stream, Image.open(stream) as image:
        return image.convert(mode)


def check_hotspots(try_on, request):
    """Check that each half has a hotspot with product, and a crop of the garment in its box.

    The crop's background is grey, so only the garment's own pixels are compared.
    """
    whole = opened(try_on.image)
    spots = {spot.clothes_type: spot for spot in try_on.hotspots.all()}
    products = [garment.product_id for garment in request.garments]
    assert [spots["upper"].product_id, spots["lower"].product_id] == products
    for spot in spots.values():
        crop, expected = opened(spot.crop), whole.crop(spot.box)
        assert crop.size == expected.size == (spot.crop_width, spot.crop_height)
        garment = (
            opened(spot.cutout, "RGBA").getchannel("A").point(lambda alpha: alpha > 250 and 255)
        )
        differences = ImageStat.Stat(ImageChops.difference(crop, expected), mask=garment)
        assert max(differences.mean) < MOST_DIFFERENCE


@pytest.mark.parametrize("name", ["outfit_anyone", "qwen_image", "p_image", "flux_vto"])
def test_outfit__of_a_vendor_is_parsed_for_free(local_shop, name):
    case, request = BY_NAME[name], request_of(GarmentKind.TOP, GarmentKind.BOTTOM)

    try_on = finished(name, request)

    check_hotspots(try_on, request)
    assert case.submits(local_shop) == 1
    assert local_shop.stats["parses"] == 0
    assert try_on.clothesparses.get().has_succeeded
    assert Charge.objects.get().account_id == name


def test_outfit__of_this_machine_needs_no_vendor(local_shop):
    request = request_of(GarmentKind.TOP, GarmentKind.BOTTOM)

    try_on = finished("local", request)

    check_hotspots(try_on, request)
    assert try_on.is_preview
    assert (try_on.width, try_on.height) == (request.person.width, request.person.height)
    assert (try_on.cost, Charge.objects.count()) == (0, 0)
    assert (local_shop.stats["submits"], local_shop.stats["parses"]) == (0, 0)


def test_kept_half__is_cut_out_by_this_machine_and_sent_to_the_vendor(local_shop):
    request = request_of(GarmentKind.TOP)

    try_on = finished("outfit_anyone", request, keep_other_half=True)

    assert try_on.keep == "lower"
    assert request.person.hotspots.get(clothes_type="lower").crop
    assert {spot.clothes_type for spot in try_on.hotspots.all()} == {"upper", "lower"}
    assert local_shop.stats["parses"] == 0
