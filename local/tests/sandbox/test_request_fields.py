"""Field rules: which fields are refused, with which error, and where it shows."""

from __future__ import annotations

import pytest

from outfitanyone_local.sandbox.errors import Refused
from outfitanyone_local.sandbox.options import Options
from outfitanyone_local.sandbox.request_fields import (
    TaskRequest,
    output_size,
    read_parse_request,
    read_task_request,
)

MISSING = (
    "InvalidParameter",
    (
        "The request is missing required parameters or in a wrong format, "
        "please check the parameters that you send."
    ),
)
NO_GARMENT = (
    "InvalidGarment",
    "Missing clothing image.Please input at least one top garment or bottom garment image.",
)
CLOTHES = (
    "InvalidParameter.ClothesType",
    "The request parameter is invalid, please check the request parameter.",
)
PERSON, TOP, BOTTOM = "http://x/p.jpg", "http://x/t.jpg", "http://x/b.jpg"


def request_of(*, model="aitryon-plus", parameters=None, resolve_uploads=False, **input_fields):
    body = {"model": model, "input": input_fields, "parameters": parameters}
    return read_task_request(body, model=model, resolve_uploads=resolve_uploads)


def refusal_of(function, *arguments, **options):
    with pytest.raises(Refused) as refused:
        function(*arguments, **options)
    assert refused.value.problem.status == 400
    return refused.value.problem.code, refused.value.problem.message


def test_try_on__has_the_documented_defaults():
    request = request_of(person_image_url=PERSON, top_garment_url=TOP)
    assert request == TaskRequest(person_image_url=PERSON, top_garment_url=TOP)
    assert (request.resolution, request.restore_face) == (-1, True)


def test_try_on__empty_and_null_garments_are_missing():
    request = request_of(person_image_url=PERSON, top_garment_url=TOP, bottom_garment_url="")
    assert request.bottom_garment_url == ""
    request = request_of(person_image_url=PERSON, top_garment_url=None, bottom_garment_url=BOTTOM)
    assert request.top_garment_url == ""


def test_try_on__ignores_a_prompt():
    assert (
        request_of(person_image_url=PERSON, top_garment_url=TOP, prompt="x").top_garment_url == TOP
    )


@pytest.mark.parametrize("resolution", [-1, 1024, 1280, 768, 0, -7, 10**40])
def test_try_on__accepts_any_whole_resolution(resolution):
    parameters = {"resolution": resolution, "restore_face": False}
    request = request_of(person_image_url=PERSON, top_garment_url=TOP, parameters=parameters)
    assert (request.resolution, request.restore_face) == (resolution, False)


@pytest.mark.parametrize(
    "fields",
    [
        {"top_garment_url": TOP},
        {"person_image_url": "", "top_garment_url": TOP},
        {"person_image_url": "  ", "top_garment_url": TOP},
        {"person_image_url": 7, "top_garment_url": TOP},
        {"person_image_url": [PERSON], "top_garment_url": TOP},
        {"person_image_url": PERSON, "top_garment_url": {"url": TOP}},
        {"person_image_url": PERSON, "top_garment_url": False},
        {"person_image_url": PERSON, "top_garment_url": TOP, "parameters": []},
        {"person_image_url": PERSON, "top_garment_url": TOP, "parameters": {"resolution": "1024"}},
        {"person_image_url": PERSON, "top_garment_url": TOP, "parameters": {"resolution": 10.5}},
        {"person_image_url": PERSON, "top_garment_url": TOP, "parameters": {"resolution": True}},
        {"person_image_url": PERSON, "top_garment_url": TOP, "parameters": {"restore_face": 1}},
        {"person_image_url": PERSON, "top_garment_url": TOP, "parameters": {"restore_face": "no"}},
    ],
)
def test_try_on__missing_or_malformed_fields(fields):
    assert refusal_of(request_of, **fields) == MISSING


@pytest.mark.parametrize("garments", [{}, {"top_garment_url": "", "bottom_garment_url": None}])
def test_try_on__without_garments(garments):
    assert refusal_of(request_of, person_image_url=PERSON, **garments) == NO_GARMENT


class TestRefiner:
    FIELDS = {
        "person_image_url": PERSON,
        "top_garment_url": TOP,
        "coarse_image_url": "http://x/c.jpg",
    }

    @pytest.mark.parametrize("gender", ["woman", "man"])
    def test_refiner__accepts_both_genders(self, gender):
        request = request_of(model="aitryon-refiner", parameters={"gender": gender}, **self.FIELDS)
        assert (request.gender, request.coarse_image_url) == (gender, "http://x/c.jpg")

    @pytest.mark.parametrize("missing", ["person_image_url", "top_garment_url", "coarse_image_url"])
    def test_refiner__needs_three_pictures(self, missing):
        fields = self.FIELDS | {missing: "", "bottom_garment_url": BOTTOM}
        options = {"model": "aitryon-refiner", "parameters": {"gender": "man"}}
        assert refusal_of(request_of, **options, **fields) == MISSING

    @pytest.mark.parametrize("parameters", [None, {}, {"gender": "female"}, {"gender": None}])
    def test_refiner__needs_a_gender(self, parameters):
        options = {"model": "aitryon-refiner", "parameters": parameters}
        assert refusal_of(request_of, **options, **self.FIELDS) == MISSING


@pytest.mark.parametrize(
    ("resolution", "size"),
    [
        (-1, None),
        (1024, (576, 1024)),
        (1280, (720, 1280)),
        (768, (432, 768)),
        (0, None),
        (9999, None),
    ],
)
def test_output_size__is_nine_to_sixteen(resolution, size):
    assert output_size(resolution) == size


def parse_body(clothes_type, url=PERSON):
    return {"input": {"image_url": url}, "parameters": {"clothes_type": clothes_type}}


@pytest.mark.parametrize(
    "clothes", [["upper"], ["lower"], ["dress"], ["upper", "lower"], ["lower", "upper"]]
)
def test_parse__accepts_the_documented_lists(clothes):
    assert read_parse_request(parse_body(clothes)) == (PERSON, clothes)


@pytest.mark.parametrize("parameters", [None, {}, {"clothes_type": None}])
def test_parse__default_is_the_top(parameters):
    body = {"input": {"image_url": PERSON}, "parameters": parameters}
    assert read_parse_request(body) == (PERSON, ["upper"])


@pytest.mark.parametrize(
    "clothes",
    [[], "upper", ["hat"], ["upper", "upper"], ["upper", "dress"], ["upper", 1], {"upper": 1}, 3],
)
def test_parse__refuses_other_lists(clothes):
    assert refusal_of(read_parse_request, parse_body(clothes)) == CLOTHES


@pytest.mark.parametrize("url", [None, "", 5])
def test_parse__needs_a_picture(url):
    assert refusal_of(read_parse_request, parse_body(["upper"], url)) == MISSING


def test_field_fault__shows_in_a_failed_task_by_default(api):
    output = api.finished(api.submitted(person_image_url=PERSON))
    assert list(output) == ["task_id", "task_status", "code", "message"]
    assert (output["task_status"], output["code"], output["message"]) == ("FAILED", *NO_GARMENT)


def test_parse__field_faults_start_with_the_request_id(api):
    response = api.parse(PERSON, ["hat"])
    assert response.status_code == 400
    assert list(response.json()) == ["request_id", "code", "message"]
    assert (response.json()["code"], response.json()["message"]) == CLOTHES


class TestAtSubmit:
    @pytest.fixture
    def options(self):
        return Options(field_faults="submit")

    def test_field_fault__shows_in_the_submit_response(self, api):
        response = api.submit(person_image_url=PERSON)
        assert response.status_code == 400
        assert list(response.json()) == ["code", "message", "request_id"]
        assert (response.json()["code"], response.json()["message"]) == NO_GARMENT
        assert api.listed().json()["total"] == 0
