"""Try-ons leave an engine that cannot go on, and never go round in circles."""

from __future__ import annotations

import logging
from decimal import Decimal

import pytest
from django.db import DatabaseError, OperationalError
from django.utils import timezone

from django_outfitanyone import actions
from django_outfitanyone.account import rate_limits
from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.exceptions import AccountProblem
from django_outfitanyone.jobs.engine_target import Target
from django_outfitanyone.jobs.fallback import FallbackMove, FallbackOrder
from django_outfitanyone.jobs.fingerprint import fingerprint_of
from django_outfitanyone.jobs.move import CHUNK, move_chunk
from django_outfitanyone.models import Account, TryOnResult
from django_outfitanyone.signals import status_changed
from django_outfitanyone.worker import fallback, turns
from django_outfitanyone.worker.fallback import fall_back
from tests.events import received
from tests.factories import make_garment, make_model_image, make_try_on
from tests.toy_engine import ToyEngine

pytestmark = pytest.mark.django_db


def toy(price):
    return {
        "BACKEND": "tests.toy_engine.ToyEngine",
        "API_KEY": "toy-key",
        "PRICES": {"toy-1": Decimal(price)},
    }


@pytest.fixture(autouse=True)
def _shop(configure):
    """Three engines; what waits at one goes to the second, or else to the third."""
    engines = {"first": toy("1.00"), "second": toy("1.00"), "third": toy("0.40")}
    configure(ENGINES=engines, FALLBACKS=["second", "third"], PARSER="local")


def waiting(alias="first", **columns):
    columns = {"status": Status.QUEUED, "account": Account.of(alias), **columns}
    return make_try_on(remote_model="toy-1", **columns)


def stop(*aliases):
    for alias in aliases:
        rate_limits.stop(Account.of(alias), AccountProblem("Pay.", code="PaymentRequired"))


def place(row):
    return TryOnResult.objects.get(pk=row.pk).account_id


def many_waiting(count, *, garments=None):
    """Make many try-ons of the same pictures with few statements."""
    first = waiting(garments=garments)
    same = {name: getattr(first, name) for name in ("model_image", "account", "remote_model")}
    rows = [TryOnResult(number=number, force_new=True, **same) for number in range(1, count)]
    for row in rows:
        row.garments = first.garments
        row.fingerprint = first.fingerprint
    TryOnResult.objects.store(rows, chunk=500)
    return [first, *rows]


def test_without_an_order__there_is_no_query(configure, django_assert_num_queries):
    configure(FALLBACKS=[])
    row = waiting()
    stop("first")

    with django_assert_num_queries(0):
        assert not fall_back()
    assert place(row) == "first"


def test_accounts_that_go_on__take_one_query(django_assert_num_queries):
    row = waiting()

    with django_assert_num_queries(1):
        assert not fall_back()
    assert place(row) == "first"


def test_try_ons_of_a_stopped_account__move_to_the_first_engine_that_can():
    row, prepared = waiting(), waiting(status=Status.PREPARING, is_prepared=True, attempts=2)
    stop("first")

    assert fall_back()

    for one in (row, prepared):
        one.refresh_from_db()
        assert (one.account_id, one.remote_model) == ("second", "toy-1")
        assert (one.status, one.is_prepared, one.attempts) == (Status.QUEUED, False, 0)
        assert one.fingerprint == fingerprint_of(one)
        assert (one.lease_token, one.due_at <= timezone.now()) == ("", True)
    assert not fall_back()


def test_try_ons_of_an_account_that_is_gone__move_though_it_has_no_runner(configure):
    gone = Account.objects.create(name="gone")
    configure(ENGINES={"second": toy("0")})
    row = make_try_on(status=Status.QUEUED, account=gone, remote_model="toy-1", keep="lower")

    turns.take_turns(budget=0)

    assert place(row) == "second"


def test_try_ons_of_different_engines__move_to_different_ones_of_the_order():
    equal, cheap = waiting(), waiting("third")
    stop("first", "third")

    assert fall_back()

    assert (place(equal), place(cheap)) == ("second", "third")


def test_move__is_logged_with_the_reason(caplog):
    waiting()
    waiting()
    stop("first")

    caplog.set_level(logging.INFO, "django_outfitanyone")
    fall_back()

    (line,) = [one for one in caplog.records if getattr(one, "event", "") == "moved"]
    assert line.getMessage() == (
        "2 try-ons moved from first to second/toy-1 by FALLBACKS (stopped: PaymentRequired)"
    )
    assert (line.account, line.moved, line.source) == ("second", 2, "first")


def test_move__announces_the_status_after_the_commit(django_capture_on_commit_callbacks):
    waiting()
    prepared = waiting(status=Status.PREPARING)
    stop("first")

    with received(status_changed) as signals, django_capture_on_commit_callbacks(execute=True):
        fall_back()

    assert [(one["job"].pk, one["old"], one["new"]) for one in signals] == [
        (prepared.pk, Status.PREPARING, Status.QUEUED)
    ]


def test_step__moves_one_chunk(django_assert_max_num_queries):
    many_waiting(CHUNK + 1)
    stop("first")

    with django_assert_max_num_queries(20):
        assert fall_back()
    assert TryOnResult.objects.filter(account="second").count() == CHUNK
    assert fall_back()
    assert TryOnResult.objects.filter(account="second").count() == CHUNK + 1
    assert not fall_back()


def test_try_ons_that_stay__hide_no_others_for_ever():
    many_waiting(CHUNK + 5, garments=[make_garment(GarmentKind.ONE_PIECE)])
    last = waiting()
    stop("first")

    for _step in range(200):
        if fall_back():
            break

    assert place(last) == "second"
    assert TryOnResult.objects.filter(account="first").count() == CHUNK + 5
    assert not TryOnResult.objects.exclude(lease_token="").exists()


def test_try_ons_that_stay__are_not_written():
    row = waiting(garments=[make_garment(GarmentKind.ONE_PIECE)])
    stop("first")
    before = TryOnResult.objects.values().get()

    assert not fall_back()
    assert TryOnResult.objects.values().get(pk=row.pk) == before


def test_person_who_moves_a_try_on_at_the_same_time__is_not_overruled(configure):
    engines = {"first": toy("1.00"), "second": toy("1.00"), "dear": toy("9.00")}
    configure(ENGINES=engines)
    row = waiting()
    stop("first")
    order = FallbackOrder.read()
    (source,) = order.sources
    actions.move_to_engine(TryOnResult.objects.all(), engine="dear")

    move = FallbackMove(target=Target("second", "toy-1"), order=order, source=source)
    move_chunk([row.pk], move)

    assert move.moving == []
    assert place(row) == "dear"
    assert TryOnResult.objects.get().lease_token == ""


def test_engines_that_stop_one_after_the_other__end_the_journey():
    """It goes on only when a person resumes an account, and never to a dearer one."""
    row = waiting()
    journey = []

    def after(change, *aliases):
        change(*aliases)
        for _step in range(3):
            fall_back()
        journey.append(place(row))

    after(stop, "first")
    after(stop, "second")
    after(stop, "third")
    assert journey == ["second", "third", "third"]

    after(lambda alias: actions.resume(Account.of(alias)), "second")
    after(lambda alias: actions.resume(Account.of(alias)), "first")
    assert journey[3:] == ["third", "third"]


def test_engines_of_one_price__exchange_nothing_by_themselves(configure):
    configure(FALLBACKS=["first", "second"])
    row = waiting()
    places = []
    for stopped, resumed in (("first", None), ("second", "first"), ("first", "second")):
        stop(stopped)
        for _step in range(3):
            fall_back()
        places.append(place(row))
        if resumed:
            actions.resume(Account.of(resumed))
            for _step in range(3):
                fall_back()
            places.append(place(row))

    # one move for each thing that a person or a vendor has done, at most
    assert places == ["second", "second", "first", "first", "second"]


@pytest.mark.parametrize("error", [ValueError("odd price"), OperationalError("is locked")])
def test_fault__holds_up_no_account(monkeypatch, caplog, error):
    waiting()
    stop("first")

    def price(*_arguments):
        raise error

    monkeypatch.setattr(ToyEngine, "price", price)
    monkeypatch.setattr(fallback.FallbackOrder, "choose", price)

    assert not fall_back()
    assert str(error) in caplog.text


def test_transaction_that_fails__moves_nothing(monkeypatch):
    row = waiting()
    stop("first")

    def fail(*_arguments, **_options):
        raise DatabaseError("gone")

    monkeypatch.setattr(type(TryOnResult.objects.all()), "move_claimed", fail)

    assert not fall_back()
    assert place(row) == "first"
    assert TryOnResult.objects.get().lease_token == ""


def test_photo_and_garments__are_not_read_again_for_each_engine(django_assert_max_num_queries):
    photo = make_model_image()
    for _number in range(3):
        waiting(model_image=photo, garments=[make_garment(GarmentKind.ONE_PIECE)])
    stop("first")

    with django_assert_max_num_queries(6):
        assert not fall_back()
