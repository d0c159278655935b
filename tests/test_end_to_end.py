"""From the request to the hotspot, over HTTP, against a running sandbox."""

from __future__ import annotations

import pytest
from PIL import Image

from django_outfitanyone.actions import request_try_on
from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest
from django_outfitanyone.models import ClothesParse, Hotspot, TemporaryUpload, TryOnResult
from tests.drawing import encoded, picture
from tests.factories import make_garment, make_hotspot, make_model_image, make_product
from tests.work import REPLACE, new_request, one_pass, queued_try_on, work

pytestmark = pytest.mark.django_db

EVEN_PICTURE = encoded(Image.new("RGB", (400, 600), "grey"), "BMP")
"""The test engine finds no person in this picture."""


def stored(file):
    with file.open() as opened, Image.open(opened) as image:
        image.load()
        return image


def finished(request, **options):
    try_on = request_try_on(request, options=TryOnOptions(**options))
    work(try_on)
    return try_on


def test_try_on__picture_is_stored_charged_and_marked_as_preview(remote):
    try_on = finished(new_request(), keep_other_half=False)

    assert try_on.status == Status.SUCCEEDED
    assert (try_on.width, try_on.height) == stored(try_on.image).size
    assert stored(try_on.thumbnail).format == "JPEG"
    assert try_on.image_count == 1
    assert (str(try_on.cost), try_on.currency) == ("0.500000", "CNY")
    assert try_on.is_preview
    assert try_on.remote_answer["output"]["task_status"] == "SUCCEEDED"
    assert try_on.result_url == ""
    assert remote.stats["submits"] == 1


def test_try_on__hotspot_leads_to_the_product_of_the_garment(remote):
    product = make_product()
    try_on = finished(TryOnRequest(make_model_image(), [make_garment(product=product)]))

    upper = try_on.hotspots.get(clothes_type="upper")
    assert upper.product == product
    assert upper.box == (50, 60, 150, 150)  # in a picture of 200 x 300 pixels
    assert upper.crop.size
    assert stored(upper.cutout).mode == "RGBA"


def test_try_on__kept_half_is_sent_as_a_garment(remote, engine):
    person = make_model_image(data=picture(7, size=(400, 600)))
    try_on = finished(new_request(person=person), keep_other_half=True)

    assert try_on.status == Status.SUCCEEDED
    assert try_on.keep == "lower"
    assert ("try_on", True, False, ["lower"]) in engine.calls


def test_try_on__kept_half_keeps_its_product(remote):
    person, worn = make_model_image(), make_product()
    make_hotspot(person, "lower", product=worn, crop="")

    try_on = finished(TryOnRequest(person, [make_garment()]), keep_other_half=True)

    assert try_on.hotspots.get(clothes_type="lower").product == worn


def test_try_on__replaced_half_is_left_to_the_engine(remote, engine):
    finished(
        TryOnRequest(make_model_image(), [make_garment(GarmentKind.BOTTOM)]),
        keep_other_half=False,
    )

    assert ("try_on", False, True, []) in engine.calls
    assert remote.stats["parses"] == 1  # of the result only


def test_try_on__top_and_bottom_get_a_hotspot_each(remote):
    top, bottom = make_garment(), make_garment(GarmentKind.BOTTOM)
    try_on = finished(TryOnRequest(make_model_image(), [top, bottom]))

    assert {spot.clothes_type: spot.product for spot in try_on.hotspots.all()} == {
        "upper": top.product,
        "lower": bottom.product,
    }


def test_try_on__one_piece_is_parsed_as_a_dress(remote, engine):
    engine.worn = {"dress"}
    dress = make_garment(GarmentKind.ONE_PIECE)
    try_on = finished(TryOnRequest(make_model_image(), [dress]))

    assert try_on.keep == ""
    assert try_on.hotspots.get().clothes_type == "dress"
    assert try_on.hotspots.get().product == dress.product


@pytest.mark.parametrize(("resolution", "size"), [(1024, (576, 1024)), (1280, (720, 1280))])
def test_try_on__resolution_decides_the_size(remote, resolution, size):
    try_on = finished(
        new_request(),
        resolution=resolution,
        keep_other_half=False,
    )

    assert (try_on.width, try_on.height) == size


def test_try_on__face_option_and_model_reach_the_engine(remote):
    try_on = finished(
        new_request(),
        model="aitryon",
        restore_face=False,
        keep_other_half=False,
    )

    assert try_on.status == Status.SUCCEEDED
    assert str(try_on.cost) == "0.200000"
    assert remote.stats["models"]["aitryon"]["submits"] == 1


def test_try_on__photo_without_the_half_to_keep_fails_before_payment(remote, engine):
    engine.worn = {"dress"}
    try_on = finished(new_request(), keep_other_half=True)

    assert (try_on.status, try_on.error_code) == (Status.FAILED, "NothingToKeep")
    assert try_on.error_help.fixed_by == "shop"
    assert remote.stats["submits"] == 0


def test_try_on__rejected_photo_fails_with_the_error_of_the_engine(remote, engine):
    even = make_model_image(data=EVEN_PICTURE)
    try_on = finished(TryOnRequest(even, [make_garment()]), keep_other_half=False)

    assert (try_on.status, try_on.error_code) == (Status.FAILED, "InvalidPerson")
    assert "single person" in try_on.error_message
    assert try_on.cost == 0
    assert try_on.slot is None


def test_batch__each_picture_is_uploaded_once_for_each_remote_model(remote):
    person, garments = make_model_image(), [make_garment(), make_garment()]
    rows = [
        request_try_on(TryOnRequest(person, [garment]), options=REPLACE) for garment in garments
    ]
    work(*rows)

    assert TemporaryUpload.objects.filter(sha256=person.sha256).count() == 1
    uploads_for_try_on = TemporaryUpload.objects.filter(remote_model="aitryon-plus")
    assert uploads_for_try_on.count() == 3
    results = {row.sha256 for row in rows}  # uploaded again for the parse
    assert remote.stats["uploads"] == 3 + len(results)


def test_batch__photo_is_parsed_once_for_both_halves(remote):
    person = make_model_image()
    rows = [request_try_on(TryOnRequest(person, [make_garment()])) for _ in range(3)]
    work(*rows)

    assert ClothesParse.objects.filter(model_image=person).count() == 1
    spots = Hotspot.objects.of(person)
    assert {spot.clothes_type for spot in spots} == {"upper", "lower"}


def test_batch__never_runs_more_tasks_than_the_account_has_slots(remote, configure):
    configure(CONCURRENT_TASKS=2, PARSE_RESULTS=False)
    remote.clock.freeze()
    remote.set_progression([("RUNNING", 1)])
    rows = [queued_try_on() for _ in range(5)]
    for _ in range(100):
        one_pass()
        open_count = TryOnResult.objects.open().count()
        if TryOnResult.objects.running().count() == min(2, open_count):
            remote.settle()
            remote.clock.advance(2)
        if not open_count:
            break

    assert TryOnResult.objects.succeeded().count() == len(rows)
    assert remote.stats["peak_running"] == 2
    assert remote.stats["submits"] == 5
