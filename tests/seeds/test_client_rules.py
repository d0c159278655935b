"""Rules of the documents for the client that no sample shows."""

from __future__ import annotations

import json

import pytest

from django_outfitanyone.engines.base import Picture
from tests.orders import try_on_order
from tests.seeds import samples
from tests.seeds.test_sample_answers import PARSING_PATH, TRY_ON_PATH


@pytest.mark.parametrize("resolution", [-1, 512, 1024, 1280, 2048])
def test_resolution__may_be_any_number(client, vendor, resolution):
    vendor.answer("POST", TRY_ON_PATH, samples.answer("106-submitted"))

    client.submit(
        try_on_order(
            model="aitryon-plus",
            person="https://s.example/p",
            top="https://s.example/t",
            resolution=resolution,
        )
    )

    (body,) = vendor.bodies(TRY_ON_PATH)
    assert json.loads(body)["parameters"]["resolution"] == resolution


@pytest.mark.parametrize("types", [["upper"], ["lower"], ["dress"], ["upper", "lower"]])
def test_clothes_type__is_sent_as_each_documented_list(client, vendor, types):
    vendor.answer("POST", PARSING_PATH, samples.answer("052-nothing-there"))

    client.parse(Picture(url="https://s.example/p"), types, model="aitryon-parsing-v1")

    (body,) = vendor.bodies(PARSING_PATH)
    assert json.loads(body)["parameters"] == {"clothes_type": types}


def test_parse__short_lists_keep_what_they_have(client, vendor):
    vendor.answer("POST", PARSING_PATH, samples.answer("051-parsed"))

    report = client.parse(
        Picture(url="https://s.example/p"), ["upper", "lower"], model="aitryon-parsing-v1"
    )

    upper, lower = report.areas
    assert upper.box == (331, 239, 641, 637)
    assert lower is None
    assert report.image_count == 1
