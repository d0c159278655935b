from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from django.conf import settings as project
from django.db import connection

from django_outfitanyone.actions import request_try_on
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest
from tests.contention.conftest import kill_with_children
from tests.factories import make_garment, make_model_image


@pytest.fixture
def start(remote):
    """Start a Python module with the waker of ``TEST_WAKER``, this test's database and sandbox."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.wakers.settings",
        "TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
        "TEST_BASE_URL": remote.base_url,
        "TEST_MEDIA_ROOT": str(project.MEDIA_ROOT),
    }
    processes = []

    def run(*command, **changes):
        process = subprocess.Popen(
            [sys.executable, "-m", *command], env=environment | changes, start_new_session=True
        )
        processes.append(process)
        return process

    yield run
    for process in processes:
        kill_with_children(process)


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
