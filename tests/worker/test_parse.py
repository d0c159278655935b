from __future__ import annotations

import pytest
from django.utils import timezone

from django_outfitanyone.actions import cancel, parse_clothes, request_try_on, retry
from django_outfitanyone.choices import Status
from django_outfitanyone.models import Account, ClothesParse, Hotspot, TryOnResult
from django_outfitanyone.signals import hotspots_found
from tests.events import received
from tests.factories import make_model_image
from tests.work import new_request, step, work
from tests.worker.photos import boxes, same_photos

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("types", "found"),
    [
        (["upper"], {"upper": (50, 60, 150, 150)}),
        (["lower"], {"lower": (50, 150, 150, 270)}),
        (["upper", "lower"], {"upper": (50, 60, 150, 150), "lower": (50, 150, 150, 270)}),
    ],
)
def test_parse__finds_the_requested_areas(remote, types, found):
    photo = make_model_image()
    parse = parse_clothes(photo, types)
    work(parse)

    assert parse.status == Status.SUCCEEDED
    assert boxes(photo) == found
    assert (parse.image_count, str(parse.cost)) == (1, "0.004000")


def test_parse__succeeds_and_costs_when_nothing_is_found(remote, engine):
    engine.worn = set()
    photo = make_model_image()
    parse = parse_clothes(photo, ["upper"])
    work(parse)

    assert parse.status == Status.SUCCEEDED
    assert parse.remote_answer["areas"] == [None]
    assert parse.cost > 0
    assert boxes(photo) == {}


def test_parse__requests_a_dress_where_neither_half_was_found(remote, engine):
    engine.worn = {"dress"}
    photo = make_model_image()
    parse_clothes(photo)
    work()

    assert set(boxes(photo)) == {"dress"}
    assert remote.stats["parses"] == 2


def test_parse__is_paid_for_once_for_each_picture(remote):
    photo = make_model_image()
    work(parse_clothes(photo, ["upper", "lower"]))
    work(parse_clothes(photo, ["lower"]), parse_clothes(photo, ["upper", "lower"]))

    assert remote.stats["parses"] == 1


def test_parse__again_is_paid_for_again(remote):
    photo = make_model_image()
    work(parse_clothes(photo, ["upper"]))
    work(parse_clothes(photo, ["upper"], again=True))

    assert remote.stats["parses"] == 2
    assert Hotspot.objects.of(photo).count() == 1


def test_parse__announces_the_hotspots(remote):
    photo = make_model_image()
    with received(hotspots_found) as calls:
        work(parse_clothes(photo))

    assert [
        (call["picture"], [spot.clothes_type for spot in call["hotspots"]]) for call in calls
    ] == [(photo, ["upper", "lower"])]


class TestDuplicate:
    """Two model photos with the same contents."""

    def test_is_free(self, remote):
        first, second = same_photos(2)
        work(parse_clothes(first))
        parse = parse_clothes(second)
        work(parse)

        assert remote.stats["parses"] == 1
        assert (parse.status, parse.cost, parse.is_reused) == (Status.SUCCEEDED, 0, True)
        assert not first.clothesparses.get().is_reused

    def test_one_half_of_a_finished_parse_is_free(self, remote):
        first, second = same_photos(2)
        work(parse_clothes(first, ["upper", "lower"]))
        work(parse_clothes(second, ["upper"]))

        assert remote.stats["parses"] == 1

    def test_more_than_the_finished_parse_covers_is_parsed(self, remote):
        first, second = same_photos(2)
        work(parse_clothes(first, ["upper"]))
        work(parse_clothes(second, ["upper", "lower"]))

        assert remote.stats["parses"] == 2

    def test_waits_for_an_open_parse(self, remote):
        parses = [parse_clothes(photo) for photo in same_photos(3)]
        step(parses[1])
        assert parses[1].status == Status.QUEUED
        work(*parses)

        assert remote.stats["parses"] == 1
        assert all(len(boxes(parse.picture)) == 2 for parse in parses)

    def test_is_parsed_when_the_first_parse_was_canceled(self, remote):
        first, second = map(parse_clothes, same_photos(2))
        cancel(first)
        work(second)

        assert second.status == Status.SUCCEEDED
        assert second.cost > 0

    def test_waits_no_longer_when_the_first_parse_keeps_failing(self, remote):
        first, second = map(parse_clothes, same_photos(2))
        ClothesParse.objects.filter(pk=first.pk).update(attempts=1)
        step(second)
        assert second.status == Status.QUEUED

        ClothesParse.objects.filter(pk=first.pk).update(attempts=4)
        step(second)
        assert second.status == Status.COLLECTING

    def test_again_is_paid_for_again(self, remote):
        first, second = same_photos(2)
        work(parse_clothes(first))
        work(parse_clothes(second, again=True))

        assert remote.stats["parses"] == 2

    def test_picture_without_clothes_is_not_parsed_again(self, remote, engine):
        engine.worn = set()
        first, second = same_photos(2)
        parse_clothes(first)
        work()
        parse_clothes(second)
        work()

        assert remote.stats["parses"] == 2  # two pieces, then a dress
        assert ClothesParse.objects.of(second).count() == 2

    def test_parse_of_another_account_is_not_reused(self, remote):
        other = Account.objects.create(name="other")
        first, second = same_photos(2)
        work(parse_clothes(first))
        ClothesParse.objects.update(account=other)
        work(parse_clothes(second))

        assert remote.stats["parses"] == 2


class TestUnclearCall:
    def test_is_never_repeated(self, remote):
        parse = parse_clothes(make_model_image(), ["upper"])
        remote.faults.add("drop-after", endpoint="parse")
        work(parse)

        assert (parse.status, parse.error_code) == (Status.NEEDS_ATTENTION, "OutcomeUnknown")
        assert remote.stats["parses"] == 1

    def test_of_a_worker_that_was_killed_needs_attention(self, remote):
        parse = parse_clothes(make_model_image(), ["upper"])
        ClothesParse.objects.update(status=Status.SUBMITTING)
        work(parse)

        assert parse.status == Status.NEEDS_ATTENTION
        assert remote.stats["parses"] == 0

    def test_is_repeated_if_the_settings_allow_to_pay_twice(self, remote, configure):
        configure(REPEAT_UNCLEAR_SEARCHES=True)
        parse = parse_clothes(make_model_image(), ["upper"])
        remote.faults.add("drop-after", endpoint="parse")
        work(parse)

        assert parse.status == Status.SUCCEEDED
        assert remote.stats["parses"] == 2

    def test_is_repeated_three_times_at_most(self, remote, configure):
        configure(REPEAT_UNCLEAR_SEARCHES=True)
        parse = parse_clothes(make_model_image(), ["upper"])
        remote.faults.add("drop-after", endpoint="parse", times=None)
        work(parse)

        assert parse.status == Status.NEEDS_ATTENTION
        assert remote.stats["parses"] == 4

    def test_try_on_waits_for_the_decision(self, remote):
        remote.faults.add("drop-after", endpoint="parse")
        try_on = request_try_on(new_request())
        for _ in range(6):
            step(try_on)
        parse = ClothesParse.objects.get()
        work(parse)
        step(try_on)
        assert (try_on.status, try_on.error_code) == (Status.PREPARING, "SearchNeedsAttention")
        assert try_on.is_blocked
        assert TryOnResult.objects.blocked().get() == try_on
        assert ClothesParse.objects.blocking([try_on]) == {try_on.pk: parse}

        retry(parse)
        try_on.refresh_from_db()
        assert not try_on.is_blocked
        assert try_on.due_at <= timezone.now()
        work(try_on)
        assert try_on.status == Status.SUCCEEDED
        assert try_on.error_code == ""

    def test_canceled_parse_fails_the_try_ons_that_need_it(self, remote):
        remote.faults.add("drop-after", endpoint="parse")
        try_on = request_try_on(new_request())
        step(try_on)
        step(try_on)
        parse = ClothesParse.objects.get()
        work(parse)
        cancel(parse)
        work(try_on)

        assert (try_on.status, try_on.error_code) == (Status.FAILED, "SearchCanceled")
        assert "canceled" in try_on.error_message
        assert remote.stats["submits"] == 0


def test_call__clear_refusal_is_retried(remote):
    parse = parse_clothes(make_model_image(), ["upper"])
    remote.faults.add("error", endpoint="parse", code="InternalError")
    step(parse)
    assert (parse.status, parse.attempts) == (Status.PREPARING, 1)

    step(parse)
    work(parse)
    assert parse.status == Status.SUCCEEDED
    assert remote.stats["parses"] == 2
