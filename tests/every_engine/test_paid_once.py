"""A fault at the paid request of any engine leads to one request, and to the right status."""

from __future__ import annotations

from decimal import Decimal

import pytest

from django_outfitanyone.actions import request_try_on, retry
from django_outfitanyone.choices import Status
from django_outfitanyone.jobs.try_on import TryOnOptions
from django_outfitanyone.models import Account, Charge, TryOnResult
from django_outfitanyone.models.account import LONG_AGO
from tests.every_engine.cases import CASES, each_engine, person
from tests.work import new_request, one_pass, work

pytestmark = pytest.mark.django_db

CUT_AFTER, CUT_BEFORE = {"kind": "drop-after"}, {"kind": "drop-before"}
SERVER_ERROR = {"kind": "error", "status": 500}
FAULTS = {"cut after": CUT_AFTER, "cut before": CUT_BEFORE, "500": SERVER_ERROR}
LISTED = [case for case in CASES if case.is_task_listed]
UNCLEAR = [
    pytest.param(case, fault, id=f"{case.name}-{name}")
    for case in CASES
    for name, fault in FAULTS.items()
    if not (case.is_task_listed or (case.is_500_clear and fault is SERVER_ERROR))
]
with_list = pytest.mark.parametrize("case", LISTED, ids=lambda case: case.name)


@pytest.fixture(autouse=True)
def _without_parses(shop, change):
    change(PARSE_RESULTS=False, READ_TIMEOUT=5)


def requested(case):
    options = TryOnOptions(engine=case.name, keep_other_half=False)
    return request_try_on(new_request(person=person()), options=options)


def break_submit(shop, case, fault):
    fault = dict(fault)
    shop.faults.add(fault.pop("kind"), engine=case.name, endpoint="submit", **fault)


def run_until_sent(shop, case, try_on):
    """Run until the request has arrived, and then as often again."""
    passes = 0
    while not case.submits(shop):
        one_pass()
        passes += 1
        assert passes < 20, (try_on.status, try_on.error_message)
    for _pass in range(5):
        one_pass()
    try_on.refresh_from_db()


def accepted(shop, case):
    return shop.stats["engines"][case.name].get("accepted", 0)


def amounts(try_on):
    return list(Charge.objects.filter(try_on=try_on).values_list("amount", flat=True))


@pytest.mark.parametrize(("case", "fault"), UNCLEAR)
def test_unclear_submit__without_a_task_list_waits_for_a_person(shop, case, fault):
    break_submit(shop, case, fault)
    try_on = requested(case)
    run_until_sent(shop, case, try_on)

    assert (try_on.status, try_on.error_code) == (Status.NEEDS_ATTENTION, "OutcomeUnknown")
    assert case.submits(shop) == 1
    assert amounts(try_on) == []

    retry(try_on)  # a person decides
    work(try_on)

    assert try_on.status == Status.SUCCEEDED
    assert case.submits(shop) == 2
    assert amounts(try_on) == [Decimal(case.one[0])]


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.is_500_clear], ids=lambda case: case.name
)
def test_server_error__that_proves_that_nothing_was_accepted_is_retried(shop, case):
    break_submit(shop, case, SERVER_ERROR)
    try_on = requested(case)
    run_until_sent(shop, case, try_on)

    assert try_on.status == Status.PREPARING
    assert (case.submits(shop), accepted(shop, case)) == (1, 0)

    TryOnResult.objects.update(attempts=0)  # due now
    work(try_on)

    assert try_on.status == Status.SUCCEEDED
    assert accepted(shop, case) == 1
    assert amounts(try_on) == [Decimal(case.one[0])]


@with_list
def test_cut_answer__of_a_listed_task_waits_for_a_person(shop, case):
    break_submit(shop, case, CUT_AFTER)
    try_on = requested(case)
    work(try_on)
    run_until_sent(shop, case, try_on)

    assert try_on.status == Status.NEEDS_ATTENTION
    assert len(try_on.remote_answer["candidates"]) == 1
    assert (case.submits(shop), accepted(shop, case)) == (1, 1)
    assert amounts(try_on) == []


@with_list
@pytest.mark.parametrize("fault", [CUT_BEFORE, SERVER_ERROR], ids=["cut before", "500"])
def test_submit__that_the_list_does_not_show_is_sent_again(shop, case, fault):
    break_submit(shop, case, fault)
    try_on = requested(case)
    run_until_sent(shop, case, try_on)
    TryOnResult.objects.update(attempts=0)  # due now
    work(try_on)

    assert try_on.status == Status.SUCCEEDED
    assert (case.submits(shop), accepted(shop, case)) == (2, 1)
    assert amounts(try_on) == [Decimal(case.one[0])]


@each_engine
def test_429__pauses_the_account_and_is_sent_again_after_it(shop, change, caplog, case):
    change(alias=case.name, entry={"THROTTLE_PAUSE": 300})
    break_submit(shop, case, {"kind": "error", "status": 429, "code": "RateLimitExceeded"})
    try_on = requested(case)
    run_until_sent(shop, case, try_on)

    assert try_on.status == Status.PREPARING
    assert case.submits(shop) == 1
    events = [getattr(record, "event", "") for record in caplog.records]
    assert events.count("account_paused") == 1

    Account.objects.update(next_submission_at=LONG_AGO)  # the pause is over
    TryOnResult.objects.update(attempts=0)
    work(try_on)

    assert try_on.status == Status.SUCCEEDED
    assert case.submits(shop) == 2
    assert amounts(try_on) == [Decimal(case.one[0])]
