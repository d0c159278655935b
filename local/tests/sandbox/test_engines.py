"""The sandbox with the local engine, from request to picture, on drawn people and clothes."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
import requests
from PIL import Image

from drawing.figures import Bottom, Person, Top, draw, plain
from drawing.noise import read_pixels
from outfitanyone_local.engine import parse_figure, parse_garment
from outfitanyone_local.engine.checks import garment as garment_check
from outfitanyone_local.engine.checks import person as person_check
from outfitanyone_local.sandbox.engines import LocalEngine
from outfitanyone_local.sandbox.errors import INVALID_PERSON, NO_GARMENT
from outfitanyone_local.sandbox.preview import PREVIEW_SOFTWARE

REFUSED = Path(__file__).parents[1] / "pictures" / "refused"
BLUE, SAND, RED, GREEN = (40, 60, 130), (190, 165, 120), (190, 30, 40), (40, 120, 60)
SIZE = (480, 640)
TEE = [(70, 60), (130, 40), (170, 55), (210, 40), (270, 60), (325, 150), (280, 180), (255, 145)]
TEE += [(255, 360), (85, 360), (85, 145), (60, 180), (15, 150)]
TROUSERS = [(90, 30), (250, 30), (265, 200), (270, 380), (190, 380), (175, 170), (165, 170)]
TROUSERS += [(150, 380), (70, 380), (75, 200)]


@pytest.fixture
def engine():
    return LocalEngine(workers=1)


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def garment(outline, colour):
    """Cloth with a little grain, flat on off-white."""
    picture = np.full((410, 340, 3), 244, np.uint8)
    cv2.fillPoly(picture, [np.array(outline, np.int32)], colour, cv2.LINE_AA)
    grain = np.random.default_rng(4).normal(0, 2, picture.shape)
    return np.clip(cv2.GaussianBlur(picture, (0, 0), 1) + grain, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def drawn():
    return draw(Person(top=Top(plain(BLUE)), bottom=Bottom(plain(SAND)), size=SIZE))


@pytest.fixture(scope="module")
def files(drawn):
    """The pictures most tests use, encoded once."""
    return {
        "/person.png": png(drawn.image),
        "/tee.png": png(garment(TEE, RED)),
        "/trousers.png": png(garment(TROUSERS, GREEN)),
    }


@pytest.fixture
def person(shop, files):
    return shop.serve(files["/person.png"], path="/person.png")


@pytest.fixture
def tee(shop, files):
    return shop.serve(files["/tee.png"], path="/tee.png")


@pytest.fixture
def trousers(shop, files):
    return shop.serve(files["/trousers.png"], path="/trousers.png")


@pytest.fixture
def result(api):
    def make(**fields):
        output = api.finished(api.submitted(**fields))
        assert output["task_status"] == "SUCCEEDED", output
        return requests.get(output["image_url"], timeout=10).content

    return make


def truth(drawn, part):
    """The box of a part, from the labels."""
    rows, columns = np.nonzero(drawn.mask(part))
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


def overlap(one, other):
    """Intersection over union of two boxes."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(width, 0) * max(height, 0)
    areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (one, other)]
    return shared / (sum(areas) - shared)


def colour_at(pixels, box, *, height=0.5):
    """The median colour around a point on the middle line of a box."""
    x, y = (box[0] + box[2]) // 2, int(box[1] + (box[3] - box[1]) * height)
    return np.median(pixels[y - 6 : y + 6, x - 6 : x + 6].reshape(-1, 3), axis=0)


@pytest.mark.slow
def test_parse__finds_both_halves(api, person, drawn):
    from outfitanyone_local.engine.figure import Part

    upper, lower = api.parse(person, ["upper", "lower"]).json()["output"]["bbox"]
    assert overlap(upper, truth(drawn, Part.UPPER)) > 0.85
    assert overlap(lower, truth(drawn, Part.LOWER)) > 0.85


def test_try_on__changes_only_the_requested_half(api, result, person, tee):
    (upper, lower) = api.parse(person, ["upper", "lower"]).json()["output"]["bbox"]
    data = result(person_image_url=person, top_garment_url=tee)
    pixels = read_pixels(data)
    assert pixels.shape == (640, 480, 3)
    assert np.abs(colour_at(pixels, upper) - RED).max() < 70
    assert np.abs(colour_at(pixels, lower, height=0.3) - SAND).max() < 70
    assert Image.open(io.BytesIO(data)).getexif()[0x0131] == PREVIEW_SOFTWARE


@pytest.mark.slow
def test_parse__accepts_a_try_on_result(api, shop, tee):
    """The trousers have no colour of skin, which flat drawings cannot be told from."""
    dressed = draw(Person(top=Top(plain(BLUE)), bottom=Bottom(plain(GREEN)), size=SIZE))
    person = shop.serve(png(dressed.image), path="/green-trousers.png")
    task = api.submitted(person_image_url=person, top_garment_url=tee)
    before = api.parse(person, ["upper", "lower"]).json()["output"]["bbox"]
    after = api.parse(api.finished(task)["image_url"], ["upper", "lower"]).json()["output"]["bbox"]
    assert all(overlap(*boxes) > 0.7 for boxes in zip(before, after, strict=True))


@pytest.mark.slow
def test_partial_try_on__keeps_the_other_half(api, result, drawn, person, trousers):
    from outfitanyone_local.engine.figure import Part

    output = api.parse(person, ["upper"]).json()["output"]
    data = result(
        person_image_url=person,
        top_garment_url=output["crop_img_url"][0],
        bottom_garment_url=trousers,
    )
    kept = cv2.erode(drawn.mask(Part.UPPER).astype(np.uint8), np.ones((25, 25))) > 0
    difference = np.abs(read_pixels(data).astype(int) - drawn.image)[kept]
    assert np.median(difference) <= 3  # JPEG
    assert np.percentile(difference, 99) <= 12


@pytest.mark.slow
@pytest.mark.parametrize(("resolution", "size"), [(1024, (576, 1024)), (1280, (720, 1280))])
def test_try_on__has_the_documented_sizes(result, person, tee, resolution, size):
    parameters = {"resolution": resolution}
    data = result(person_image_url=person, top_garment_url=tee, parameters=parameters)
    assert Image.open(io.BytesIO(data)).size == size


@pytest.mark.slow
def test_refine__accepts_a_try_on_result(api, result, person, tee):
    coarse = api.finished(api.submitted(person_image_url=person, top_garment_url=tee))
    data = result(
        model="aitryon-refiner",
        person_image_url=person,
        top_garment_url=tee,
        coarse_image_url=coarse["image_url"],
        parameters={"gender": "woman"},
    )
    assert read_pixels(data).shape == (640, 480, 3)


def test_person__missing(api, shop, tee, caplog):
    caplog.set_level("INFO", "outfitanyone_local.sandbox")
    grain = np.random.default_rng(5).normal(128, 20, (400, 300, 3))
    wall = shop.serve(png(np.clip(grain, 0, 255).astype(np.uint8)), path="/wall.png")
    output = api.finished(api.submitted(person_image_url=wall, top_garment_url=tee))
    assert output["code"] == "InvalidPerson"
    assert api.parse(wall).json()["code"] == "InvalidPerson"
    assert "InvalidPerson: The picture shows no person." in caplog.text


@pytest.mark.slow
def test_garment__missing(api, shop, person):
    grain = np.random.default_rng(5).normal(244, 3, (400, 300, 3))
    paper = shop.serve(png(np.clip(grain, 0, 255).astype(np.uint8)), path="/paper.png")
    output = api.finished(api.submitted(person_image_url=person, top_garment_url=paper))
    assert output["code"] == "InvalidGarment"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        pytest.param("two-persons", "InvalidPerson", marks=pytest.mark.slow),
        pytest.param("no-person-empty-studio", "InvalidPerson", marks=pytest.mark.slow),
        pytest.param("half-body-cut-off", "InvalidPerson", marks=pytest.mark.slow),
        pytest.param("sitting-pose", "InvalidPerson", marks=pytest.mark.slow),
        ("low-resolution-135x180", "InvalidInputLength"),
    ],
)
def test_person__unusable_pictures(api, shop, tee, name, code):
    url = shop.serve((REFUSED / f"{name}.jpg").read_bytes(), path=f"/{name}.jpg")
    output = api.finished(api.submitted(person_image_url=url, top_garment_url=tee))
    assert (output["task_status"], output["code"]) == ("FAILED", code)
    assert api.parse(url).json()["code"] == code


@pytest.mark.parametrize(
    ("module", "name", "code"),
    [
        (person_check, "detect_person", "InvalidPerson"),
        (garment_check, "segment_garment", "InvalidGarment"),
    ],
)
def test_check__error_of_the_engine_is_no_clean_picture(
    api, person, tee, monkeypatch, module, name, code
):
    def fail(*_):
        raise IndexError("inside")

    monkeypatch.setattr(module, name, fail)
    output = api.finished(api.submitted(person_image_url=person, top_garment_url=tee))
    assert (output["code"], output["sandbox_findings"]) == (code, ["engine_failed"])


def test_person__not_a_picture(api, shop, tee):
    url = shop.serve(b"<html>" + 9000 * b"-", path="/page.jpg")
    output = api.finished(api.submitted(person_image_url=url, top_garment_url=tee))
    assert (output["task_status"], output["code"]) == ("FAILED", "InvalidURL")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spoil", "finding"),
    [
        pytest.param(lambda image: (image * 0.06).astype(np.uint8), "dark", id="dark"),
        pytest.param(lambda image: cv2.GaussianBlur(image, (0, 0), 9), "blurred", id="blurred"),
    ],
)
def test_person__badly_photographed(api, shop, drawn, tee, spoil, finding):
    url = shop.serve(png(spoil(drawn.image)), path="/spoilt.png")
    output = api.finished(api.submitted(person_image_url=url, top_garment_url=tee))
    assert (output["task_status"], output["code"]) == ("FAILED", "InvalidPerson")
    assert finding in output["sandbox_findings"]
    assert output["sandbox_reason"]
    assert output["message"] == INVALID_PERSON.message


@pytest.mark.parametrize(
    ("case", "findings"),
    [
        ("cut off", {"garment_cut_off", "no_garment"}),
        pytest.param("two", {"several_garments"}, marks=pytest.mark.slow),
        pytest.param("a bottom", {"wrong_kind"}, marks=pytest.mark.slow),
        pytest.param("faint", {"faint", "no_garment"}, marks=pytest.mark.slow),
    ],
)
def test_garment__not_exactly_one_clear_garment(api, shop, person, case, findings, caplog):
    caplog.set_level("INFO", "outfitanyone_local.sandbox")
    tee = garment(TEE, RED)
    picture = {
        "two": lambda: np.concatenate([tee, tee], axis=1),
        "cut off": lambda: tee[120:],
        "a bottom": lambda: garment(TROUSERS, RED),
        "faint": lambda: garment(TEE, (244, 244, 245)),
    }[case]()
    url = shop.serve(png(np.ascontiguousarray(picture)), path="/garment.png")
    output = api.finished(api.submitted(person_image_url=person, top_garment_url=url))
    assert (output["task_status"], output["code"]) == ("FAILED", "InvalidGarment")
    assert output["message"] == NO_GARMENT.message
    assert findings & set(output["sandbox_findings"])
    assert f"InvalidGarment: {output['sandbox_reason']}" in caplog.text


@pytest.mark.slow
@pytest.mark.parametrize("slot", ["top_garment_url", "bottom_garment_url"])
def test_garment__worn_by_a_person_is_cut_out(api, shop, person, slot):
    worn = draw(Person(top=Top(plain(RED)), bottom=Bottom(plain(GREEN)), size=SIZE))
    url = shop.serve(png(worn.image), path="/worn.png")
    output = api.finished(api.submitted(person_image_url=person, **{slot: url}))
    assert output["task_status"] == "SUCCEEDED", output
    assert "worn" in output["sandbox_findings"]
    kind, colour = ("upper", RED) if slot.startswith("top") else ("lower", GREEN)
    ((x1, y1, x2, y2),) = api.parse(output["image_url"], [kind]).json()["output"]["bbox"]
    pixels = read_pixels(requests.get(output["image_url"], timeout=10).content)[y1:y2, x1:x2]
    has_colour = np.abs(pixels.astype(int) - colour).max(axis=2) < 60
    assert has_colour.mean() > 0.3


@pytest.mark.slow
def test_garment__worn_as_one_piece_is_cut_out_too(api, shop, person):
    dress = Person(top=Top(plain(RED)), bottom=Bottom(plain(RED)), one_piece=True, size=SIZE)
    url = shop.serve(png(draw(dress).image), path="/dress.png")
    output = api.finished(api.submitted(person_image_url=person, top_garment_url=url))
    assert output["task_status"] == "SUCCEEDED", output
    pixels = read_pixels(requests.get(output["image_url"], timeout=10).content)
    has_colour = np.abs(pixels.astype(int) - RED).max(axis=2) < 60
    rows = np.flatnonzero(has_colour.any(axis=1))
    assert rows[-1] - rows[0] > 0.45 * pixels.shape[0]  # from the shoulders to the legs


@pytest.mark.slow
def test_padded_crop__keeps_the_other_half(api, shop, result, drawn, person, trousers):
    from outfitanyone_local.engine.figure import Part

    (url,) = api.parse(person, ["upper"]).json()["output"]["crop_img_url"]
    crop = read_pixels(requests.get(url, timeout=10).content)
    padded = png(np.pad(crop, ((9, 30), (70, 12), (0, 0)), constant_values=245))
    fields = {"top_garment_url": shop.serve(padded, path="/padded.png")}
    data = result(person_image_url=person, bottom_garment_url=trousers, **fields)
    kept = cv2.erode(drawn.mask(Part.UPPER).astype(np.uint8), np.ones((25, 25))) > 0
    assert np.median(np.abs(read_pixels(data).astype(int) - drawn.image)[kept]) <= 3  # JPEG


def test_figure__is_parsed_once_for_all_steps(drawn, monkeypatch):
    parsed = []

    def count(image):
        parsed.append(image.shape)
        return parse_figure(image)

    monkeypatch.setattr("outfitanyone_local.engine.parse_figure", count)
    engine = LocalEngine(workers=1)
    engine.parse(drawn.image, ["upper"])
    engine.parse(drawn.image.copy(), ["lower"])
    engine.try_on(drawn.image, top=garment(TEE, RED), bottom=None, keep=[])
    assert len(parsed) == 1


def test_garment__is_parsed_once_for_all_people(drawn, monkeypatch):
    parsed = []

    def count(image, **options):
        parsed.append(options)
        return parse_garment(image, **options)

    monkeypatch.setattr("outfitanyone_local.engine.parse_garment", count)
    engine = LocalEngine(workers=1)
    tee = garment(TEE, RED)
    pictures = [
        engine.try_on(person, top=tee.copy(), bottom=None, keep=[])
        for person in (drawn.image, drawn.image[:-4])
    ]
    assert parsed == [{"bottom": False}]
    assert all((picture != drawn.image[: len(picture)]).any() for picture in pictures)
