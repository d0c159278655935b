"""Answers of megabytes: nothing that is paid for is lost, failed silently or paid twice."""

from __future__ import annotations

from decimal import Decimal

import pytest

from django_outfitanyone.actions import parse_clothes
from django_outfitanyone.choices import Status
from django_outfitanyone.engines.transport import ANSWER_LIMIT
from django_outfitanyone.models import Charge, TryOnResult
from django_outfitanyone.worker.steps import EXPIRY_ATTEMPTS
from tests.factories import make_model_image
from tests.work import (
    backdate_submit,
    collecting_try_on,
    prepared_try_on,
    running_try_on,
    settle_unclear,
    step,
    work,
)
from tests.worker.photos import boxes

pytestmark = pytest.mark.django_db

LONG = ANSWER_LIMIT + 1_000_000


def long_answer(remote, endpoint, *, place="end", size=LONG, **settings):
    remote.faults.add("long-answer", endpoint=endpoint, place=place, bytes=size, **settings)


@pytest.mark.parametrize("place", ["start", "end"])
@pytest.mark.parametrize("endpoint", ["submit", "query", "list", "policy"])
def test_answer_below_the_limit__is_read(remote, endpoint, place):
    long_answer(remote, endpoint, place=place, size=ANSWER_LIMIT - 10_000, times=None)
    try_on = running_try_on()
    work(try_on)

    assert (try_on.status, remote.stats["accepted"]) == (Status.SUCCEEDED, 1)
    assert len(str(try_on.remote_answer)) < 100_000


class TestSubmit:
    def test_task_that_is_named_before_the_junk_is_followed(self, remote):
        try_on = prepared_try_on()
        long_answer(remote, "submit")
        step(try_on)
        assert try_on.status == Status.RUNNING

        work(try_on)
        assert (try_on.status, remote.stats["accepted"]) == (Status.SUCCEEDED, 1)

    def test_task_that_cannot_be_read_is_found_in_the_list(self, remote, configure):
        configure(EXCLUSIVE=True)
        try_on = prepared_try_on()
        long_answer(remote, "submit", place="start")
        step(try_on)
        assert (try_on.status, try_on.error_code) == (Status.SUBMITTING, "OutcomeUnknown")
        assert f"longer than {ANSWER_LIMIT} bytes" in try_on.error_message

        settle_unclear(try_on)
        work(try_on)
        assert (try_on.status, remote.stats["accepted"]) == (Status.SUCCEEDED, 1)


class TestPoll:
    def test_picture_that_is_named_before_the_junk_is_kept(self, remote):
        try_on = running_try_on()
        long_answer(remote, "query", times=None)
        work(try_on)

        assert (try_on.status, try_on.image_count) == (Status.SUCCEEDED, 1)
        assert Charge.objects.filter(try_on=try_on, remote_model="aitryon-plus").count() == 1

    def test_answer_that_cannot_be_read_is_retried(self, remote):
        try_on = running_try_on()
        long_answer(remote, "query", place="start", times=20)
        for _time in range(20):
            step(try_on)
        assert (try_on.status, try_on.attempts) == (Status.RUNNING, 20)
        assert try_on.error_code == "UnreadableAnswer"
        assert f"longer than {ANSWER_LIMIT} bytes" in try_on.error_message

        step(try_on)
        work(try_on)
        assert (try_on.status, remote.stats["accepted"]) == (Status.SUCCEEDED, 1)

    def test_answer_that_stays_unreadable_needs_a_person_in_the_end(self, remote):
        try_on = running_try_on()
        long_answer(remote, "query", place="start", times=None)
        backdate_submit(try_on, hours=25)
        TryOnResult.objects.update(attempts=EXPIRY_ATTEMPTS)
        step(try_on)

        assert (try_on.status, try_on.error_code) == (Status.NEEDS_ATTENTION, "UnreadableAnswer")
        assert (try_on.slot, try_on.is_unsettled) == (None, True)
        assert remote.stats["accepted"] == 1

    @pytest.mark.parametrize(
        ("kind", "options"),
        [
            ("long-answer", {"bytes": LONG, "place": "start"}),
            ("not-json", {}),
            ("task-status", {"word": "RUNNING"}),
            ("task-status", {"word": "UNKNOWN"}),
            ("error", {"code": "InternalError"}),
            ("error", {"code": "InvalidParameter"}),
        ],
    )
    def test_odd_answer_to_a_second_poll_does_not_cost_the_known_address(
        self, remote, kind, options
    ):
        try_on = collecting_try_on()
        remote.faults.add("cut-short")
        step(try_on)
        address = try_on.result_url
        remote.faults.add(kind, endpoint="query", times=None, **options)
        remote.faults.add("cut-short")
        step(try_on)
        assert (try_on.status, try_on.result_url) == (Status.COLLECTING, address)

        step(try_on)
        work(try_on)
        assert try_on.status == Status.SUCCEEDED


class TestList:
    @pytest.mark.parametrize("place", ["start", "end"])
    def test_list_that_was_not_read_to_its_end_proves_nothing(self, remote, place):
        try_on = prepared_try_on()
        remote.faults.add("drop-before", endpoint="submit")
        step(try_on)
        settle_unclear(try_on)
        long_answer(remote, "list", place=place)
        step(try_on)

        assert try_on.status == Status.NEEDS_ATTENTION
        assert "Not all of the engine's task list can be read" in try_on.error_message
        assert remote.stats["submits"] == 1

    def test_task_in_the_part_that_was_read_is_a_candidate(self, remote):
        try_on = prepared_try_on()
        remote.faults.add("drop-after", endpoint="submit")
        step(try_on)
        settle_unclear(try_on)
        long_answer(remote, "list")
        step(try_on)

        assert try_on.status == Status.NEEDS_ATTENTION
        assert len(try_on.remote_answer["candidates"]) == 1


class TestParse:
    def test_areas_before_the_junk_are_kept(self, remote):
        photo = make_model_image()
        long_answer(remote, "parse")
        parse = parse_clothes(photo)
        work(parse)

        assert (parse.status, set(boxes(photo))) == (Status.SUCCEEDED, {"upper", "lower"})
        assert (remote.stats["parses"], Charge.objects.count()) == (1, 1)

    def test_areas_that_cannot_be_read_are_not_taken_for_none(self, remote, configure):
        configure(REPEAT_UNCLEAR_PARSES_UP_TO=Decimal(0))
        long_answer(remote, "parse", place="start")
        parse = parse_clothes(make_model_image())
        step(parse)

        assert parse.status == Status.NEEDS_ATTENTION
        assert remote.stats["parses"] == 1
