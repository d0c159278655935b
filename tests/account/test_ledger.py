from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone as clock

from django_outfitanyone.account import ledger
from django_outfitanyone.actions import parse_clothes, request_try_on
from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.models import Account, Charge, ClothesParse, TryOnResult
from django_outfitanyone.models.charge import shop_day
from tests.factories import make_garment, make_model_image, make_staff, make_try_on
from tests.work import REPLACE, new_request, running_try_on, step, work

pytestmark = pytest.mark.django_db


def make_charge(**columns):
    columns.setdefault("account", Account.current())
    columns.setdefault("charged_at", clock.now())
    columns.setdefault("charged_on", shop_day(columns["charged_at"]))
    columns = {
        "remote_model": "aitryon-plus",
        "images": 1,
        "amount": Decimal("0.50"),
        "currency": "CNY",
        **columns,
    }
    return Charge.objects.create(**columns)


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
    assert Charge.objects.total() == Decimal("0.504")


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


def test_record__task_is_charged_once():
    try_on = make_try_on(status=Status.RUNNING)
    try_on.image_count, try_on.cost, try_on.currency = 1, Decimal("0.50"), "CNY"
    for _time in range(2):
        Charge.objects.record(try_on, remote_model="aitryon-plus", task_id="t-1")

    assert Charge.objects.count() == 1


def test_charges__stay_when_the_job_is_deleted(remote):
    parse = parse_clothes(make_model_image())
    work(parse)
    make_charge(try_on=make_try_on())
    TryOnResult.objects.all().delete()
    ClothesParse.objects.all().delete()

    assert Charge.objects.total() == Decimal("0.504")


def test_shop_day__is_in_the_time_zone_of_the_shop(settings):
    evening = datetime(2026, 3, 31, 16, 0, tzinfo=timezone.utc)
    with clock.override("America/New_York"):
        assert shop_day(evening) == date(2026, 4, 1)  # TIME_ZONE is Asia/Tokyo


class TestTotals:
    def test_since(self):
        make_charge(charged_on=date(2026, 3, 31))
        make_charge(charged_on=date(2026, 4, 1))

        assert Charge.objects.since(date(2026, 4, 1)).total() == Decimal("0.50")

    def test_total__is_zero_without_charges(self):
        assert Charge.objects.total() == 0

    def test_total__leaves_other_currencies_out(self, configure):
        make_charge()
        make_charge(currency="USD")

        assert Charge.objects.total() == Decimal("0.50")

    def test_total__is_exact_to_the_last_digit(self):
        """SQLite adds up in floating point."""
        for _number in range(30):
            make_charge(amount=Decimal("0.100001"))

        assert str(Charge.objects.total()) == "3.000030"
        assert str(Charge.objects.by_model()["aitryon-plus"]) == "3.000030"

    def test_by_day(self):
        make_charge(charged_on=date(2026, 3, 31))
        make_charge(charged_on=date(2026, 3, 31), amount=Decimal("0.004"))

        assert Charge.objects.by_day() == {date(2026, 3, 31): Decimal("0.504")}

    def test_by_model__largest_first(self):
        make_charge(remote_model="aitryon-parsing-v1", amount=Decimal("0.004"))
        make_charge()

        assert list(Charge.objects.by_model()) == ["aitryon-plus", "aitryon-parsing-v1"]

    def test_by_requester(self):
        user = make_staff()
        make_charge(requested_by=user)
        make_charge()

        assert Charge.objects.by_requester() == dict.fromkeys([user.pk, None], Decimal("0.50"))

    def test_by_product__divides_a_picture_of_two_products(self):
        top, bottom = make_garment(), make_garment(GarmentKind.BOTTOM)
        make_charge(try_on=make_try_on(garments=[top, bottom]))
        make_charge(try_on=make_try_on(garments=[top]))
        make_charge()

        assert Charge.objects.by_product() == {
            top.product_id: Decimal("0.75"),
            None: Decimal("0.50"),
            bottom.product_id: Decimal("0.25"),
        }

    def test_count_images(self):
        make_charge(images=2)

        assert Charge.objects.count_images() == 2
        assert Charge.objects.since(date.today() + timedelta(days=9)).count_images() == 0


def _refuse(_manager, *_args, **_kwargs):
    assert transaction.get_connection().in_atomic_block
    raise RuntimeError("no charge can be written")
