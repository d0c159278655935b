from __future__ import annotations

import time

import pytest

from django_outfitanyone.actions import request_try_on
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest
from tests.factories import make_garment, make_model_image
from tests.processes import processes_of


@pytest.fixture
def start(remote):
    """Start a Python module with the waker of ``TEST_WAKER``."""
    with processes_of(remote, "tests.wakers.settings") as run:
        yield run


@pytest.fixture
def request_one():
    """Request a try-on that takes one paid request."""

    def request():
        asked = TryOnRequest(make_model_image(), [make_garment()])
        return request_try_on(asked, options=TryOnOptions(keep_other_half=False))

    return request


def wait_for(fact, *, seconds=60):
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end
        time.sleep(0.05)
