from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from django_outfitanyone.actions import (
    cancel,
    parse_clothes,
    request_try_on,
    retry,
)
from django_outfitanyone.choices import Status
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.models import Charge, ClothesParse, Hotspot, TryOnResult
from django_outfitanyone.signals import hotspots_found
from django_outfitanyone.worker.parse import collect
from outfitanyone_local.sandbox import responses
from tests.events import received
from tests.factories import make_model_image
from tests.work import backdate_submit, claimed, new_request, step, work
from tests.worker.photos import boxes

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


def test_parse__of_both_halves_by_name_is_not_followed_by_one_of_a_dress(remote, engine):
    engine.worn = {"dress"}
    photo = make_model_image()
    parse_clothes(photo, ["upper", "lower"])
    work()

    assert remote.stats["parses"] == 1
    assert boxes(photo) == {}


def test_parse__becomes_automatic_while_it_is_being_collected(remote, engine):
    engine.worn = {"dress"}
    photo = make_model_image()
    parse = parse_clothes(photo, ["upper", "lower"])
    while parse.status != Status.COLLECTING:
        step(parse)
    claimed_before = claimed(parse)
    parse_clothes(photo)
    collect(claimed_before, None)
    work()

    assert set(boxes(photo)) == {"dress"}
    assert remote.stats["parses"] == 2


@pytest.mark.parametrize(
    "output",
    [
        '{"bbox": [null, null], "crop_img_url": [null, null], "parsing_img_url": [null, null]}',
        '{"bbox": [None, None], "crop_img_url": [None, None], "parsing_img_url": [None, None]}',
        '{"bbox": None, "crop_img_url": "None", "parsing_img_url": null}',
        '{"bbox": [None]}',
        '{"bbox": ["None"], "crop_img_url": []}',
        "{}",
    ],
)
def test_parse__every_form_of_nothing_found_is_one_paid_call(remote, monkeypatch, output):
    """The documents have several; none of them is unclear, so none is paid again."""
    respond = responses.json_response

    def respond_with_odd_output(body, **options):
        response = respond(body, **options)
        response.set_data(response.get_data(as_text=True).replace('"ODD"', output))
        return response

    body = {"output": "ODD", "usage": {"image_count": 1}}
    monkeypatch.setattr(responses, "parse_body", lambda *_args, **_kwargs: body)
    monkeypatch.setattr(responses, "json_response", respond_with_odd_output)
    parse = parse_clothes(make_model_image(), ["upper", "lower"])
    work(parse)

    assert (parse.status, parse.remote_answer["areas"]) == (Status.SUCCEEDED, [None, None])
    assert (remote.stats["parses"], parse.charges.count()) == (1, 1)


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


def finish(parse):
    """Take the steps of this parse without the delays between them."""
    while parse.is_open:
        step(parse)


def fail_once(parse):
    """Take steps until an attempt has failed; the rate limit may delay it."""
    attempts = parse.attempts
    while parse.is_open and parse.attempts == attempts:
        step(parse)


def ledger_of(parse):
    """Return amount and ``is_unclear`` of each charge, in the order of the calls."""
    return [(str(line.amount), line.is_unclear) for line in parse.charges.order_by("pk")]


PRICE = "0.004000"


class TestUnclearCall:
    """The connection breaks after the request was sent: it may be billed, and no list tells."""

    @pytest.fixture
    def parse(self, remote):
        return parse_clothes(make_model_image(), ["upper"])

    def test_is_repeated_and_every_call_is_charged(self, remote, parse):
        remote.faults.add("drop-after", endpoint="parse", times=2)
        finish(parse)

        assert parse.status == Status.SUCCEEDED
        assert remote.stats["parses"] == 3
        assert ledger_of(parse) == [(PRICE, True), (PRICE, True), (PRICE, False)]

    def test_is_repeated_after_a_delay(self, remote, parse):
        remote.faults.add("drop-after", endpoint="parse")
        started_at = timezone.now()
        fail_once(parse)

        assert parse.status == Status.PREPARING
        assert parse.due_at > started_at + timedelta(seconds=3)

    def test_needs_attention_after_the_fourth_call(self, remote, parse):
        remote.faults.add("drop-after", endpoint="parse", times=None)
        finish(parse)

        assert (parse.status, parse.error_code) == (Status.NEEDS_ATTENTION, "OutcomeUnknown")
        assert remote.stats["parses"] == 4
        assert ledger_of(parse) == [(PRICE, True)] * 3  # the fourth counts as committed

    def test_of_a_busy_engine_is_not_counted_as_the_last(self, remote, parse):
        """Attempts that proved to cost nothing leave all repeats."""
        remote.faults.add("error", endpoint="parse", code="InternalError", times=5)
        for _ in range(5):
            fail_once(parse)
        remote.faults.add("drop-after", endpoint="parse", times=3)
        finish(parse)

        assert parse.status == Status.SUCCEEDED

    def test_of_a_worker_that_was_killed_is_repeated(self, remote, parse):
        ClothesParse.objects.update(status=Status.SUBMITTING, submitted_at=timezone.now())
        finish(parse)

        assert parse.status == Status.SUCCEEDED
        assert ledger_of(parse) == [(PRICE, True), (PRICE, False)]

    @pytest.mark.parametrize(
        ("most", "prices", "is_repeated"),
        [
            ("0.004", {"aitryon-parsing-v1": Decimal("0.004")}, True),
            ("0.003", {"aitryon-parsing-v1": Decimal("0.004")}, False),
            ("0.05", {"aitryon-parsing-v1": Decimal("0.051")}, False),
            ("0.05", {"aitryon-parsing-v1": Decimal(0)}, True),
            ("0", {"aitryon-parsing-v1": Decimal(0)}, False),
            ("0", {"aitryon-parsing-v1": Decimal("0.004")}, False),
            ("0.05", {}, False),  # unknown, not free
        ],
    )
    def test_is_repeated_up_to_a_price(self, remote, parse, configure, most, prices, is_repeated):
        configure(REPEAT_UNCLEAR_PARSES_UP_TO=Decimal(most), PRICES=prices)
        remote.faults.add("drop-after", endpoint="parse")
        finish(parse)

        assert parse.status == (Status.SUCCEEDED if is_repeated else Status.NEEDS_ATTENTION)
        assert remote.stats["parses"] == (2 if is_repeated else 1)

    def test_counts_for_the_budget(self, remote, parse, configure):
        configure(BUDGET_PER_DAY=Decimal("0.005"))
        remote.faults.add("drop-after", endpoint="parse")
        fail_once(parse)
        fail_once(parse)

        assert (parse.status, parse.error_code) == (Status.PREPARING, "BudgetSpent")
        assert remote.stats["parses"] == 1

    def test_is_charged_for_the_day_on_which_it_was_sent(self, remote, parse, configure):
        configure(REPEAT_UNCLEAR_PARSES_UP_TO=Decimal(0))
        remote.faults.add("drop-after", endpoint="parse")
        finish(parse)
        backdate_submit(parse, days=3)
        parse.refresh_from_db()
        cancel(parse)

        assert parse.charges.get().charged_at == parse.submitted_at

    def test_repeat_and_charge_are_one_transaction(self, remote, parse, monkeypatch):
        def refuse(*_args, **_columns):
            raise RuntimeError("no charge can be written")

        remote.faults.add("drop-after", endpoint="parse")
        with monkeypatch.context() as broken:
            broken.setattr(Charge.objects.__class__, "record_unclear", refuse)
            fail_once(parse)
            assert parse.status == Status.SUBMITTING
        finish(parse)

        assert ledger_of(parse) == [(PRICE, True), (PRICE, False)]
        assert remote.stats["parses"] == 2

    @pytest.mark.parametrize("decide", [retry, cancel])
    def test_stays_in_the_ledger_when_a_person_decides(self, remote, parse, configure, decide):
        configure(REPEAT_UNCLEAR_PARSES_UP_TO=Decimal(0))
        remote.faults.add("drop-after", endpoint="parse")
        finish(parse)
        assert ledger_of(parse) == []
        decide(parse)

        assert ledger_of(parse) == [(PRICE, True)]

    @pytest.mark.parametrize("decide", [retry, cancel])
    def test_two_people_who_decide_at_once_charge_it_once(self, remote, parse, decide):
        ClothesParse.objects.update(status=Status.NEEDS_ATTENTION, submitted_at=timezone.now())
        first, second = ClothesParse.objects.get(), ClothesParse.objects.get()
        decide(first)
        with suppress(RequestRefused):
            decide(second)

        assert ledger_of(parse) == [(PRICE, True)]

    def test_after_a_retry_has_all_its_repeats_again(self, remote, parse):
        remote.faults.add("drop-after", endpoint="parse", times=7)
        finish(parse)
        retry(parse)
        finish(parse)

        assert parse.status == Status.SUCCEEDED
        assert remote.stats["parses"] == 8

    def test_that_never_left_is_not_charged(self, remote, parse):
        cancel(parse)

        assert ledger_of(parse) == []


class TestUnclearCallAbovePrice:
    """A person decides about the first unclear call."""

    @pytest.fixture(autouse=True)
    def _never_repeat(self, remote, configure):
        configure(REPEAT_UNCLEAR_PARSES_UP_TO=Decimal(0))

    def test_is_never_repeated(self, remote):
        parse = parse_clothes(make_model_image(), ["upper"])
        remote.faults.add("drop-after", endpoint="parse")
        work(parse)

        assert (parse.status, parse.error_code) == (Status.NEEDS_ATTENTION, "OutcomeUnknown")
        assert remote.stats["parses"] == 1

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
