"""A short chaos for engines that no vendor has: workers are killed, and answers get lost."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from contextlib import suppress

import pytest
from django.db import connection

from django_outfitanyone.actions import cancel, request_try_ons, retry
from django_outfitanyone.choices import Status
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.try_on import TryOnOptions, combine
from django_outfitanyone.models import TryOnResult
from tests.contention.conftest import wait_for_new_runner
from tests.contention.kept_notes import KeptNotes
from tests.factories import make_garment, make_model_image

pytestmark = [
    pytest.mark.contention,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "sqlite", reason="It is about engines, and takes minutes."
    ),
]

COUNT, KILLS = 12, 2
SECONDS = 90
KEYS = {"CONNECT_TIMEOUT": 1, "READ_TIMEOUT": 1, "SUBMITS": "10/s", "CURRENCY": "CNY"}


@pytest.fixture
def notes(tmp_path, monkeypatch):
    folder = tmp_path / "toy"
    folder.mkdir()
    monkeypatch.setenv("TEST_TOY_FOLDER", str(folder))
    return KeptNotes()


@pytest.mark.parametrize("engine", ["Forgetful", "Instant", "Base64"])
def test_chaos__loses_nothing_and_pays_nothing_twice(notes, start, configure, engine):
    keys = {**KEYS, "BACKEND": f"tests.contention.kept_notes.{engine}"}
    configure(**keys)
    people, garments = [make_model_image()], [make_garment() for _ in range(COUNT)]
    options = TryOnOptions(keep_other_half=False)
    rows = request_try_ons(combine(garments, people), options=options)
    settings = json.dumps(keys)
    worker, chance = start("outfitanyone_worker", TEST_OUTFITANYONE=settings), random.Random(engine)
    for _kill in range(KILLS):
        wait_for_new_runner()
        time.sleep(chance.uniform(0, 1.5))
        worker.kill()
        worker.wait()
        worker = start("outfitanyone_worker", TEST_OUTFITANYONE=settings)
        _decide(notes)
    end = time.monotonic() + SECONDS
    while _open_or_unclear().exists():
        assert time.monotonic() < end, list(_open_or_unclear().values("pk", "status", "error_code"))
        time.sleep(0.5)
        _decide(notes)

    accepted = Counter(notes.accepted().values())
    assert max(accepted.values()) == 1
    ended = {row: row.status for row in TryOnResult.objects.all()}
    assert len(ended) == len(rows) == len(accepted)
    for row, status in ended.items():
        assert row.image if status == Status.SUCCEEDED else status == Status.CANCELED
    assert engine == "Forgetful" or set(ended.values()) == {Status.SUCCEEDED}


def _open_or_unclear():
    return TryOnResult.objects.open() | TryOnResult.objects.needing_attention()


def _decide(notes):
    """Give up what was accepted, and repeat what was not, as a person who asks the vendor would."""
    accepted = set(notes.accepted().values())
    for row in TryOnResult.objects.needing_attention():
        wanted = " ".join([row.model_image.sha256, *(one.sha256 for one in row.garments)])
        with suppress(RequestRefused):  # a late answer has settled it meanwhile
            (cancel if wanted in accepted else retry)(row)
