"""Two accounts at work side by side, one of which parses for both."""

from __future__ import annotations

import threading
import time
from decimal import Decimal

import pytest
from django.db import connection

from django_outfitanyone.actions import request_try_on
from django_outfitanyone.choices import Status
from django_outfitanyone.jobs.try_on import TryOnOptions
from django_outfitanyone.models import Account, Charge, ClothesParse, TryOnResult
from django_outfitanyone.worker.turns import take_turns
from tests.work import new_request, queued_try_on, work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _two_engines(remote, configure, settings):
    """A sandbox that bills in yuan, and a second account on it that bills in dollars and parses."""
    own = settings.OUTFITANYONE["ENGINES"]["default"]
    prices = {"aitryon-plus": Decimal("0.07"), "aitryon-parsing-v1": Decimal("0.01")}
    second = {**own, "CURRENCY": "USD", "PRICES": prices, "CONCURRENT_TASKS": 1}
    configure(ENGINES={"default": own, "second": second}, PARSER="second")


def test_try_on__is_parsed_by_the_account_of_the_parser(remote):
    try_on = request_try_on(new_request(), options=TryOnOptions(keep_other_half=True))
    work(try_on)

    assert (try_on.status, try_on.account_id) == (Status.SUCCEEDED, "default")
    assert {parse.account_id for parse in ClothesParse.objects.all()} == {"second"}
    assert Charge.objects.filter(account="default").totals() == {"CNY": Decimal("0.50")}
    assert Charge.objects.filter(account="second").totals() == {"USD": Decimal("0.02")}
    assert Charge.objects.totals() == {"CNY": Decimal("0.50"), "USD": Decimal("0.02")}


def test_slots__of_one_account_are_not_those_of_the_other(remote, configure):
    configure(PARSE_RESULTS=False)
    remote.set_progression([("RUNNING", 100_000)])
    rows = [queued_try_on(engine=alias) for alias in ("default", "default", "second", "second")]
    for _pass in range(6):
        TryOnResult.objects.update(due_at="2000-01-01T00:00Z")
        take_turns(budget=0)
    for row in rows:
        row.refresh_from_db()

    running = [row.account_id for row in rows if row.status == Status.RUNNING]
    assert running == ["default", "default", "second"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_workers__advance_two_accounts_at_the_same_time(remote, configure):
    """Both leases are held at one moment, and each account gets its pictures."""
    configure(PARSE_RESULTS=False)
    rows = [queued_try_on(engine=alias) for alias in ("default", "second") for _number in range(2)]
    remote.set_progression([("RUNNING", 1)])
    seen = set()

    def advance():
        take_turns(budget=8)
        connection.close()

    workers = [threading.Thread(target=advance) for _number in range(2)]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        held = Account.objects.exclude(runner_token="").values_list("pk", flat=True)
        seen.add(tuple(sorted(held)))
        time.sleep(0.02)
    for row in rows:
        row.refresh_from_db()

    assert ("default", "second") in seen
    work(*rows)
    assert [row.status for row in rows] == [Status.SUCCEEDED] * 4
    assert remote.stats["submits"] == 4
