"""The whole road against a running sandbox, over HTTP: from the wish to the hotspot."""

from __future__ import annotations

import pytest
from PIL import Image

from django_outfitanyone.actions import request_try_on
from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest
from django_outfitanyone.models import ClothesParse, Hotspot, TemporaryUpload
from tests.drawing import encoded
from tests.factories import make_garment, make_hotspot, make_model_image, make_product
from tests.work import work

pytestmark = pytest.mark.django_db

EVEN_PICTURE = encoded(Image.new("RGB", (400, 600), "grey"), "BMP")
"""What the quick engine takes for a picture without a person."""


def stored(file):
    with file.open() as opened, Image.open(opened) as image:
        image.load()
        return image


def outcome(wish, **options):
    try_on = request_try_on(wish, options=TryOnOptions(**options))
    work(try_on)
    return try_on


def test_try_on__picture_is_stored_paid_and_marked(remote):
    try_on = outcome(
        TryOnRequest(person=make_model_image(), top=make_garment()), keep_other_half=False
    )

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
    try_on = outcome(TryOnRequest(person=make_model_image(), top=make_garment(product=product)))

    upper = try_on.hotspots.get(clothes_type="upper")
    assert upper.product == product
    assert upper.box == (50, 60, 150, 150)  # where the engine sees it in a 200 x 300 picture
    assert upper.crop.size
    assert stored(upper.cutout).mode == "RGBA"


def test_try_on__kept_half_is_sent_as_the_remote_system_gave_it(remote, engine):
    try_on = outcome(
        TryOnRequest(person=make_model_image(), top=make_garment()), keep_other_half=True
    )

    assert try_on.status == Status.SUCCEEDED
    assert try_on.keep == "lower"
    assert ("try_on", True, False, ["lower"]) in engine.calls


def test_try_on__kept_half_keeps_its_product(remote):
    person, worn = make_model_image(), make_product()
    make_hotspot(person, "lower", product=worn, crop="")

    try_on = outcome(TryOnRequest(person=person, top=make_garment()), keep_other_half=True)

    assert try_on.hotspots.get(clothes_type="lower").product == worn


def test_try_on__replaced_half_is_left_to_the_remote_system(remote, engine):
    outcome(
        TryOnRequest(person=make_model_image(), bottom=make_garment(GarmentKind.BOTTOM)),
        keep_other_half=False,
    )

    assert ("try_on", False, True, []) in engine.calls
    assert remote.stats["parses"] == 1  # of the result only


def test_try_on__top_and_bottom_each_get_their_hotspot(remote):
    top, bottom = make_garment(), make_garment(GarmentKind.BOTTOM)
    try_on = outcome(TryOnRequest(person=make_model_image(), top=top, bottom=bottom))

    assert {spot.clothes_type: spot.product for spot in try_on.hotspots.all()} == {
        "upper": top.product,
        "lower": bottom.product,
    }


def test_try_on__one_piece_is_looked_for_as_a_dress(remote, engine):
    engine.worn = {"dress"}
    dress = make_garment(GarmentKind.ONE_PIECE)
    try_on = outcome(TryOnRequest(person=make_model_image(), top=dress))

    assert try_on.keep == ""
    assert try_on.hotspots.get().clothes_type == "dress"
    assert try_on.hotspots.get().product == dress.product


@pytest.mark.parametrize(("resolution", "size"), [(1024, (576, 1024)), (1280, (720, 1280))])
def test_try_on__resolution_decides_the_size(remote, resolution, size):
    try_on = outcome(
        TryOnRequest(person=make_model_image(), top=make_garment()),
        resolution=resolution,
        keep_other_half=False,
    )

    assert (try_on.width, try_on.height) == size


def test_try_on__face_and_model_travel_along(remote):
    try_on = outcome(
        TryOnRequest(person=make_model_image(), top=make_garment()),
        model="aitryon",
        restore_face=False,
        keep_other_half=False,
    )

    assert try_on.status == Status.SUCCEEDED
    assert str(try_on.cost) == "0.200000"
    assert remote.stats["models"]["aitryon"]["submits"] == 1


def test_try_on__nothing_to_keep_fails_before_it_is_paid(remote, engine):
    engine.worn = {"dress"}
    try_on = outcome(
        TryOnRequest(person=make_model_image(), top=make_garment()), keep_other_half=True
    )

    assert (try_on.status, try_on.error_code) == (Status.FAILED, "NothingToKeep")
    assert try_on.error_help.fixed_by == "shop"
    assert remote.stats["submits"] == 0


def test_try_on__refused_picture_fails_with_the_words_of_the_api(remote, engine):
    even = make_model_image(data=EVEN_PICTURE)
    try_on = outcome(TryOnRequest(person=even, top=make_garment()), keep_other_half=False)

    assert (try_on.status, try_on.error_code) == (Status.FAILED, "InvalidPerson")
    assert "single person" in try_on.error_message
    assert try_on.cost == 0
    assert try_on.slot is None


def test_batch__each_picture_is_uploaded_once_for_each_remote_model(remote):
    person, garments = make_model_image(), [make_garment(), make_garment()]
    rows = [
        request_try_on(
            TryOnRequest(person=person, top=garment), options=TryOnOptions(keep_other_half=False)
        )
        for garment in garments
    ]
    work(*rows)

    assert TemporaryUpload.objects.filter(sha256=person.sha256).count() == 1
    uploads_for_try_on = TemporaryUpload.objects.filter(remote_model="aitryon-plus")
    assert uploads_for_try_on.count() == 3
    results = {row.sha256 for row in rows}  # each is handed over once more, to be searched
    assert remote.stats["uploads"] == 3 + len(results)


def test_batch__photo_is_searched_once_for_the_half_to_keep(remote):
    person = make_model_image()
    rows = [request_try_on(TryOnRequest(person=person, top=make_garment())) for _ in range(3)]
    work(*rows)

    assert ClothesParse.objects.filter(model_image=person).count() == 1
    assert Hotspot.objects.of(person).get().clothes_type == "lower"


def test_batch__never_more_tasks_than_the_account_allows(remote, configure):
    configure(CONCURRENT_TASKS=2)
    remote.set_progression([("RUNNING", 0.8)])
    rows = [
        request_try_on(
            TryOnRequest(person=make_model_image(), top=make_garment()),
            options=TryOnOptions(keep_other_half=False),
        )
        for _ in range(5)
    ]
    work(*rows, seconds=20)

    assert {row.status for row in rows} == {Status.SUCCEEDED}
    assert remote.stats["peak_running"] == 2
    assert remote.stats["submits"] == 5
