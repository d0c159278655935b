"""The form of a request, as the options shape it."""

from __future__ import annotations

import dataclasses
from email import message_from_bytes

import pytest

from django_outfitanyone.engines.base import Picture
from django_outfitanyone.engines.images_edits import ImagesEdits
from django_outfitanyone.exceptions import PictureRefused, RequestRefused
from tests.drawing import picture
from tests.engines.dashscope.listener import answers, response
from tests.engines.images_edits.conftest import KEY, inline, order_of

DONE = response({"data": [{"url": "https://cdn.example/a.png"}]})


@pytest.fixture
def sent(listen, engine_at):
    """Submit, and return the head of the request and its parts as (name, file name, content)."""

    def submit(order, **options):
        server = listen(answers(DONE))
        engine_at(f"http://{server.address}/v1", **options).submit(order, key="k")
        (request,) = server.requests
        head, _, body = request.partition(b"\r\n\r\n")
        kind = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-ty"))
        form = message_from_bytes(kind + b"\r\n\r\n" + body)
        parts = [
            (
                part.get_param("name", header="content-disposition"),
                part.get_filename(),
                part.get_payload(decode=True),
            )
            for part in form.get_payload()
        ]
        return head.decode(), parts

    return submit


@pytest.fixture
def fields(sent):
    """Submit, and return the fields that are no files."""

    def read(order, **options):
        return {name: value.decode() for name, file, value in sent(order, **options)[1] if not file}

    return read


def test_submit__sends_the_person_first_and_signs(sent):
    head, parts = sent(order_of("top", "shoes"))
    assert head.startswith("POST /v1/images/edits HTTP/1.1\r\n")
    assert f"Authorization: Bearer {KEY}" in head
    files = [part for part in parts if part[1]]
    assert [(name, file) for name, file, _ in files] == [
        ("image[]", "image-1.jpg"),
        ("image[]", "image-2.jpg"),
        ("image[]", "image-3.jpg"),
    ]
    assert [content for *_, content in files] == [picture(1), picture(2), picture(3)]


def test_submit__sends_openais_fields_by_default(fields):
    found = fields(order_of("top", count=2, seed=7))
    assert "the top of image 2" in found.pop("prompt")
    assert found == {
        "model": "gpt-image-2.6-flare",
        "size": "1024x1536",
        "output_format": "png",
        "n": "2",
    }


def test_options__name_the_field_and_leave_fields_out(sent):
    options = {"IMAGE_FIELD": "image", "SIZE": "omit", "OUTPUT_FORMAT": "", "SENDS_N": False}
    _, parts = sent(order_of("top"), **options)
    assert [name for name, *_ in parts] == ["model", "prompt", "image", "image"]


def test_options__add_fields(fields):
    found = fields(
        order_of("top", seed=7),
        SEED_FIELD="seed",
        QUALITY="high",
        RESPONSE_FORMAT="b64_json",
        EXTRA={"num_inference_steps": 40, "guidance_scale": 4.5, "safe": True, "lora": "vton"},
    )
    assert found["seed"] == "7"
    assert found["quality"] == "high"
    assert found["response_format"] == "b64_json"
    assert found["num_inference_steps"] == "40"
    assert (found["guidance_scale"], found["safe"], found["lora"]) == ("4.5", "true", "vton")


@pytest.mark.parametrize(
    ("rule", "size", "expected"),
    [
        ("listed", (800, 1200), "1024x1536"),
        ("listed", (1000, 1000), "1024x1024"),
        ("listed", (1600, 900), "1536x1024"),
        ("person", (900, 1600), "896x1600"),
        ("person", (3000, 4000), "1328x1776"),
        ("auto", (800, 1200), "auto"),
    ],
)
def test_size__follows_the_rule(fields, rule, size, expected):
    person = dataclasses.replace(inline(1), width=size[0], height=size[1])
    assert fields(order_of("top", person=person), SIZE=rule)["size"] == expected


def test_size__of_an_unknown_photo_is_a_portrait(fields):
    person = Picture(load=lambda: b"no picture")
    assert fields(order_of("top", person=person))["size"] == "1024x1536"


def test_size__has_the_height_that_is_asked_for(fields):
    assert fields(order_of("top", resolution=1024), SIZE="person")["size"] == "688x1024"


def test_file__is_named_by_its_type(sent):
    _, parts = sent(order_of("top", person=inline(1, media_type="image/webp")))
    assert "image-1.webp" in [file for _, file, _ in parts]


@pytest.mark.parametrize(
    ("order", "options"),
    [
        (order_of(), {}),
        (order_of("top", "bottom", "hat"), {"MAX_GARMENTS": 2}),
        (order_of("gloves"), {}),
        (order_of("top", count=5), {}),
        (order_of("top", count=2), {"SENDS_N": False}),
    ],
)
def test_submit__refuses_what_the_server_cannot_do(listen, engine_at, order, options):
    server = listen(answers(DONE))
    with pytest.raises(RequestRefused):
        engine_at(server.base_url, **options).submit(order, key="k")
    assert server.requests == []


def test_submit__without_bytes_sends_nothing(listen, engine_at):
    server = listen(answers(DONE))
    order = order_of("top", person=Picture(url="https://shop.example/p.jpg"))
    with pytest.raises(PictureRefused):
        engine_at(server.base_url).submit(order, key="k")
    assert server.requests == []


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("IMAGE_FIELD", ["image", "image[]"], ["images", None]),
        ("SIZE", ["listed", "person", "auto", "omit"], ["1K", 3]),
        ("SENDS_N", [True, False], [1, "yes"]),
        ("MAX_GARMENTS", [1, 15], [0, 16, True, "3"]),
        ("EXTRA", [{}, {"steps": 4}], [[], {"a": []}, {1: "a"}, "x"]),
        ("TOKEN_PRICES", [{}], [{"OUTPUT": 3}, [], None]),
        ("ANSWER_SECONDS", [1, 900], [0, 901, 1.5]),
        ("TITLE", ["", "Own GPU"], [None]),
    ],
)
def test_options__accept_only_what_they_say(name, good, bad):
    option = ImagesEdits.OPTIONS[name]
    assert option.accepts(option.default)
    assert all(option.accepts(value) for value in good)
    assert not any(option.accepts(value) for value in bad)
