"""A whole try-on without any server: preview, parse and hotspots in the worker's process."""

from __future__ import annotations

import pytest

from django_outfitanyone.actions import parse_clothes
from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.models import Charge, Hotspot, TemporaryUpload
from outfitanyone_local.samples import GARMENTS, MODELS
from tests.drawing import picture
from tests.factories import make_garment, make_model_image, make_try_on
from tests.work import work

pytestmark = pytest.mark.django_db

PHOTO = MODELS[0].path.read_bytes()
TOP = next(one for one in GARMENTS if one.kind == "top").path.read_bytes()


@pytest.fixture(autouse=True)
def _local(configure):
    configure(BACKEND="django_outfitanyone.engines.local.LocalEngine")


@pytest.mark.slow
def test_try_on__is_a_free_preview_with_hotspots():
    garment = make_garment(data=TOP)
    try_on = make_try_on(
        status=Status.QUEUED,
        garments=[garment],
        model_image=make_model_image(data=PHOTO),
        keep="lower",
    )
    work(try_on)

    assert (try_on.status, try_on.error_code) == (Status.SUCCEEDED, "")
    assert try_on.is_preview
    assert (try_on.width, try_on.height) == (try_on.model_image.width, try_on.model_image.height)
    assert (try_on.cost, Charge.objects.count()) == (0, 0)
    spots = {spot.clothes_type: spot for spot in Hotspot.objects.filter(try_on=try_on)}
    assert set(spots) == {"upper", "lower"}
    assert spots["upper"].product_id == garment.product_id
    assert all(spot.crop and spot.cutout for spot in spots.values())
    assert not TemporaryUpload.objects.exists()


def test_try_on__of_an_unusable_photo_marks_the_photo():
    photo = make_model_image(data=picture(5))
    try_on = make_try_on(status=Status.QUEUED, garments=[make_garment(data=TOP)], model_image=photo)
    work(try_on)

    assert (try_on.status, try_on.error_code) == (Status.FAILED, "LocalPersonRefused")
    assert try_on.error_help.fixed_by == "shop"
    photo.refresh_from_db()
    assert photo.is_refused


def test_parse__of_a_worker_that_was_killed_is_simply_repeated():
    parse = parse_clothes(make_model_image(data=PHOTO), ["upper"])
    type(parse).objects.update(status=Status.SUBMITTING)
    work(parse)

    assert parse.status == Status.SUCCEEDED
    assert Charge.objects.filter(is_unclear=True).count() == 0


@pytest.mark.slow
def test_dress__covers_both_halves():
    dress = next(one for one in GARMENTS if one.kind == "one_piece").path.read_bytes()
    try_on = make_try_on(
        status=Status.QUEUED,
        garments=[make_garment(GarmentKind.ONE_PIECE, data=dress)],
        model_image=make_model_image(data=PHOTO),
    )
    work(try_on)

    assert try_on.status == Status.SUCCEEDED
    assert [spot.clothes_type for spot in Hotspot.objects.filter(try_on=try_on)] == ["dress"]
