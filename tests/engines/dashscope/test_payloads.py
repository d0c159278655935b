from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from django_outfitanyone.engines.dashscope import payloads
from django_outfitanyone.exceptions import RequestRefused
from tests.orders import refine_order, try_on_order

PERSON = "https://shop.example/person.jpg"
TOP = "https://shop.example/top.jpg"
BOTTOM = "https://shop.example/bottom.jpg"
NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=timezone.utc)


def try_on(**fields):
    return payloads.try_on(try_on_order(**{"model": "aitryon-plus", "person": PERSON, **fields}))


def test_try_on__has_both_garments():
    payload = try_on(top=TOP, bottom=BOTTOM, resolution=1280, keep_face=False)

    assert payload.path == "services/aigc/image2image/image-synthesis"
    assert payload.headers == {"X-DashScope-Async": "enable"}
    assert payload.body == {
        "model": "aitryon-plus",
        "input": {
            "person_image_url": PERSON,
            "top_garment_url": TOP,
            "bottom_garment_url": BOTTOM,
        },
        "parameters": {"resolution": 1280, "restore_face": False},
    }


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        ({"top": TOP}, {"person_image_url", "top_garment_url"}),
        ({"bottom": BOTTOM}, {"person_image_url", "bottom_garment_url"}),
    ],
)
def test_try_on__leaves_out_empty_garments(fields, left):
    assert set(try_on(**fields).body["input"]) == left


def test_try_on__keeps_size_and_face_by_default():
    assert try_on(top=TOP).body["parameters"] == {"resolution": -1, "restore_face": True}


@pytest.mark.parametrize("field", ["person", "top", "bottom"])
def test_try_on__asks_the_api_to_resolve_uploads_in_every_field(field):
    payload = try_on(**{"top": TOP, field: "oss://dashscope-instant/a/b.jpg"})

    assert payload.headers == {
        "X-DashScope-Async": "enable",
        "X-DashScope-OssResourceResolve": "enable",
    }


def test_refine__has_the_picture_to_refine_and_the_gender():
    payload = payloads.refine(
        refine_order(
            model="aitryon-refiner",
            person=PERSON,
            coarse="https://shop.example/coarse.jpg",
            top=TOP,
            gender="woman",
        )
    )

    assert payload.path == "services/aigc/image2image/image-synthesis"
    assert payload.headers == {"X-DashScope-Async": "enable"}
    assert payload.body == {
        "model": "aitryon-refiner",
        "input": {
            "person_image_url": PERSON,
            "coarse_image_url": "https://shop.example/coarse.jpg",
            "top_garment_url": TOP,
        },
        "parameters": {"gender": "woman"},
    }


def test_parsing__is_synchronous():
    payload = payloads.parsing(
        "aitryon-parsing-v1", image_url=PERSON, clothes_types=("upper", "lower")
    )

    assert payload.path == "services/vision/image-process/process"
    assert payload.headers == {}
    assert payload.body == {
        "model": "aitryon-parsing-v1",
        "input": {"image_url": PERSON},
        "parameters": {"clothes_type": ["upper", "lower"]},
    }


def test_parsing__asks_the_api_to_resolve_uploads():
    payload = payloads.parsing("m", image_url="oss://a/b.png", clothes_types=["upper"])

    assert payload.headers == {"X-DashScope-OssResourceResolve": "enable"}


def test_workspace__has_a_header_only_if_it_is_set():
    assert payloads.common_headers("ws-1") == {"X-DashScope-WorkSpace": "ws-1"}
    assert payloads.common_headers("") == {}


@pytest.mark.parametrize("workspace", ["ws\nX-Evil: 1", "工作"])
def test_workspace__cannot_inject_headers(workspace):
    with pytest.raises(ValueError, match="workspace"):
        payloads.common_headers(workspace)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("https://shop.example/ドレス.jpg", "https://shop.example/%E3%83%89%E3%83%AC%E3%82%B9.jpg"),
        ("https://shop.example/a b.jpg", "https://shop.example/a%20b.jpg"),
        ("https://shop.example/a.jpg?t=é&s=%2B", "https://shop.example/a.jpg?t=%C3%A9&s=%2B"),
        ("https://bücher.example:8443/a.jpg", "https://xn--bcher-kva.example:8443/a.jpg"),
        (
            "https://s.example/a%7Eb?Signature=x%2F~%3D",
            "https://s.example/a%7Eb?Signature=x%2F~%3D",
        ),
        ("oss://dashscope-instant/写真.jpg", "oss://dashscope-instant/%E5%86%99%E7%9C%9F.jpg"),
    ],
)
def test_addresses__are_quoted_as_ascii_and_otherwise_unchanged(given, sent):
    assert try_on(top=given).body["input"]["top_garment_url"] == sent


@pytest.mark.parametrize("url", ["https://[é/a.jpg", f"https://{'é' * 80}.example/a.jpg"])
def test_addresses__invalid_ones_are_refused_before_sending(url):
    with pytest.raises(RequestRefused):
        try_on(top=url)


def test_task_path__quotes_the_task_id():
    assert payloads.task_path("../uploads?x") == "tasks/..%2Fuploads%3Fx"


def test_task_list__is_queried_in_beijing_time_and_in_utc():
    queries = payloads.task_list_queries(
        start=NOON, end=NOON + timedelta(minutes=5), model="aitryon-plus"
    )

    assert [(query["start_time"], query["end_time"]) for query in queries] == [
        ("20260301200000", "20260301200501"),
        ("20260301120000", "20260301120501"),
    ]
    assert all(query["model_name"] == "aitryon-plus" for query in queries)


def test_task_list__of_all_models_has_no_model_name():
    queries = payloads.task_list_queries(start=NOON, end=NOON + timedelta(hours=23), model="")

    assert all("model_name" not in query for query in queries)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (NOON, NOON),
        (NOON, NOON - timedelta(minutes=1)),
        (NOON, NOON + timedelta(hours=24)),
        (NOON.replace(tzinfo=None), NOON + timedelta(minutes=1)),
    ],
)
def test_task_list__refuses_periods_that_the_api_does_not_accept(start, end):
    with pytest.raises(RequestRefused):
        payloads.task_list_queries(start=start, end=end, model="")


def test_parsing__refuses_a_string_of_which_each_letter_would_be_a_type():
    with pytest.raises(TypeError, match="must be a list"):
        payloads.parsing("aitryon-parsing-v1", image_url=PERSON, clothes_types="upper")
