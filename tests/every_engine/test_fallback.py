"""An engine without money in the middle of a batch: the rest goes on at one that is not dearer."""

from __future__ import annotations

from decimal import Decimal

import pytest

from django_outfitanyone.actions import request_try_ons
from django_outfitanyone.choices import UNSENT, GarmentKind, Status
from django_outfitanyone.jobs.fallback import why_waiting
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest
from django_outfitanyone.models import Account, Charge, SubmitRate, TryOnResult
from tests.every_engine.cases import BY_NAME, person
from tests.factories import make_garment
from tests.work import one_pass, work

pytestmark = pytest.mark.django_db

CHEAPER = [("outfit_anyone", "qwen_image"), ("flux_vto", "p_image")]
"""An engine, and one that makes the same outfit for less in the same currency."""
OUTFIT = (GarmentKind.TOP, GarmentKind.BOTTOM)
ROWS = 4


@pytest.fixture
def batch(shop, change):
    """Return a function that requests outfits of an engine, which has no money after the first."""
    change(PARSE_RESULTS=False)

    def request(case, *kinds):
        change(alias=case.name, entry={"SUBMITS": "1/600s"})
        rows = request_try_ons(
            [TryOnRequest.of(person(), map(make_garment, kinds)) for _number in range(ROWS)],
            options=TryOnOptions(engine=case.name),
        )
        passes_until(lambda: Status.SUCCEEDED in {row.status for row in refreshed(rows)})
        shop.faults.add("error", engine=case.name, endpoint="submit", code=case.unpaid, times=None)
        SubmitRate.objects.all().delete()
        passes_until(lambda: Account.objects.get(pk=case.name).is_stopped)
        return rows

    return request


def passes_until(is_done):
    for _pass in range(500):
        if is_done():
            return
        one_pass()
    raise AssertionError("not done after 500 passes")


def refreshed(rows):
    for row in rows:
        row.refresh_from_db()
    return rows


def paid(rows):
    """Return account and amount of each charge, and check that no row was charged twice."""
    charges = Charge.objects.filter(try_on__in=rows)
    assert charges.values("try_on").distinct().count() == charges.count()
    return sorted(charges.values_list("account", "amount"))


@pytest.mark.parametrize("names", CHEAPER, ids="-".join)
def test_rest_of_the_batch__is_made_by_the_cheaper_engine_and_paid_once(shop, batch, change, names):
    case, other = (BY_NAME[name] for name in names)
    change(FALLBACKS=[other.name])

    rows = batch(case, *OUTFIT)
    refused = case.submits(shop)
    work(*rows)

    assert {row.status for row in refreshed(rows)} == {Status.SUCCEEDED}
    assert sorted(row.account_id for row in rows) == sorted([case.name, *[other.name] * (ROWS - 1)])
    assert paid(rows) == sorted(
        [(case.name, Decimal(case.two[0])), *[(other.name, Decimal(other.two[0]))] * (ROWS - 1)]
    )
    assert (case.submits(shop), other.submits(shop)) == (refused, ROWS - 1)


def test_dearer_engine__is_sent_nothing_and_everything_waits(shop, batch, change):
    case, other = BY_NAME["p_image"], BY_NAME["flux_vto"]
    change(FALLBACKS=[other.name])

    rows = batch(case, *OUTFIT)
    for _pass in range(3):
        one_pass()

    waiting = [row for row in refreshed(rows) if row.status in UNSENT]
    assert len(waiting) == ROWS - 1
    assert {row.account_id for row in waiting} == {case.name}
    assert other.submits(shop) == 0
    assert paid(rows) == [(case.name, Decimal(case.two[0]))]
    (found,) = why_waiting(TryOnResult.objects.filter(batch=rows[0].batch))
    assert found.count == ROWS - 1
    assert "would be dearer (USD 0.0525 instead of USD 0.023)" in found.reasons[0]


def test_engines_that_run_out_of_money_one_after_the_other(shop, batch, change):
    """A top costs USD 0.075 at FASHN, 0.0475 at FLUX VTO and 0.015 at P-Image."""
    change(FALLBACKS=["flux_vto", "p_image"])
    empty = BY_NAME["flux_vto"]
    shop.faults.add("error", engine=empty.name, endpoint="submit", code=empty.unpaid, times=None)

    rows = batch(BY_NAME["fashn"], GarmentKind.TOP)
    work(*rows)

    made = [(row.account_id, row.status) for row in refreshed(rows)]
    assert sorted(made) == sorted(
        [("fashn", Status.SUCCEEDED), *[("p_image", Status.SUCCEEDED)] * (ROWS - 1)]
    )
    assert Charge.objects.filter(try_on__in=rows, account="flux_vto").count() == 0
    assert BY_NAME["p_image"].submits(shop) == ROWS - 1
