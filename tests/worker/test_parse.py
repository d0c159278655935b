from __future__ import annotations

import pytest
from django.core.files.base import ContentFile

from django_outfitanyone.actions import (
    cancel,
    correct_hotspot,
    parse_clothes,
    request_try_on,
    retry,
)
from django_outfitanyone.choices import Status
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.parse import request_parse
from django_outfitanyone.jobs.try_on import TryOnRequest
from django_outfitanyone.models import Account, ClothesParse, Hotspot
from django_outfitanyone.signals import hotspots_found
from tests.drawing import picture
from tests.factories import make_garment, make_hotspot, make_model_image
from tests.work import step, work

pytestmark = pytest.mark.django_db

SAME = picture(4711)
"""The bytes of two photos."""


def boxes(photo):
    return {spot.clothes_type: spot.box for spot in Hotspot.objects.of(photo)}


@pytest.mark.parametrize(
    ("types", "found"),
    [
        (["upper"], {"upper": (50, 60, 150, 150)}),
        (["lower"], {"lower": (50, 150, 150, 270)}),
        (["upper", "lower"], {"upper": (50, 60, 150, 150), "lower": (50, 150, 150, 270)}),
    ],
)
def test_find_clothes__what_was_asked_for(remote, types, found):
    photo = make_model_image()
    parse = parse_clothes(photo, types)
    work(parse)

    assert parse.status == Status.SUCCEEDED
    assert boxes(photo) == found
    assert (parse.image_count, str(parse.cost)) == (1, "0.004000")


def test_find_clothes__nothing_found_is_an_answer(remote, engine):
    engine.worn = set()
    photo = make_model_image()
    parse = parse_clothes(photo, ["upper"])
    work(parse)

    assert parse.status == Status.SUCCEEDED
    assert parse.remote_answer["areas"] == [None]
    assert parse.cost > 0  # the API bills the picture it looked at
    assert boxes(photo) == {}


def test_find_clothes__two_pieces_not_found_are_looked_for_as_a_dress(remote, engine):
    engine.worn = {"dress"}
    photo = make_model_image()
    parse_clothes(photo)
    work()

    assert set(boxes(photo)) == {"dress"}
    assert remote.stats["parses"] == 2


@pytest.mark.parametrize("types", [["upper", "dress"], [], ["hat"]])
def test_find_clothes__combination_the_api_does_not_know(remote, types):
    with pytest.raises(RequestRefused, match="upper"):
        parse_clothes(make_model_image(), types)


def test_find_clothes__searched_once_then_known(remote):
    photo = make_model_image()
    first = parse_clothes(photo, ["upper", "lower"])
    work(first)

    assert parse_clothes(photo, ["lower"]) == first
    assert parse_clothes(photo, ["upper", "lower"]) == first
    assert remote.stats["parses"] == 1


def test_find_clothes__again_pays_again(remote):
    photo = make_model_image()
    first = parse_clothes(photo, ["upper"])
    work(first)
    second = parse_clothes(photo, ["upper"], again=True)
    work(second)

    assert second != first
    assert remote.stats["parses"] == 2
    assert Hotspot.objects.of(photo).count() == 1


def test_ask_for_clothes__twice_at_the_same_time_is_one_search():
    photo = make_model_image()
    first = request_parse(photo, ["upper"], again=True)

    assert request_parse(photo, ["upper"], again=True) == first


def test_same_picture_in_two_rows__is_searched_once(remote):
    first, second = make_model_image(data=SAME), make_model_image(data=SAME)
    work(parse_clothes(first))
    parse = parse_clothes(second)
    work(parse)

    assert remote.stats["parses"] == 1
    assert (parse.status, parse.cost, parse.is_reused) == (Status.SUCCEEDED, 0, True)
    assert not first.clothesparses.get().is_reused
    assert boxes(second) == boxes(first)
    assert {spot.crop.name for spot in second.hotspots.all()} == {
        spot.crop.name for spot in first.hotspots.all()
    }


def test_same_picture_in_two_rows__one_half_of_what_is_known(remote):
    first, second = make_model_image(data=SAME), make_model_image(data=SAME)
    work(parse_clothes(first, ["upper", "lower"]))
    work(parse_clothes(second, ["upper"]))

    assert remote.stats["parses"] == 1


def test_same_picture_in_two_rows__more_than_is_known_is_searched(remote):
    first, second = make_model_image(data=SAME), make_model_image(data=SAME)
    work(parse_clothes(first, ["upper"]))
    work(parse_clothes(second, ["upper", "lower"]))

    assert remote.stats["parses"] == 2


def test_same_picture_in_two_rows__at_the_same_time(remote):
    searches = [parse_clothes(make_model_image(data=SAME)) for _ in range(3)]
    step(searches[1])
    assert searches[1].status == Status.QUEUED  # waits for the first
    work(*searches)

    assert remote.stats["parses"] == 1
    assert all(len(boxes(search.picture)) == 2 for search in searches)


def test_same_picture_in_two_rows__first_that_fails_does_not_fail_the_second(remote):
    first, second = (parse_clothes(make_model_image(data=SAME)) for _ in range(2))
    cancel(first)
    work(second)

    assert second.status == Status.SUCCEEDED
    assert second.cost > 0


def test_same_picture_in_two_rows__trouble_of_the_first_holds_the_second_up_for_a_while(remote):
    first, second = (parse_clothes(make_model_image(data=SAME)) for _ in range(2))
    ClothesParse.objects.filter(pk=first.pk).update(attempts=1)
    step(second)
    assert second.status == Status.QUEUED

    ClothesParse.objects.filter(pk=first.pk).update(attempts=4)
    step(second)
    assert second.status == Status.COLLECTING


def test_same_picture_in_two_rows__again_pays_again(remote):
    first, second = make_model_image(data=SAME), make_model_image(data=SAME)
    work(parse_clothes(first))
    work(parse_clothes(second, again=True))

    assert remote.stats["parses"] == 2


def test_same_picture_in_two_rows__nothing_in_it_is_known_as_well(remote, engine):
    engine.worn = set()
    first, second = make_model_image(data=SAME), make_model_image(data=SAME)
    parse_clothes(first)
    work()
    parse_clothes(second)
    work()

    assert remote.stats["parses"] == 2  # two pieces, then a dress
    assert ClothesParse.objects.of(second).count() == 2


def test_same_picture_in_two_rows__own_products_and_corrections_of_each(remote):
    first, second = make_model_image(data=SAME), make_model_image(data=SAME)
    corrected = make_hotspot(second, "lower", box=(1, 2, 30, 40))
    correct_hotspot(corrected)
    work(parse_clothes(first))
    worn = first.hotspots.get(clothes_type="upper")
    worn.product = make_garment().product
    worn.x1 += 5
    worn.save()
    correct_hotspot(worn)
    work(parse_clothes(second))

    copied = second.hotspots.get(clothes_type="upper")
    assert copied.product == worn.product
    assert copied.box == (50, 60, 150, 150)
    assert boxes(second)["lower"] == (1, 2, 30, 40)


def test_same_picture_in_two_rows__product_that_a_person_took_away_stays_away(remote):
    first, second = make_model_image(data=SAME), make_model_image(data=SAME)
    work(parse_clothes(first))
    first.hotspots.update(product=make_garment().product)
    correct_hotspot(make_hotspot(second, "upper", product=None))
    work(parse_clothes(second))

    assert second.hotspots.get(clothes_type="upper").product is None
    assert second.hotspots.get(clothes_type="lower").product is not None


def test_same_picture_in_two_rows__hotspot_deleted_meanwhile_is_searched_anew(remote):
    first, second = make_model_image(data=SAME), make_model_image(data=SAME)
    work(parse_clothes(first))
    first.hotspots.filter(clothes_type="upper").delete()
    work(parse_clothes(second))

    assert remote.stats["parses"] == 2
    assert set(boxes(second)) == {"upper", "lower"}


def test_same_picture_in_two_rows__any_of_them_will_do(remote):
    photos = [make_model_image(data=SAME) for _ in range(3)]
    for photo in photos[:2]:
        work(parse_clothes(photo))
    photos[1].hotspots.all().delete()
    work(parse_clothes(photos[2]))

    assert remote.stats["parses"] == 1
    assert boxes(photos[2]) == boxes(photos[0])


def test_same_picture_in_two_rows__of_another_account_is_no_matter_of_this(remote):
    other = Account.objects.create(name="other")
    first, second = make_model_image(data=SAME), make_model_image(data=SAME)
    work(parse_clothes(first))
    ClothesParse.objects.update(account=other)
    work(parse_clothes(second))

    assert remote.stats["parses"] == 2


def test_find_clothes__replaced_photo_is_searched_anew(remote):
    photo = make_model_image()
    work(parse_clothes(photo, ["upper"]))
    photo.image.save("other.jpg", ContentFile(picture(77, size=(400, 600))))
    assert boxes(photo) == {}  # what was found in the old picture is not shown on the new

    work(parse_clothes(photo, ["upper"]))

    assert boxes(photo) == {"upper": (100, 120, 300, 300)}


def test_find_clothes__correction_by_a_person_stays(remote):
    photo = make_model_image()
    spot = make_hotspot(photo, "upper", box=(1, 2, 30, 40))
    correct_hotspot(spot)

    work(parse_clothes(photo, ["upper"]))

    spot.refresh_from_db()
    assert spot.box == (1, 2, 30, 40)
    assert spot.machine_box == [50, 60, 150, 150]
    assert spot.crop


def test_find_clothes__announces_what_was_found(remote):
    heard = []

    def listen(picture, hotspots, **_kwargs):
        heard.append((picture, [spot.clothes_type for spot in hotspots]))

    hotspots_found.connect(listen)
    try:
        photo = make_model_image()
        work(parse_clothes(photo))
    finally:
        hotspots_found.disconnect(listen)

    assert heard == [(photo, ["upper", "lower"])]


def test_call__unclear_outcome_is_never_repeated(remote):
    parse = parse_clothes(make_model_image(), ["upper"])
    remote.faults.add("drop-after", endpoint="parse")
    work(parse)

    assert (parse.status, parse.error_code) == (Status.NEEDS_ATTENTION, "OutcomeUnknown")
    assert remote.stats["parses"] == 1


def test_call__worker_that_died_meanwhile_leaves_it_to_a_person(remote):
    parse = parse_clothes(make_model_image(), ["upper"])
    ClothesParse.objects.update(status=Status.SUBMITTING)
    work(parse)

    assert parse.status == Status.NEEDS_ATTENTION
    assert remote.stats["parses"] == 0


def test_call__shop_that_would_rather_pay_twice(remote, configure):
    configure(REPEAT_UNCLEAR_SEARCHES=True)
    parse = parse_clothes(make_model_image(), ["upper"])
    remote.faults.add("drop-after", endpoint="parse")
    work(parse)

    assert parse.status == Status.SUCCEEDED
    assert remote.stats["parses"] == 2


def test_call__even_that_has_an_end(remote, configure):
    configure(REPEAT_UNCLEAR_SEARCHES=True)
    parse = parse_clothes(make_model_image(), ["upper"])
    remote.faults.add("drop-after", endpoint="parse", times=None)
    work(parse)

    assert parse.status == Status.NEEDS_ATTENTION
    assert remote.stats["parses"] == 4


def test_unclear_search__try_ons_wait_for_the_decision(remote):
    remote.faults.add("drop-after", endpoint="parse")
    try_on = request_try_on(TryOnRequest(person=make_model_image(), top=make_garment()))
    for _ in range(6):
        step(try_on)
    parse = ClothesParse.objects.get()
    work(parse)
    step(try_on)
    assert (try_on.status, try_on.error_code) == (Status.PREPARING, "SearchNeedsAttention")

    retry(parse)
    work(try_on)
    assert try_on.status == Status.SUCCEEDED
    assert try_on.error_code == ""


def test_unclear_search__given_up_ends_the_try_ons_that_need_it(remote):
    remote.faults.add("drop-after", endpoint="parse")
    try_on = request_try_on(TryOnRequest(person=make_model_image(), top=make_garment()))
    step(try_on)
    step(try_on)
    parse = ClothesParse.objects.get()
    work(parse)
    cancel(parse)
    work(try_on)

    assert try_on.status == Status.FAILED
    assert remote.stats["submits"] == 0


def test_call__clear_refusal_is_tried_again(remote):
    parse = parse_clothes(make_model_image(), ["upper"])
    remote.faults.add("error", endpoint="parse", code="InternalError")
    step(parse)
    assert (parse.status, parse.attempts) == (Status.PREPARING, 1)

    work(parse)
    assert parse.status == Status.SUCCEEDED
    assert remote.stats["parses"] == 2


def test_collect__crop_is_kept_byte_for_byte(remote):
    photo = make_model_image()
    work(parse_clothes(photo, ["upper"]))

    spot = Hotspot.objects.of(photo).get()
    with spot.crop.open() as file:
        crop = file.read()
    import hashlib

    assert spot.crop_sha256 == hashlib.sha256(crop).hexdigest()
    assert spot.crop.name.endswith((".jpg", ".png"))


def test_collect__box_beyond_the_picture_is_cut_to_it(remote, engine, monkeypatch):
    from outfitanyone_local.sandbox import rectangle_engine

    monkeypatch.setattr(rectangle_engine, "box_of", lambda image, kind: (50, 60, 150, 290))
    photo = make_model_image()
    parse = parse_clothes(photo, ["upper"])
    while parse.status != Status.COLLECTING:
        step(parse)
    answer = parse.remote_answer
    answer["areas"][0]["box"] = [-5, 60, 5000, 150]
    ClothesParse.objects.update(remote_answer=answer)
    work(parse)

    assert boxes(photo) == {"upper": (0, 60, 200, 150)}
