"""Single values of an answer, whatever is in their place."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal

import pytest

from django_outfitanyone.engines import json_values

ODD = [None, True, 7, 1.5, [], {}, [1], {"a": 1}, b"x"]


@pytest.mark.parametrize("value", ODD)
def test_texts__odd_values_are_none(value):
    assert json_values.text(value) == ""
    assert json_values.handle(value) == ""
    assert json_values.url(value) == ""
    assert json_values.word(value) == ""
    assert json_values.image_data(value) is None
    assert json_values.detail(value) == ""


def test_handle__is_whole_or_none():
    assert json_values.handle(" t-1 ") == "t-1"
    assert json_values.handle("x" * 500) == "x" * 500
    assert json_values.handle("x" * 501) == ""
    assert json_values.handle("a\nb") == ""


@pytest.mark.parametrize("url", ["https://x.example/a", "HTTP://x.example/a", "/v1/files/a"])
def test_url__of_http_or_of_this_server(url):
    assert json_values.url(url) == url


@pytest.mark.parametrize("url", ["ftp://x/a", "data:image/png;base64,AA==", "x/a", "None"])
def test_url__of_other_kinds_is_none(url):
    assert json_values.url(url) == ""


def test_image_data__of_an_image():
    assert json_values.image_data("data:image/png;base64,aGk=") == b"hi"
    assert json_values.image_data("data:text/html;base64,aGk=") is None
    assert json_values.image_data("data:image/png;base64,aGk") is None
    assert json_values.image_data("data:image/png,hi") is None


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (1, Decimal(1)),
        (0, Decimal(0)),
        (1.5, Decimal("1.5")),
        ("2", Decimal(2)),
        (" 2.5 ", Decimal("2.5")),
        (-1, None),
        (101, None),
        ("NaN", None),
        ("Infinity", None),
        ("", None),
        ("1e9999999", None),
        ("one", None),
        (True, None),
        (None, None),
        ([1], None),
    ],
)
def test_amount__from_0_to_the_most(value, amount):
    assert json_values.amount(value, most=100) == amount


@pytest.mark.parametrize(
    "value",
    ["2026-11-27T04:00:00Z", "2026-11-27T04:00:00+00:00", "2026-11-27T04:00:00", 1795752000],
)
def test_moment__of_iso_and_of_seconds(value):
    assert json_values.moment(value) == datetime(2026, 11, 27, 4, tzinfo=timezone.utc)


@pytest.mark.parametrize("value", [None, "", "soon", 1e300, -1e300, True, [], {}])
def test_moment__odd_values_are_none(value):
    assert json_values.moment(value) is None


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({"error": "OutOfCredits", "message": "none left"}, ("OutOfCredits", "none left")),
        ({"error": {"name": "PoseError", "message": "no pose"}}, ("PoseError", "no pose")),
        ({"error": {"code": "E1", "message": "m"}}, ("E1", "m")),
        ({"code": "E2", "message": "m"}, ("E2", "m")),
        ({"error": "Something went wrong."}, ("", "Something went wrong.")),
        ({"detail": "Insufficient credits"}, ("", "Insufficient credits")),
        (
            {"detail": [{"loc": ["body", "seed"], "msg": "not a number"}]},
            ("", "body.seed: not a number"),
        ),
        ({"detail": {"message": "m"}}, ("", "m")),
        ({"error": None}, ("", "")),
        ({"error": [], "detail": [3, {"loc": 1, "msg": "m"}]}, ("", "m")),
        ({}, ("", "")),
    ],
)
def test_fault__in_every_known_shape(document, fault):
    assert json_values.fault(document) == fault
