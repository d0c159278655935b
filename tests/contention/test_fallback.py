"""Several workers and a person move the same try-ons at once, and each goes to one place."""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import suppress
from decimal import Decimal

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from django_outfitanyone import actions
from django_outfitanyone.choices import Status
from django_outfitanyone.models import Account, TryOnResult
from django_outfitanyone.signals import status_changed
from django_outfitanyone.worker.fallback import fall_back
from tests.events import received
from tests.factories import make_garment, make_model_image, make_try_on

pytestmark = [pytest.mark.contention, pytest.mark.django_db(transaction=True)]

WORKERS = 4
ROWS = 40


def toy(price):
    prices = {"toy-1": Decimal(price)}
    return {"BACKEND": "tests.toy_engine.ToyEngine", "API_KEY": "toy-key", "PRICES": prices}


def test_workers_and_a_person__move_each_try_on_once(configure):
    engines = {"first": toy("1.00"), "second": toy("0.40"), "third": toy("0.50")}
    configure(ENGINES=engines, FALLBACKS=["second"], PARSER="local")
    account, photo, garment = Account.of("first"), make_model_image(), make_garment()
    for number in range(ROWS):
        make_try_on(
            status=Status.PREPARING,
            account=account,
            model_image=photo,
            garments=[garment],
            remote_model="toy-1",
            force_new=True,
            number=number,
        )
    Account.objects.update(stopped_at=timezone.now(), stopped_code="PaymentRequired")
    starting_line = threading.Barrier(WORKERS + 1)

    def work():
        starting_line.wait(30)
        until_moved(fall_back)

    def decide():
        starting_line.wait(30)
        rows = TryOnResult.objects.filter(account="first", number__gte=ROWS // 2)
        until_moved(lambda: actions.move_to_engine(rows, engine="third"))

    with received(status_changed) as signals:
        threads = [threading.Thread(target=work) for _worker in range(WORKERS)]
        threads.append(threading.Thread(target=decide))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

    places = Counter(TryOnResult.objects.values_list("account", flat=True))
    assert places["second"] + places["third"] == ROWS
    assert places["second"] >= ROWS // 2
    assert Counter(one["job"].pk for one in signals) == dict.fromkeys(
        TryOnResult.objects.values_list("pk", flat=True), 1
    )
    assert not TryOnResult.objects.exclude(lease_token="").exists()


def until_moved(move):
    """Move until nothing is left, as the worker does if the database is busy."""
    try:
        end = time.monotonic() + 50
        while TryOnResult.objects.filter(account="first").exists() and time.monotonic() < end:
            with suppress(OperationalError):
                move()
            time.sleep(0.01)
    finally:
        connection.close()
