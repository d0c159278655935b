"""FASHN's SDK from PyPI against the sandbox."""

from __future__ import annotations

import fashn
import pytest
import requests
from fashn import Fashn

from outfitanyone_local.sandbox.options import Options
from outfitanyone_local.sandbox.vendors import fashn as emulator

KEY = "key-sdk"


@pytest.fixture
def options():
    return Options(speed=1000, api_keys=(KEY,))


@pytest.fixture
def make_sdk(server):
    server.clock.resume()
    made = []

    def make(**settings):
        values = {"api_key": KEY, "max_retries": 0, **settings}
        made.append(Fashn(base_url=server.urls["fashn"], **values))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def sdk(make_sdk):
    return make_sdk()


@pytest.fixture
def inputs(person, garment):
    return {"model_image": person, "garment_image": garment, "category": "tops"}


def test_subscribe__waits_for_the_picture_and_counts_credits(sdk, inputs):
    done = sdk.predictions.subscribe(
        model_name="tryon-v1.6", inputs=inputs, poll_interval=50, timeout=20_000
    )

    assert done.status == "completed"
    assert done.credits_used == 1
    assert requests.get(done.output[0], timeout=5).content[:4] == b"\x89PNG"


def test_run_and_status__of_several_pictures(server, sdk, inputs):
    started = sdk.predictions.run(
        model_name="tryon-v1.6", inputs={**inputs, "num_samples": 2, "output_format": "jpeg"}
    )
    assert started.error is None
    server.settle()
    server.clock.advance(1)
    found = sdk.predictions.status(started.id)
    assert (found.status, found.error, len(found.output)) == ("completed", None, 2)


def test_status__of_a_failed_prediction_names_the_error(server, sdk, inputs):
    server.faults.add("task-failed", engine="fashn", code="PoseError")
    started = sdk.predictions.run(model_name="tryon-v1.6", inputs=inputs)
    server.settle()
    server.clock.advance(1)
    found = sdk.predictions.status(started.id)
    assert (found.status, found.error.name) == ("failed", "PoseError")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("BadRequest", fashn.BadRequestError),
        ("UnauthorizedAccess", fashn.AuthenticationError),
        ("NotFound", fashn.NotFoundError),
        ("RateLimitExceeded", fashn.RateLimitError),
        ("OutOfCredits", fashn.RateLimitError),
        ("InternalServerError", fashn.InternalServerError),
    ],
)
def test_errors__are_the_sdks_own(server, sdk, inputs, code, error):
    server.faults.add("error", engine="fashn", code=code)
    with pytest.raises(error) as caught:
        sdk.predictions.run(model_name="tryon-v1.6", inputs=inputs)
    assert caught.value.body["error"] == code


def test_errors__of_a_wrong_key(make_sdk, inputs):
    with pytest.raises(fashn.AuthenticationError):
        make_sdk(api_key="other").predictions.run(model_name="tryon-v1.6", inputs=inputs)


def test_retries__the_sdk_pays_again_and_again(server, make_sdk, inputs):
    """Why production code has a transport of its own: the request takes effect each time."""
    server.faults.add("drop-after", engine="fashn", endpoint="submit", times=2)
    sdk = make_sdk(max_retries=2)

    sdk.predictions.run(model_name="tryon-v1.6", inputs=inputs)

    assert server.stats["engines"]["fashn"]["accepted"] == 3


def test_run_errors__are_those_that_the_sdk_knows():
    from typing import get_args

    from fashn.types.prediction_status_response import Error

    known = set(get_args(Error.model_fields["name"].annotation))
    assert {*emulator.RUN_ERRORS, emulator.INTERNAL.code} == known
