"""Many runners together get each free image only once."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import OperationalError, connection

from django_outfitanyone.account import ledger
from django_outfitanyone.choices import Status
from django_outfitanyone.models import Account, Charge, DailyTotal, TryOnResult
from tests.factories import make_garment, make_model_image, make_try_on
from tests.work import claim

pytestmark = [pytest.mark.contention, pytest.mark.django_db(transaction=True)]

THREADS = 8
FREE = 3


def test_settle__of_many_at_once_only_as_many_as_are_left_are_free(configure):
    configure(FREE_IMAGES={"aitryon-plus": FREE})
    account, person, garment = Account.of(), make_model_image(), make_garment()
    for _row in range(THREADS):
        make_try_on(status=Status.RUNNING, account=account, model_image=person, garments=[garment])
    starting_line = threading.Barrier(THREADS)

    def run():
        try:
            row = claim_one()
            starting_line.wait(30)
            settle(row)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert Charge.objects.count() == THREADS
    assert Charge.objects.filter(free_images=1, amount=0).count() == FREE
    assert DailyTotal.objects.get().charges == THREADS
    assert DailyTotal.objects.differing(date.min) == []


def claim_one():
    while True:
        try:
            rows = claim(TryOnResult.objects.running())
        except OperationalError:
            continue
        if rows:
            return rows[0]


def settle(row):
    """Retry while the database is busy, as the worker's next poll does."""
    while True:
        try:
            ledger.settle(row, remote_model=row.remote_model, images=1, task_id=f"t-{row.pk}")
        except OperationalError:  # noqa: PERF203
            continue
        else:
            return
