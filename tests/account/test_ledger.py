from __future__ import annotations

from contextlib import contextmanager
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection, transaction

from django_outfitanyone.account import ledger
from django_outfitanyone.actions import parse_clothes, request_try_on
from django_outfitanyone.choices import Status
from django_outfitanyone.engines.dashscope import OutfitAnyone
from django_outfitanyone.models import Charge, ImageCount, TryOnResult
from django_outfitanyone.models.charge import ChargeQuerySet
from tests.factories import make_model_image, make_staff, make_try_on
from tests.work import REPLACE, claimed, new_request, running_try_on, step, work

pytestmark = pytest.mark.django_db

HALF = Decimal("0.5")


def finished_task(remote):
    """Return a try-on whose task has ended at the engine and was not polled since."""
    try_on = running_try_on()
    remote.settle()
    return try_on


def test_settle__picture_and_parse_of_a_try_on_are_charged(remote):
    user = make_staff()
    try_on = request_try_on(new_request(), options=REPLACE, requested_by=user)
    work()

    lines = Charge.objects.order_by("pk").values_list("remote_model", "images", "amount")
    assert list(lines) == [
        ("aitryon-plus", 1, Decimal("0.5")),
        ("aitryon-parsing-v1", 1, Decimal("0.004")),
    ]
    assert {charge.try_on for charge in try_on.charges.all()} == {try_on}
    assert set(Charge.objects.values_list("requested_by", flat=True)) == {user.pk}
    assert Charge.objects.total("CNY") == Decimal("0.504")


@pytest.mark.parametrize(("images", "billed"), [(0, 1), (1, 1), (3, 3)])
def test_settle__price_is_that_of_all_pictures(images, billed):
    """An answer without a number of pictures is one picture."""
    row = claimed(make_try_on(status=Status.RUNNING))
    ledger.settle(row, remote_model="aitryon-plus", images=images, task_id="t-1", request_id="r")

    charge, saved = Charge.objects.get(), TryOnResult.objects.get()
    assert (charge.images, charge.amount, charge.currency) == (billed, billed * HALF, "CNY")
    assert (charge.task_id, charge.remote_model) == ("t-1", "aitryon-plus")
    assert (saved.image_count, saved.cost, saved.currency) == (billed, billed * HALF, "CNY")
    assert (saved.status, saved.request_id) == (Status.COLLECTING, "r")


def test_settle__task_is_charged_only_once():
    for _answer in range(2):
        row = claimed(make_try_on(status=Status.RUNNING))
        ledger.settle(row, remote_model="aitryon-plus", images=1, task_id="t-1")

    assert Charge.objects.count() == 1


class TestWriteWithRetries:
    """The database fails, and time passes only when the retries sleep."""

    @pytest.fixture
    def naps(self, monkeypatch):
        naps = []
        monkeypatch.setattr(ledger, "time", SimpleNamespace(sleep=naps.append))
        return naps

    def failing(self, times):
        """Return a write that fails this often, and the list of its calls."""
        calls = []

        def write():
            calls.append(len(calls))
            if len(calls) <= times:
                raise OperationalError("gone away")

        return write, calls

    @pytest.mark.django_db(transaction=True)
    def test_repeats_until_the_database_is_back(self, naps):
        write, calls = self.failing(2)
        ledger.write_with_retries(write)

        assert len(calls) == 3
        assert naps == list(ledger.PAUSES[:2])

    @pytest.mark.django_db(transaction=True)
    def test_gives_up_after_the_last_attempt(self, naps):
        write, calls = self.failing(100)
        with pytest.raises(OperationalError):
            ledger.write_with_retries(write)

        assert len(calls) == len(ledger.PAUSES)
        assert sum(naps) > 5

    @pytest.mark.django_db(transaction=True)
    def test_uses_a_new_connection(self, naps):
        """One that broke stays broken."""
        connection.ensure_connection()
        broken = connection.connection
        write, _calls = self.failing(1)
        ledger.write_with_retries(write)
        connection.ensure_connection()

        assert connection.connection is not broken

    def test_inside_a_transaction_the_caller_has_to_repeat(self, naps):
        write, calls = self.failing(1)
        with pytest.raises(OperationalError):
            ledger.write_with_retries(write)

        assert (len(calls), naps) == (1, [])


def test_settle__parse_of_a_model_photo_belongs_to_no_try_on(remote):
    parse = parse_clothes(make_model_image())
    work(parse)

    charge = parse.charges.get()
    assert (charge.try_on, charge.amount) == (None, Decimal("0.004"))


def test_settle__reused_picture_is_not_charged(remote):
    request = new_request()
    for _time in range(2):
        request_try_on(request, options=REPLACE)
        work()

    assert Charge.objects.filter(remote_model="aitryon-plus").count() == 1


def test_settle__failed_task_is_not_charged(remote):
    remote.faults.add("task-failed", code="InvalidPerson")
    try_on = finished_task(remote)
    step(try_on)

    assert try_on.status == Status.FAILED
    assert not Charge.objects.exists()


def test_settle__writes_row_and_charge_or_neither(remote, monkeypatch):
    """The charge cannot be written, so the row stays as it is until the next poll."""
    try_on = finished_task(remote)
    with monkeypatch.context() as broken:
        broken.setattr(Charge.objects.__class__, "record", _refuse)
        step(try_on)
        assert try_on.status == Status.RUNNING

    step(try_on)
    assert try_on.status == Status.COLLECTING
    assert Charge.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_settle__answer_survives_a_short_failure_of_the_database(remote, monkeypatch):
    """A parse cannot be requested again for free, so the write is repeated."""
    monkeypatch.setattr(ledger, "PAUSES", (0.01, 0.01, 0))
    parse = parse_clothes(make_model_image())
    failures = iter([OperationalError("gone away"), OperationalError("gone away")])
    record = Charge.objects.record

    def flaky(_manager, *args, **kwargs):
        for error in failures:
            raise error
        return record(*args, **kwargs)

    monkeypatch.setattr(Charge.objects.__class__, "record", flaky)
    work(parse)

    assert parse.status == Status.SUCCEEDED
    assert Charge.objects.count() == 1
    assert remote.stats["parses"] == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_unclear", [False, True])
def test_settle__commit_whose_confirmation_is_lost_is_not_repeated(
    remote, monkeypatch, configure, is_unclear
):
    """A charge of a parse has no task that would show that it is there already."""
    configure(FREE_IMAGES={"aitryon-parsing-v1": 9})
    monkeypatch.setattr(ledger, "PAUSES", (0.01, 0.01, 0))
    atomic, losses = ledger.atomic, iter([OperationalError("gone away")])

    @contextmanager
    def losing_the_confirmation():
        with atomic():
            yield
        for error in losses:
            raise error

    monkeypatch.setattr(ledger, "atomic", losing_the_confirmation)
    if is_unclear:
        remote.faults.add("drop-after", endpoint="parse")
    parse = parse_clothes(make_model_image(), ["upper"])
    while parse.is_open:
        step(parse)

    assert parse.status == Status.SUCCEEDED
    assert Charge.objects.count() == remote.stats["parses"] == (2 if is_unclear else 1)
    assert ImageCount.objects.get().images == Charge.objects.count()


@pytest.mark.django_db(transaction=True)
def test_settle__paid_answer_survives_the_deletion_of_the_user(remote, monkeypatch):
    user = make_staff()
    parse = parse_clothes(make_model_image(), requested_by=user)
    call = OutfitAnyone.parse

    def meanwhile(self, *order, **options):
        report = call(self, *order, **options)
        user.delete()
        return report

    monkeypatch.setattr(OutfitAnyone, "parse", meanwhile)
    work(parse)

    assert parse.status == Status.SUCCEEDED
    assert Charge.objects.get().requested_by is None
    assert remote.stats["parses"] == 1


@pytest.mark.django_db(transaction=True)
def test_settle__user_deleted_between_reading_the_row_and_writing_the_charge(remote, monkeypatch):
    user = make_staff()
    parse = parse_clothes(make_model_image(), requested_by=user)
    record, attempts = ChargeQuerySet.record, []

    def of_a_gone_user(self, job, **columns):
        attempts.append(job.requested_by_id)
        if len(attempts) == 1:
            job.requested_by_id = user.pk + 1000  # no such user any more
        return record(self, job, **columns)

    monkeypatch.setattr(ChargeQuerySet, "record", of_a_gone_user)
    work(parse)

    assert parse.status == Status.SUCCEEDED
    assert Charge.objects.get().requested_by == user
    assert attempts == [user.pk, user.pk]
    assert remote.stats["parses"] == 1


def _refuse(_manager, *_args, **_kwargs):
    assert transaction.get_connection().in_atomic_block
    raise RuntimeError("no charge can be written")
