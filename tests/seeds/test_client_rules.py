"""Rules of the documents for the client that no sample shows."""

from __future__ import annotations

import json

import pytest

from django_outfitanyone.engines.base import TryOnOrder
from tests.seeds import samples
from tests.seeds.test_sample_answers import TRY_ON_PATH


@pytest.mark.parametrize("resolution", [-1, 512, 1024, 1280, 2048])
def test_resolution__may_be_any_number(client, vendor, resolution):
    vendor.answer("POST", TRY_ON_PATH, samples.answer("106-submitted"))

    client.submit(
        TryOnOrder(
            model="aitryon-plus",
            person_url="https://s.example/p",
            top_url="https://s.example/t",
            resolution=resolution,
        )
    )

    (body,) = vendor.bodies(TRY_ON_PATH)
    assert json.loads(body)["parameters"]["resolution"] == resolution
