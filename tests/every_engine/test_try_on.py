"""Whole try-ons of every engine, from the request to charge and hotspots, over HTTP."""

from __future__ import annotations

from decimal import Decimal

import pytest
from PIL import Image

from django_outfitanyone.actions import request_try_on
from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.estimate import estimate
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest
from django_outfitanyone.models import Charge, TryOnResult
from tests.every_engine.cases import CASES, FOUR, ONE, PHOTO_SIZE, TWO, each_engine, person
from tests.factories import make_garment
from tests.work import work

pytestmark = pytest.mark.django_db

WORN_TOGETHER = [case for case in CASES if case.four]


def request_of(kinds):
    return TryOnRequest.of(person(), [make_garment(kind) for kind in kinds])


def finished(case, request, **options):
    """Return the finished try-on, which has cost what the estimate said, parses included."""
    options = TryOnOptions(**{"engine": case.name, "keep_other_half": False, **options})
    before, expected = Charge.objects.totals(), estimate([request], options=options).costs
    try_on = request_try_on(request, options=options)
    work(try_on, seconds=20)
    assert (try_on.status, try_on.error_message) == (Status.SUCCEEDED, "")
    spent = {name: total - before.get(name, 0) for name, total in Charge.objects.totals().items()}
    assert {name: cost for name, cost in spent.items() if cost} == {
        name: cost for name, cost in expected.items() if cost
    }
    return try_on


def charges_of(try_on):
    """Return account, amount and currency of the try-on's own charges, in their order."""
    charges = Charge.objects.filter(try_on=try_on, clothes_parse=None).order_by("pk")
    return [(one.account_id, one.amount, one.currency) for one in charges]


def expected_charges(case, prices):
    return [(case.name, Decimal(price), case.currency) for price in prices]


def check_picture(try_on):
    with try_on.image.open() as file, Image.open(file) as image:
        image.load()
    assert image.size == (try_on.width, try_on.height) == PHOTO_SIZE
    with try_on.thumbnail.open() as file, Image.open(file) as thumbnail:
        assert thumbnail.format == "JPEG"


@each_engine
def test_try_on__from_request_to_hotspots(shop, case):
    request = request_of(ONE)
    try_on = finished(case, request)

    check_picture(try_on)
    assert charges_of(try_on) == expected_charges(case, case.one)
    assert (try_on.cost, try_on.currency) == (Decimal(case.one[0]), case.currency)
    assert case.submits(shop) == 1
    upper = try_on.hotspots.get(clothes_type="upper")
    assert upper.product_id == request.garments[0].product_id
    assert upper.box == (120, 128, 360, 320)  # the sandbox paints there
    assert (upper.crop_width, upper.crop_height) == (240, 192)
    assert not TryOnResult.objects.exclude(pk=try_on.pk).exists()


@each_engine
def test_try_on__second_identical_request_is_free(shop, case):
    request = request_of(ONE)
    first, second = finished(case, request), finished(case, request)

    assert second.reused_from == first
    assert second.cost == 0
    assert case.submits(shop) == 1


@each_engine
def test_try_on__of_two_pieces(shop, case):
    request = request_of(TWO)

    try_on = finished(case, request)

    check_picture(try_on)
    assert charges_of(try_on) == expected_charges(case, case.two)
    assert try_on.cost == sum(map(Decimal, case.two))
    assert case.submits(shop) == len(case.two)
    assert {spot.clothes_type: spot.product_id for spot in try_on.hotspots.all()} == {
        "upper": request.garments[0].product_id,
        "lower": request.garments[1].product_id,
    }


@pytest.mark.parametrize("case", WORN_TOGETHER, ids=lambda case: case.name)
def test_try_on__of_four_pieces(shop, case):
    try_on = finished(case, request_of(FOUR))

    check_picture(try_on)
    assert charges_of(try_on) == expected_charges(case, case.four)
    assert [garment.kind for garment in try_on.garments] == list(FOUR)
    assert case.submits(shop) == len(case.four)


@each_engine
def test_try_on__keeps_the_other_half(shop, case):
    try_on = finished(case, request_of(ONE), keep_other_half=True)

    assert try_on.keep == "lower"
    assert case.submits(shop) == 1
    assert {spot.clothes_type for spot in try_on.hotspots.all()} == {"upper", "lower"}


@pytest.mark.parametrize(
    "case", [case for case in CASES if not case.four], ids=lambda case: case.name
)
def test_try_on__of_a_kind_that_it_cannot_wear_is_refused(shop, case):
    with pytest.raises(RequestRefused) as refusal:
        request_try_on(request_of(FOUR), options=TryOnOptions(engine=case.name))

    assert refusal.value.code == "KindNotWorn"
    assert not TryOnResult.objects.exists()
    assert case.submits(shop) == 0


@each_engine
def test_try_on__of_a_dress(shop, engine, case):
    engine.worn = {"dress"}
    try_on = finished(case, request_of([GarmentKind.ONE_PIECE]))

    assert [spot.clothes_type for spot in try_on.hotspots.all()] == ["dress"]
    assert charges_of(try_on) == expected_charges(case, case.one)
