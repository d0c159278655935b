"""The chaos test reads its evidence from the database and the sandbox's files."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from benchmarks.chaos.evidence import SandboxFiles, gather
from benchmarks.chaos.fault_log import FaultLog, Span
from benchmarks.chaos.person import Person
from benchmarks.chaos.verdict import count
from django_outfitanyone.choices import Status
from django_outfitanyone.models import Charge, TryOnResult
from tests.work import prepared_try_on, queued_try_on, settle_unclear, step, work

pytestmark = pytest.mark.django_db

CLEAN = {
    "duplicates": 0,
    "lost": 0,
    "needs_attention": 0,
    "unexplained": 0,
    "task_not_offered": 0,
    "wrong_task": 0,
    "ledger_differs_by": 0,
    "parses_not_charged": 0,
}


@pytest.fixture
def files(remote):
    return SandboxFiles(remote.sandbox._folder)


@pytest.fixture
def log(tmp_path):
    log = FaultLog(tmp_path / "faults.log")
    yield log
    log.close()


def pictures_of(try_on):
    return {try_on.pk: (try_on.model_image.sha256, try_on.garments[0].sha256)}


def finished(**options):
    try_on = queued_try_on(**options)
    requested = pictures_of(try_on)
    work(try_on)
    assert try_on.status == Status.SUCCEEDED
    return try_on, requested


def counts(files, requested, **more):
    return count(gather(files, requested, **more))


def test_finished_try_on__is_clean(files):
    _try_on, requested = finished()

    assert counts(files, requested, answered_parses=1) == CLEAN


def test_request_that_was_sent_twice__is_a_duplicate(remote, files):
    try_on, requested = finished()
    again = {"status": Status.QUEUED, "image": "", "remote_task_id": None, "force_new": True}
    TryOnResult.objects.update(due_at=timezone.now(), **again)
    work(try_on)

    assert counts(files, requested) == {**CLEAN, "duplicates": 1}


def test_try_on_without_a_charge__differs_from_the_ledger(files):
    _try_on, requested = finished()
    Charge.objects.all().delete()

    expected = {**CLEAN, "ledger_differs_by": 1, "parses_not_charged": 1}
    assert counts(files, requested, answered_parses=1) == expected


def test_picture_that_cannot_be_opened__is_lost(files):
    try_on, requested = finished()
    try_on.image.storage.delete(try_on.image.name)

    assert counts(files, requested) == {**CLEAN, "lost": 1}


def test_try_on_that_the_shop_deleted__is_not_lost(files):
    try_on, requested = finished()
    pk = try_on.pk
    try_on.delete()

    assert counts(files, requested, deleted={pk}) == CLEAN
    assert counts(files, requested) == {**CLEAN, "lost": 1}


class TestPerson:
    @pytest.fixture(autouse=True)
    def _immediate(self, monkeypatch):
        monkeypatch.setattr("benchmarks.chaos.person.REACTION", timedelta(0))

    @staticmethod
    def decide(remote, files, log, kind):
        """Let a submit become unclear, and a person decide about it."""
        try_on = prepared_try_on()
        requested = pictures_of(try_on)
        remote.faults.add(kind, endpoint="submit")
        step(try_on)
        if kind == "drop-before":
            remote.faults.add("clock_skew")
            log.skews.append(Span(try_on.submitted_at.timestamp(), time.time() + 60))
        log.may_be_unclear(try_on.submitted_at.timestamp())
        settle_unclear(try_on)
        step(try_on)
        assert try_on.status == Status.NEEDS_ATTENTION
        person = Person(files, log, requested)
        person.decide()
        remote.faults.clear()
        work(try_on)
        return try_on, counts(files, requested, decisions=person.decisions)

    def test_adopts_the_task_that_the_request_created(self, remote, files, log):
        try_on, found = self.decide(remote, files, log, "drop-after")

        assert try_on.status == Status.SUCCEEDED
        assert remote.stats["submits"] == 1
        assert found == {**CLEAN, "needs_attention": 1}

    def test_retries_a_request_that_created_none(self, remote, files, log):
        try_on, found = self.decide(remote, files, log, "drop-before")

        assert try_on.status == Status.SUCCEEDED
        assert remote.stats["submits"] == 2
        assert found == {**CLEAN, "needs_attention": 1}
