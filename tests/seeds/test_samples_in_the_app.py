"""The app sends the sample requests and stores what the sample answers say."""

from __future__ import annotations

import json

import pytest

from django_outfitanyone.actions import parse_clothes, request_try_on
from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest
from django_outfitanyone.models import Account
from tests.drawing import drawn, encoded, picture
from tests.factories import make_garment, make_model_image
from tests.seeds import samples
from tests.seeds.conftest import KEY
from tests.work import step, work

pytestmark = pytest.mark.django_db

TRY_ON_PATH = "/api/v1/services/aigc/image2image/image-synthesis"
PARSING_PATH = "/api/v1/services/vision/image-process/process"
TASK = "0385dc79-5ff8-4d82-bcb6-xxxxxx"
GARMENTS = {
    "100-top": {"top": GarmentKind.TOP},
    "101-top-keep-bottom": {"top": GarmentKind.TOP},
    "102-bottom": {"bottom": GarmentKind.BOTTOM},
    "103-bottom-keep-top": {"bottom": GarmentKind.BOTTOM},
    "104-top-and-bottom": {"top": GarmentKind.TOP, "bottom": GarmentKind.BOTTOM},
    "105-dress": {"top": GarmentKind.ONE_PIECE},
}
PHOTO = (800, 1000)
"""Size of a photo that holds the box of the sample."""


def photo():
    return make_model_image(data=picture(5, size=PHOTO))


def answer_parse(vendor):
    """Answer parses like the sample, with pictures that can be downloaded.

    The answer for two types holds the sample's entries twice.
    """
    cutout = drawn(6, size=(310, 398)).convert("RGBA")
    body = samples.answer(
        "051-parsed",
        parsing_img_url=vendor.serve("/cutout.png", encoded(cutout, "PNG")),
        crop_img_url=vendor.serve("/crop.jpg", picture(7, size=(310, 398))),
    )

    def answer(request):
        types = json.loads(request)["parameters"]["clothes_type"]
        if len(types) == 1:
            return body
        document = json.loads(body)
        document["output"] = {
            name: value * len(types) for name, value in document["output"].items()
        }
        return json.dumps(document).encode()

    vendor.answer("POST", PARSING_PATH, answer)


def answer_task(vendor, name, **addresses):
    """Answer the query of the submitted task like a sample."""
    document = json.loads(samples.answer(name))
    body = samples.answer(name, **addresses)
    body = body.replace(document["output"]["task_id"].encode(), TASK.encode())
    vendor.answer("GET", f"/api/v1/tasks/{TASK}", body)


def requested(name="100-top"):
    garments = [make_garment(kind) for kind in GARMENTS[name].values()]
    options = TryOnOptions(keep_other_half="keep" in name)
    return request_try_on(TryOnRequest(photo(), garments), options=options)


@pytest.mark.parametrize("name", GARMENTS)
def test_try_on__is_the_sample_request(app, name):
    answer_parse(app)
    app.answer("POST", TRY_ON_PATH, samples.answer("106-submitted"))
    answer_task(app, "120-succeeded", image_url=app.serve("/tryon.jpg", picture(8, size=PHOTO)))
    try_on = requested(name)
    work(try_on)

    (body,) = app.bodies(TRY_ON_PATH)
    sample = samples.request(name, key=KEY)
    sent = json.loads(body)["input"]
    assert samples.in_order(body) == samples.in_order(sample.with_pictures(**sent).body)
    assert all(url.startswith("https://shop.example/media/") for url in sent.values())
    assert len(set(sent.values())) == len(sent)


def test_try_on__sample_answers_become_a_stored_picture(app):
    app.answer("POST", TRY_ON_PATH, samples.answer("106-submitted"))
    url = app.serve("/tryon.jpg", picture(8, size=PHOTO))
    answer_task(app, "120-succeeded", image_url=url)
    try_on = requested()
    work(try_on)

    assert try_on.status == Status.SUCCEEDED
    assert try_on.remote_task_id == TASK
    assert (try_on.width, try_on.height) == PHOTO
    assert (try_on.image_count, str(try_on.cost)) == (1, "0.500000")
    assert try_on.image.storage.exists(try_on.image.name)


def test_try_on__sample_of_failure_is_stored_and_free(app):
    app.answer("POST", TRY_ON_PATH, samples.answer("106-submitted"))
    answer_task(app, "121-failed")
    try_on = requested()
    work(try_on)

    assert (try_on.status, try_on.error_code) == (Status.FAILED, "InvalidParameter")
    assert try_on.error_message == "The request is missing required parameters xxxxx"
    assert try_on.cost == 0
    assert try_on.error_help.fixed_by


def test_try_on__sample_of_a_refused_key_stops_the_account(app):
    app.answer("POST", TRY_ON_PATH, samples.answer("107-refused"), status=401)
    try_on = requested()
    while not Account.of().is_stopped:
        step(try_on)

    assert try_on.is_open
    account = Account.of()
    assert account.stopped_code == "InvalidApiKey"
    assert account.stopped_message == "No API-key provided."
    assert account.error_help.fixed_by == "account"


def test_parse__sample_answer_becomes_a_hotspot(app):
    answer_parse(app)
    model_image = photo()
    parse = parse_clothes(model_image, ["upper"])
    work(parse)

    (body,) = app.bodies(PARSING_PATH)
    sample = samples.request("050-parse-top", key=KEY)
    sent = json.loads(body)["input"]
    assert samples.in_order(body) == samples.in_order(sample.with_pictures(**sent).body)
    hotspot = model_image.hotspots.get()
    assert (hotspot.clothes_type, hotspot.box) == ("upper", (331, 239, 641, 637))
    assert hotspot.crop.size
    assert hotspot.cutout.size
    assert (parse.request_id, str(parse.cost)) == (
        "b68147d6-e7d0-920f-b889-xxxxxx",
        "0.004000",
    )


def test_parse__sample_without_clothes_is_a_paid_success(app):
    app.answer("POST", PARSING_PATH, samples.answer("052-nothing-there"))
    model_image = photo()
    parse = parse_clothes(model_image, ["upper"])
    work(parse)

    assert parse.status == Status.SUCCEEDED
    assert str(parse.cost) == "0.004000"
    assert not model_image.hotspots.exists()


def test_parse__sample_error_fails_and_is_free(app):
    app.answer("POST", PARSING_PATH, samples.answer("053-parse-refused"), status=400)
    parse = parse_clothes(photo(), ["upper"])
    work(parse)

    assert (parse.status, parse.error_code) == (Status.FAILED, "InvalidParameter.ClothesType")
    assert parse.cost == 0
    assert len(app.bodies(PARSING_PATH)) == 1


def test_parse__bare_none_is_paid_once(app):
    body = samples.answer("052-nothing-there").replace(b"null", b"None")
    app.answer("POST", PARSING_PATH, body)
    parse = parse_clothes(photo(), ["upper"])
    work(parse)

    assert parse.status == Status.SUCCEEDED
    assert str(parse.cost) == "0.004000"
    assert len(app.bodies(PARSING_PATH)) == 1
