"""Why pictures of a period failed, how many did, and what they cost all the same."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from django_outfitanyone.account.spending import Period
from django_outfitanyone.account.spending_failures import failures_in
from django_outfitanyone.choices import Status
from django_outfitanyone.models import TryOnResult
from tests.factories import make_charge, make_try_on

pytestmark = pytest.mark.django_db


def failed(code="InvalidPerson", **columns):
    return make_try_on(status=Status.FAILED, error_code=code, error_message=f"{code}!", **columns)


def this_month():
    return failures_in(Period.this_month())


def test_causes__are_counted_most_frequent_first():
    failed("Rare")
    failed()
    failed()
    make_try_on()

    assert [(one.code, one.count, one.message) for one in this_month()] == [
        ("InvalidPerson", 2, "InvalidPerson!"),
        ("Rare", 1, "Rare!"),
    ]
    assert this_month()[0].help.text


def test_pictures_that_were_requested_earlier__do_not_count():
    row = failed()
    TryOnResult.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=40))

    assert this_month() == []


def test_lost_money__is_what_was_charged_for_failed_pictures_by_currency():
    first, second = failed(), failed()
    make_charge(try_on=first, amount=Decimal("0.50"))
    make_charge(try_on=first, amount=Decimal("0.25"))
    make_charge(try_on=second, amount=Decimal(2), currency="USD")
    make_charge(try_on=make_try_on(), amount=Decimal(9))

    (cause,) = this_month()
    assert cause.lost == {"CNY": Decimal("0.75"), "USD": Decimal(2)}
    assert cause.count == 2


def test_charge_of_a_sandbox__is_no_lost_money():
    make_charge(try_on=failed(), is_sandbox=True)

    assert this_month()[0].lost == {}


def test_queries__are_two(django_assert_num_queries):
    for number in range(3):
        make_charge(try_on=failed(f"Code{number}"))

    with django_assert_num_queries(2):
        assert len(this_month()) == 3
