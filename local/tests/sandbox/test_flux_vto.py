"""The emulator of FLUX VTO: documented rules, answers, errors and faults."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image, ImageDraw

from drawing.noise import picture_bytes
from outfitanyone_local.sandbox.vendors.canvas_tiles import tiles
from outfitanyone_local.sandbox.vendors.flux_vto_fields import kinds_of

KEY = {"x-key": "key-1"}
FORMULA = (
    "The person of image 1, maintaining exactly their face and pose, wearing the {} of image 2."
)
RED, BLUE = (200, 20, 20), (20, 20, 200)


@pytest.fixture
def submit(api, person, garment):
    """Send a request whose parts can be replaced; ``None`` leaves a field out."""

    def send(*, headers=KEY, model="vto-v2", **fields):
        body = {"prompt": FORMULA.format("top"), "person": person, "garment": garment, **fields}
        body = {name: value for name, value in body.items() if value is not None}
        return api.call("POST", f"/flux-vto/v1/flux-tools/{model}", json=body, headers=headers)

    return send


@pytest.fixture
def poll(api):
    return lambda task: api.call("GET", task["polling_url"], headers=KEY)


@pytest.fixture
def finished(server, submit, poll):
    def done(**options):
        response = submit(**options)
        assert response.status_code == 200, response.text
        server.settle()
        server.clock.advance(60)
        return poll(response.json()).json()

    return done


def canvas(*colours):
    """A white canvas with a rectangle of each colour, as base64."""
    image = Image.new("RGB", (40 + 240 * len(colours), 340), "white")
    for number, colour in enumerate(colours):
        image.paste(colour, (40 + 240 * number, 20, 240 + 240 * number, 320))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=95)
    return file.getvalue()


def base64_of(data):
    return base64.b64encode(data).decode()


def test_submit__brings_a_polling_url_and_a_picture(server, api, submit, poll):
    task = submit(output_format="png").json()
    assert task["polling_url"].startswith(f"{server.urls['flux_vto']}/v1/get_result?id=")
    assert poll(task).json()["status"] == "Pending"
    server.settle()
    server.clock.advance(60)
    body = poll(task).json()
    assert body["status"] == "Ready"
    assert Image.open(io.BytesIO(api.call("GET", body["result"]["sample"]).content)).format == "PNG"


def test_result__lives_ten_minutes(server, api, finished):
    sample = finished()["result"]["sample"]
    assert api.call("GET", sample).status_code == 200
    server.clock.advance(600)
    assert api.call("GET", sample).status_code == 403


def test_submit__takes_bare_base64(finished):
    assert finished(person=base64_of(picture_bytes(seed=5)))["status"] == "Ready"


def test_submit__canvas_is_worn_piece_by_piece(api, engine, finished):
    words = FORMULA.format("red shirt (top), blue jeans (trousers or skirt)")
    body = finished(prompt=words, garment=base64_of(canvas(RED, BLUE)))
    assert body["status"] == "Ready"
    ((_, has_top, has_bottom, _),) = [call for call in engine.calls if call[0] == "try_on"]
    assert (has_top, has_bottom) == (True, True)
    (top,) = engine.tops
    assert top.reshape(-1, 3).min(axis=0)[2] < 60 < top.reshape(-1, 3).max(axis=0)[0]


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("top", ["top"]),
        ("trousers or skirt", ["bottom"]),
        ("Summer dress top (top)", ["top"]),
        ("top, Chino (trousers or skirt) and the shoes", ["top", "bottom", "shoes"]),
        ("jacket or coat and the hat", ["outerwear", "hat"]),
        ("garment", [""]),
    ],
)
def test_kinds_of__formula(words, kinds):
    assert kinds_of(FORMULA.format(words)) == kinds


def test_kinds_of__other_prompts():
    assert kinds_of("Put it on") == [""]


def test_tiles__cut_at_the_white_gaps():
    first, second, third = tiles(canvas(RED, BLUE, RED), count=3)
    for data, colour in ((first, RED), (second, BLUE), (third, RED)):
        image = Image.open(io.BytesIO(data))
        pixel = image.getpixel((image.width // 2, image.height // 2))
        assert all(abs(a - b) < 12 for a, b in zip(pixel, colour, strict=True))


def test_tiles__of_photos_have_no_white_frame():
    """A white frame around a grey photo would be taken for a garment."""
    (photo,) = (Image.open(io.BytesIO(data)) for data in tiles(canvas((230, 230, 228)), count=1))

    assert photo.size == pytest.approx((200 - 8, 300 - 8), abs=4)
    assert max(level for _, level in photo.getextrema()) < 240


def test_tiles__of_cut_out_garments_have_a_margin():
    image = Image.new("RGB", (300, 400), "white")
    ImageDraw.Draw(image).ellipse((80, 100, 220, 300), fill=BLUE)
    file = io.BytesIO()
    image.save(file, "PNG")

    (cut,) = (Image.open(io.BytesIO(data)) for data in tiles(file.getvalue(), count=1))

    assert cut.size == (141 + 2 * 8, 201 + 2 * 8)
    assert cut.getpixel((0, 0)) == (255, 255, 255)


def test_tiles__of_a_picture_without_gaps_are_all_of_it():
    data = picture_bytes(seed=2)
    assert tiles(data, count=2) == [data, data]


@pytest.mark.parametrize(
    "fields",
    [
        {"prompt": None},
        {"prompt": 7},
        {"person": None},
        {"garment": "not base64!"},
        {"garment": "data:image/png;base64,AAAA"},
        {"garment": base64_of(b"x"), "prompt": FORMULA.format("top, skirt")},
        {"safety_tolerance": 6},
        {"safety_tolerance": True},
        {"seed": "1"},
        {"output_format": "gif"},
        {"output_format": []},
    ],
)
def test_submit__invalid_fields(submit, fields):
    response = submit(**fields)
    assert response.status_code == 422
    (found,) = response.json()["detail"]
    assert found["loc"][0] == "body"
    assert found["msg"]


def test_submit__unknown_model(submit):
    assert submit(model="aitryon").status_code == 404


def test_submit__without_a_key(submit):
    response = submit(headers={"x-key": ""})
    assert (response.status_code, response.json()) == (403, {"detail": "Not authenticated"})


def test_submit__no_more_than_24_at_a_time(submit):
    assert [submit().status_code for _ in range(24)] == [200] * 24
    assert submit().status_code == 429


def test_poll__unknown_and_foreign_tasks(api, submit):
    task = submit().json()
    for headers, task_id in (({"x-key": "key-2"}, task["id"]), (KEY, "nothing")):
        response = api.call("GET", f"/flux-vto/v1/get_result?id={task_id}", headers=headers)
        assert (response.status_code, response.json()["status"]) == (404, "Task not found")


def test_poll__picture_that_cannot_be_used(finished, shop):
    body = finished(garment=shop.serve(b"no picture"))
    assert body["status"] == "Error"
    assert body["details"]["error"]


def test_credits__are_used_by_pictures(api, finished):
    def left():
        return api.call("GET", "/flux-vto/v1/credits", headers=KEY).json()["credits"]

    before = left()
    finished()
    assert left() == before - 5


@pytest.mark.parametrize("code", ["Request Moderated", "Content Moderated", "Error"])
def test_faults__ends_of_a_task(server, finished, code):
    server.faults.add("task-failed", engine="flux_vto", code=code)
    assert finished()["status"] == code


def test_faults__no_credits(server, submit):
    server.faults.add("error", engine="flux_vto", code="InsufficientCredits")
    response = submit()
    assert (response.status_code, response.json()) == (402, {"detail": "Insufficient credits"})
