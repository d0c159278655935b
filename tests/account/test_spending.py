from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from django_outfitanyone.account.spending import this_month
from django_outfitanyone.models import Account
from django_outfitanyone.models.charge import shop_day
from tests.factories import make_charge, make_published, make_try_on

pytestmark = pytest.mark.django_db


def last_month():
    return shop_day(timezone.now()).replace(day=1) - timedelta(days=1)


def test_this_month__adds_up_the_charges_since_its_first_day():
    make_charge(amount=Decimal("0.50"))
    make_charge(amount=Decimal("0.25"))
    make_charge(amount=Decimal(9), charged_on=last_month())

    (spending,) = this_month()

    assert (spending.account, spending.currency) == (Account.of(), "CNY")
    assert spending.amount == Decimal("0.75")


def test_this_month__two_currencies_are_two_entries():
    make_charge(amount=Decimal(1), currency="CNY")
    make_charge(amount=Decimal(2), currency="USD")

    found = [(one.currency, one.amount) for one in this_month()]

    assert found == [("CNY", 1), ("USD", 2)]


def test_this_month__charges_of_a_sandbox_stay_apart():
    make_charge(amount=Decimal(1))
    make_charge(amount=Decimal(2), is_sandbox=True)

    assert [(one.is_sandbox, one.amount) for one in this_month()] == [(False, 1), (True, 2)]


def test_this_month__account_that_left_the_settings_keeps_its_entry():
    make_charge(account=Account.objects.create(name="gone"), amount=Decimal(3))

    (spending,) = this_month()

    assert (spending.account.pk, spending.amount, spending.budgets) == ("gone", 3, [])


def test_this_month__without_charges_only_accounts_with_a_budget_are_listed(configure):
    Account.of()
    assert this_month() == []

    configure(BUDGET_PER_DAY=5)

    (spending,) = this_month()
    assert spending.amount == 0
    assert [budget.limit for budget in spending.budgets] == [5]


def test_per_published__shares_the_cost_among_the_pictures_that_are_published():
    make_charge(amount=Decimal("1.00"))
    make_published()
    make_published()
    make_try_on()

    assert this_month()[0].per_published == Decimal("0.5")


def test_per_published__counts_no_picture_that_was_requested_earlier():
    make_charge(amount=Decimal("1.00"))
    picture = make_published()
    type(picture).objects.filter(pk=picture.pk).update(
        created_at=timezone.now() - timedelta(days=40)
    )

    assert this_month()[0].per_published is None


def test_per_published__of_charges_in_an_earlier_currency_is_unknown():
    make_charge(amount=Decimal(1), currency="USD")
    make_published()

    assert this_month()[0].per_published is None


def test_this_month__number_of_queries_does_not_depend_on_the_charges(django_assert_num_queries):
    for number in range(12):
        make_charge(currency=["CNY", "USD"][number % 2])
    Account.of()

    with django_assert_num_queries(3):
        this_month()
