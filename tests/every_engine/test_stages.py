"""An outfit that takes two paid calls: what the first one made is never paid again."""

from __future__ import annotations

from decimal import Decimal

import pytest

from django_outfitanyone.actions import move_to_engine, request_try_on, retry
from django_outfitanyone.choices import Status
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest
from django_outfitanyone.models import Charge, SubmitRate, TryOnResult
from tests.every_engine.cases import BY_NAME, FOUR, TWO, person
from tests.factories import make_garment
from tests.work import one_pass, work

pytestmark = pytest.mark.django_db

OUTFITS = pytest.mark.parametrize(
    ("case", "kinds", "prices"),
    [(BY_NAME["fashn"], TWO, BY_NAME["fashn"].two), (BY_NAME["qwen_image"], FOUR, ("0.24",) * 2)],
    ids=["fashn", "qwen_image"],
)


@pytest.fixture
def after_first_stage(shop, change):
    """Return a function that requests an outfit and runs until its first stage is stored."""
    change(PARSE_RESULTS=False)

    def run(case, kinds):
        request = TryOnRequest.of(person(), [make_garment(kind) for kind in kinds])
        options = TryOnOptions(engine=case.name, keep_other_half=False)
        try_on = request_try_on(request, options=options)
        change(alias=case.name, entry={"SUBMITS": "1/600s"})  # the second call has to wait
        while not try_on.stage:
            one_pass()
            try_on.refresh_from_db()
        return try_on

    return run


def amounts(try_on):
    charges = Charge.objects.filter(try_on=try_on).order_by("pk")
    return list(charges.values_list("amount", flat=True))


@OUTFITS
def test_second_call_without_an_answer__a_person_retries_only_that_call(
    shop, change, after_first_stage, case, kinds, prices
):
    try_on = after_first_stage(case, kinds)
    shop.faults.add("drop-after", engine=case.name, endpoint="submit")
    change(alias=case.name, entry={"SUBMITS": "100/s"})
    SubmitRate.objects.all().delete()
    work(try_on)
    assert (try_on.status, try_on.stage) == (Status.NEEDS_ATTENTION, 1)
    assert case.submits(shop) == 2

    retry(try_on)
    work(try_on)

    assert try_on.status == Status.SUCCEEDED
    assert case.submits(shop) == 3
    assert amounts(try_on) == [Decimal(price) for price in prices]
    assert try_on.cost == sum(map(Decimal, prices))


@OUTFITS
def test_engine_that_is_gone_after_the_first_call__keeps_what_was_paid(
    settings, change, after_first_stage, case, kinds, prices
):
    try_on = after_first_stage(case, kinds)
    before = settings.OUTFITANYONE
    change(alias=case.name)

    moved = move_to_engine(TryOnResult.objects.all(), engine="p_image")

    assert moved.moving == []
    assert [row for row, _reason in moved.staying] == [try_on]
    settings.OUTFITANYONE = before  # the engine is back
    change(alias=case.name, entry={"SUBMITS": "100/s"})
    SubmitRate.objects.all().delete()
    work(try_on)
    assert try_on.status == Status.SUCCEEDED
    assert amounts(try_on) == [Decimal(price) for price in prices]
