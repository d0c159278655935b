"""The totals of each day are the sums of its charges, at every moment."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from django_outfitanyone.choices import Status
from django_outfitanyone.models import Account, Charge, ClothesParse, DailyTotal
from django_outfitanyone.models.amounts import shop_day
from django_outfitanyone.models.of_picture import picture_filter
from tests.factories import make_charge, make_model_image, make_staff, make_try_on

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY = date(2026, 3, 30), date(2026, 3, 31)


def totals():
    rows = DailyTotal.objects.order_by("pk")
    return list(rows.values_list("charged_on", "remote_model", "amount", "charges"))


def test_charges_of_a_day__are_one_total():
    make_charge(charged_on=MONDAY, amount=Decimal("0.50"))
    make_charge(charged_on=MONDAY, amount=Decimal("0.25"))
    make_charge(charged_on=TUESDAY)

    assert totals() == [
        (MONDAY, "aitryon-plus", Decimal("0.75"), 2),
        (TUESDAY, "aitryon-plus", Decimal("0.50"), 1),
    ]


@pytest.mark.parametrize(
    "other", [{"currency": "USD"}, {"is_sandbox": True}, {"remote_model": "aitryon"}]
)
def test_other_currency_sandbox_or_model__has_a_total_of_its_own(other):
    make_charge()
    make_charge(**other)

    assert [charges for *_rest, charges in totals()] == [1, 1]


def test_account__has_totals_of_its_own():
    make_charge()
    make_charge(account=Account.objects.create(name="other"))

    assert DailyTotal.objects.filter(account="other").total("CNY") == Decimal("0.50")
    assert DailyTotal.objects.total("CNY") == Decimal(1)


def test_record__adds_each_charge_once():
    try_on = make_try_on(status=Status.RUNNING, currency="CNY")
    answer = {"remote_model": "aitryon-plus", "images": 1, "amount": Decimal("0.50")}
    Charge.objects.record(try_on, task_id="t-1", **answer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Charge.objects.record(try_on, task_id="t-1", **answer)

    assert DailyTotal.objects.total("CNY") == Charge.objects.total("CNY") == Decimal("0.50")


def test_record_unclear__counts_for_the_day_of_the_call():
    photo = make_model_image()
    parse = ClothesParse(account=Account.of(), **picture_filter(photo), currency="CNY")
    parse.submitted_at = timezone.now() - timedelta(days=3)
    parse.save()
    Charge.objects.record_unclear(parse, remote_model="parser", amount=Decimal("0.004"))

    assert totals() == [(shop_day(parse.submitted_at), "parser", Decimal("0.004"), 1)]


def test_charge_that_is_not_written__adds_nothing():
    with transaction.atomic():
        make_charge()
        transaction.set_rollback(True)

    assert totals() == []


def test_charge_that_is_saved_again__counts_once():
    charge = make_charge()
    charge.save()

    assert [charges for *_rest, charges in totals()] == [1]


def test_deleted_user_and_job__change_no_total():
    user = make_staff()
    make_charge(try_on=make_try_on(), requested_by=user)
    user.delete()

    assert DailyTotal.objects.differing(date.min) == []


class TestRecount:
    def test_corrects_totals_that_are_wrong_or_missing(self):
        make_charge(charged_on=MONDAY)
        make_charge(charged_on=TUESDAY)
        DailyTotal.objects.filter(charged_on=MONDAY).update(amount=7, charges=9)
        DailyTotal.objects.filter(charged_on=TUESDAY).delete()

        assert DailyTotal.objects.recount(MONDAY) == 2
        assert [(amount, charges) for *_key, amount, charges in totals()] == [
            (Decimal("0.50"), 1),
            (Decimal("0.50"), 1),
        ]
        assert DailyTotal.objects.recount(MONDAY) == 0

    def test_total_without_charges_becomes_zero(self):
        make_charge()
        Charge.objects.all().delete()

        assert DailyTotal.objects.recount(date.min) == 1
        assert DailyTotal.objects.total("CNY") == 0

    def test_leaves_earlier_days_alone(self):
        make_charge(charged_on=MONDAY)
        DailyTotal.objects.update(charges=9)

        assert DailyTotal.objects.recount(TUESDAY) == 0
        assert [charges for *_rest, charges in totals()] == [9]
