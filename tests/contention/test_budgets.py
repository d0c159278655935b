"""Many runners that share one budget spend no more than a single one."""

from __future__ import annotations

import threading
import time
from decimal import Decimal

import pytest
from django.db import OperationalError, connection

from django_outfitanyone.account import rate_limits
from django_outfitanyone.choices import Status
from django_outfitanyone.exceptions import BudgetSpent
from django_outfitanyone.models import Account, TryOnResult
from tests.factories import make_garment, make_model_image, make_try_on
from tests.work import claim

pytestmark = [pytest.mark.contention, pytest.mark.django_db(transaction=True)]

THREADS = 8
FITTING = 3


def test_admit__of_many_at_once_only_as_many_as_fit(configure):
    configure(BUDGET_PER_DAY=FITTING * Decimal("0.50"), SUBMITS="10000/s")
    account, person, garment = Account.of(), make_model_image(), make_garment()
    for _row in range(THREADS):
        make_try_on(
            status=Status.PREPARING, account=account, model_image=person, garments=[garment]
        )
    outcomes: list[str] = []
    starting_line = threading.Barrier(THREADS)

    def run():
        try:
            (row,) = claim_one()
            starting_line.wait(30)
            outcomes.append(admit(row))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(outcomes) == ["sent"] * FITTING + ["spent"] * (THREADS - FITTING)
    assert TryOnResult.objects.filter(status=Status.SUBMITTING).count() == FITTING


def claim_one():
    while True:
        try:
            rows = claim(TryOnResult.objects.preparing())
        except OperationalError:
            continue
        if rows:
            return rows


def admit(row):
    """Retry as the runner does if the rate limit or a busy database says so."""
    while True:
        try:
            if rate_limits.admit(row, remote_model=row.remote_model) is None:
                return "sent"
        except BudgetSpent:
            return "spent"
        except OperationalError:
            pass
        time.sleep(0.001)
