from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.utils import timezone as clock

from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.models import Account, Charge, ClothesParse, TryOnResult
from django_outfitanyone.models.charge import shop_day
from django_outfitanyone.models.of_picture import picture_filter
from tests.factories import make_charge, make_garment, make_model_image, make_staff, make_try_on

pytestmark = pytest.mark.django_db


def test_record__task_is_charged_once():
    try_on = make_try_on(status=Status.RUNNING)
    try_on.image_count, try_on.cost, try_on.currency = 1, Decimal("0.50"), "CNY"
    for _time in range(2):
        Charge.objects.record(try_on, remote_model="aitryon-plus", task_id="t-1")

    assert Charge.objects.count() == 1


def test_charges__stay_when_the_job_is_deleted():
    photo = make_model_image()
    parse = ClothesParse.objects.create(account=Account.current(), **picture_filter(photo))
    make_charge(try_on=make_try_on())
    make_charge(clothes_parse=parse, amount=Decimal("0.004"))
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
