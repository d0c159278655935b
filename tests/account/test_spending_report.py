"""What a period cost, grouped by day, month, engine, product or person."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from django_outfitanyone.account import spending_report
from django_outfitanyone.account.spending import Period
from django_outfitanyone.account.spending_report import Grouping, report
from django_outfitanyone.models import Account
from tests.factories import make_charge, make_garment, make_staff, make_try_on

pytestmark = pytest.mark.django_db

MARCH = Period(first=date(2026, 3, 1), last=date(2026, 3, 31))
LAST_DAY = date(2026, 3, 31)
HALF = Decimal("0.50")


def charge(**columns):
    return make_charge(**{"charged_on": LAST_DAY, **columns})


def lines_of(grouping, period=MARCH):
    """Return key, amount and number of charges of each line of the only block."""
    (block,) = report(period, grouping).blocks
    return [(line.key, line.amount, line.charges) for line in block.lines]


def test_period__has_its_first_and_its_last_day_and_no_other():
    for day in (date(2026, 2, 28), MARCH.first, MARCH.last, date(2026, 4, 1)):
        charge(charged_on=day)

    assert lines_of(Grouping.DAY) == [(MARCH.first, HALF, 1), (MARCH.last, HALF, 1)]


def test_months__sum_up_their_days():
    for day in (date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)):
        charge(charged_on=day)
    two_months = Period(first=date(2026, 2, 1), last=LAST_DAY)

    assert lines_of(Grouping.MONTH, two_months) == [
        (date(2026, 2, 1), 2 * HALF, 2),
        (date(2026, 3, 1), HALF, 1),
    ]


def test_engines__are_accounts_and_their_models_largest_first():
    charge()
    charge(remote_model="aitryon", amount=Decimal(2))
    charge(account=Account.objects.create(name="other"), amount=Decimal(1))

    assert lines_of(Grouping.ENGINE) == [
        (("default", "aitryon"), Decimal(2), 1),
        (("other", "aitryon-plus"), Decimal(1), 1),
        (("default", "aitryon-plus"), HALF, 1),
    ]


def test_products__share_the_amount_of_a_picture():
    top, bottom = make_garment(), make_garment("bottom")
    charge(try_on=make_try_on(garments=[top, bottom]), amount=Decimal("0.60"))
    charge(try_on=make_try_on(garments=[top]))
    charge(amount=Decimal("0.004"))

    assert lines_of(Grouping.PRODUCT) == [
        (top.product_id, Decimal("0.80"), 2),
        (bottom.product_id, Decimal("0.30"), 1),
        (None, Decimal("0.004"), 1),
    ]


def test_persons__are_those_who_requested():
    ann = make_staff()
    charge(requested_by=ann)
    charge(requested_by=ann)
    charge()

    assert lines_of(Grouping.PERSON) == [(ann.pk, 2 * HALF, 2), (None, HALF, 1)]


@pytest.mark.parametrize("grouping", Grouping)
def test_blocks__keep_currencies_and_sandboxes_apart_real_ones_first(grouping):
    charge(currency="USD", amount=Decimal(2))
    charge(is_sandbox=True, amount=Decimal(9))
    charge()
    blocks = report(MARCH, grouping).blocks

    assert [(one.currency, one.is_sandbox, one.amount, one.charges) for one in blocks] == [
        ("CNY", False, HALF, 1),
        ("USD", False, Decimal(2), 1),
        ("CNY", True, Decimal(9), 1),
    ]
    assert [line.amount for one in blocks for line in one.lines] == [HALF, 2, 9]


@pytest.mark.parametrize("grouping", [Grouping.ENGINE, Grouping.PRODUCT, Grouping.PERSON])
def test_smallest_lines__are_summed_up_as_the_rest(monkeypatch, grouping):
    monkeypatch.setattr(spending_report, "MOST_LINES", 1)
    for number in range(1, 4):
        charge(
            remote_model=f"model-{number}",
            try_on=make_try_on(),
            requested_by=make_staff(),
            amount=Decimal(number),
        )
    (block,) = report(MARCH, grouping).blocks

    assert [line.amount for line in block.lines] == [3]
    assert (block.rest.amount, block.rest.charges) == (3, 2)


def test_persons_that_are_not_read__are_part_of_the_rest(monkeypatch):
    monkeypatch.setattr(spending_report, "MOST_PERSONS", 1)
    for number in range(1, 4):
        charge(requested_by=make_staff(), amount=Decimal(number))
    (block,) = report(MARCH, Grouping.PERSON).blocks

    assert [line.amount for line in block.lines] == [3]
    assert (block.rest.amount, block.rest.charges) == (3, 2)


def test_too_many_charges__are_not_read_but_their_sum_is_known(monkeypatch):
    monkeypatch.setitem(spending_report.MOST_CHARGES, Grouping.PRODUCT, 1)
    charge()
    assert report(MARCH, Grouping.PRODUCT).limit is None
    charge()

    found = report(MARCH, Grouping.PRODUCT)
    assert found.limit == 1
    assert [(one.amount, one.lines) for one in found.blocks] == [(2 * HALF, [])]
    assert report(MARCH, Grouping.DAY).limit is None


@pytest.mark.parametrize(
    ("grouping", "queries"),
    [("day", 2), ("month", 2), ("engine", 2), ("product", 3), ("person", 2)],
)
def test_queries__are_as_many_for_any_number_of_charges(
    django_assert_num_queries, grouping, queries
):
    for number in range(4):
        charge(try_on=make_try_on(), currency=["CNY", "USD"][number % 2], charged_on=MARCH.first)

    with django_assert_num_queries(queries):
        report(MARCH, Grouping(grouping))
