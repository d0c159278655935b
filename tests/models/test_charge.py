from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone as clock

from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.models import Account, Charge, ClothesParse, Garment, TryOnResult
from django_outfitanyone.models.charge import shop_day
from django_outfitanyone.models.of_picture import picture_filter
from tests.factories import (
    make_charge,
    make_garment,
    make_model_image,
    make_product,
    make_staff,
    make_try_on,
)

pytestmark = pytest.mark.django_db


def test_record__task_is_charged_once():
    try_on = make_try_on(status=Status.RUNNING)
    price = {"images": 1, "amount": Decimal("0.50")}
    Charge.objects.record(try_on, remote_model="aitryon-plus", task_id="t-1", **price)
    with pytest.raises(IntegrityError), transaction.atomic():
        Charge.objects.record(try_on, remote_model="aitryon-plus", task_id="t-1", **price)

    assert Charge.objects.count() == 1


def test_charges__stay_when_the_job_is_deleted():
    photo = make_model_image()
    parse = ClothesParse.objects.create(account=Account.of(), **picture_filter(photo))
    make_charge(try_on=make_try_on())
    make_charge(clothes_parse=parse, amount=Decimal("0.004"))
    TryOnResult.objects.all().delete()
    ClothesParse.objects.all().delete()

    assert Charge.objects.total("CNY") == Decimal("0.504")


def test_shop_day__is_in_the_time_zone_of_the_shop(settings):
    evening = datetime(2026, 3, 31, 16, 0, tzinfo=timezone.utc)
    with clock.override("America/New_York"):
        assert shop_day(evening) == date(2026, 4, 1)  # TIME_ZONE is Asia/Tokyo


class TestTotals:
    def test_since(self):
        make_charge(charged_on=date(2026, 3, 31))
        make_charge(charged_on=date(2026, 4, 1))

        assert Charge.objects.since(date(2026, 4, 1)).total("CNY") == Decimal("0.50")

    def test_total__is_zero_without_charges(self):
        assert Charge.objects.total("CNY") == 0

    def test_total__leaves_other_currencies_out(self, configure):
        make_charge()
        make_charge(currency="USD")

        assert Charge.objects.total("CNY") == Decimal("0.50")

    def test_total__is_exact_to_the_last_digit(self):
        """SQLite adds up in floating point."""
        for _number in range(30):
            make_charge(amount=Decimal("0.100001"))

        assert str(Charge.objects.total("CNY")) == "3.000030"
        assert str(Charge.objects.by_model("CNY")["aitryon-plus"]) == "3.000030"

    def test_by_day(self):
        make_charge(charged_on=date(2026, 3, 31))
        make_charge(charged_on=date(2026, 3, 31), amount=Decimal("0.004"))

        assert Charge.objects.by_day("CNY") == {date(2026, 3, 31): Decimal("0.504")}

    def test_by_model__largest_first(self):
        make_charge(remote_model="aitryon-parsing-v1", amount=Decimal("0.004"))
        make_charge()

        assert list(Charge.objects.by_model("CNY")) == ["aitryon-plus", "aitryon-parsing-v1"]

    def test_by_requester(self):
        user = make_staff()
        make_charge(requested_by=user)
        make_charge()

        assert Charge.objects.by_requester("CNY") == dict.fromkeys([user.pk, None], Decimal("0.50"))

    def test_by_product__divides_a_picture_of_two_products(self):
        top, bottom = make_garment(), make_garment(GarmentKind.BOTTOM)
        make_charge(try_on=make_try_on(garments=[top, bottom]))
        make_charge(try_on=make_try_on(garments=[top]))
        make_charge()

        assert Charge.objects.by_product("CNY") == {
            top.product_id: Decimal("0.75"),
            None: Decimal("0.50"),
            bottom.product_id: Decimal("0.25"),
        }

    def test_by_product__shares_among_the_products_of_all_garments(self):
        """A product with two garments in a picture is one of its products."""
        one, other, third = (make_product() for _ in range(3))
        kinds = {"top": one, "bottom": one, "shoes": other, "hat": third}
        garments = [make_garment(kind, product=product) for kind, product in kinds.items()]
        try_on = make_try_on(garments=garments)
        make_charge(try_on=try_on, amount=Decimal("0.90"))
        make_charge(try_on=try_on, amount=Decimal("0.30"))

        assert Charge.objects.by_product("CNY") == dict.fromkeys(
            [one.pk, other.pk, third.pk], Decimal("0.40")
        )

    def test_by_product__picture_of_a_garment_that_is_not_sold_is_of_no_product(self):
        sold, unsold = make_garment(), make_garment(GarmentKind.BOTTOM)
        Garment.objects.filter(pk=unsold.pk).update(product=None)
        make_charge(try_on=make_try_on(garments=[unsold]))
        make_charge(try_on=make_try_on(garments=[sold, unsold]), amount=Decimal("0.20"))

        assert Charge.objects.by_product("CNY") == {
            None: Decimal("0.50"),
            sold.product_id: Decimal("0.20"),
        }

    def test_by_product__only_the_charges_of_the_queryset(self):
        try_on = make_try_on()
        wanted, _other = make_charge(try_on=try_on), make_charge(try_on=try_on)

        found = Charge.objects.filter(pk=wanted.pk).by_product("CNY")
        assert found == {try_on.garments[0].product_id: Decimal("0.50")}

    def test_by_product__two_queries_for_any_number(self, django_assert_num_queries):
        for _ in range(3):
            make_charge(try_on=make_try_on(garments=[make_garment(), make_garment("bottom")]))
        make_charge()
        with django_assert_num_queries(2):
            assert len(Charge.objects.by_product("CNY")) == 7

    def test_count_images(self):
        make_charge(images=2)

        assert Charge.objects.count_images() == 2
        assert Charge.objects.since(date.today() + timedelta(days=9)).count_images() == 0
