"""An engine ends in the middle of a batch: every page still answers, and another one finishes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

from django_outfitanyone.actions import move_to_engine, request_try_ons
from django_outfitanyone.choices import UNSENT, Status
from django_outfitanyone.jobs.try_on import TryOnOptions
from django_outfitanyone.models import Account, Charge, SubmitRate, TryOnResult
from tests.admin.pages import address
from tests.api.client import Client
from tests.every_engine.cases import BY_NAME, CASES, each_engine, person
from tests.work import new_request, one_pass, work

pytestmark = pytest.mark.django_db

OTHER = {case.name: BY_NAME["flux_vto" if case.name != "flux_vto" else "p_image"] for case in CASES}
"""The engine that finishes what each engine has left."""
LATER = [case for case in CASES if case.name != "images_edits"]
"""The engines that create tasks."""


@pytest.fixture
def batch(shop, change):
    """Return a function that requests four pictures of an engine with these limits."""
    change(PARSE_RESULTS=False)

    def request(case, **limits):
        change(alias=case.name, entry=limits)
        options = TryOnOptions(engine=case.name, keep_other_half=False)
        return request_try_ons(
            [new_request(person=person()) for _number in range(4)], options=options
        )

    return request


def refreshed(rows):
    for row in rows:
        row.refresh_from_db()
    return rows


def statuses(rows):
    return sorted(row.status for row in refreshed(rows))


def check_doors(admin_client, rows):
    """Check that lists, pages, API and reports answer, whatever the settings have."""
    pages = [
        *(
            address(f"{model}_changelist")
            for model in ("tryonresult", "account", "charge", "clothesparse", "garment")
        ),
        *(address("tryonresult_change", row.pk) for row in rows),
        address("account_change", rows[0].account_id),
        address("tryonresult_batch", rows[0].batch),
        address("tryonresult_batch_cards", rows[0].batch),
        address("tryonresult_add"),
    ]
    for page in pages:
        assert admin_client.get(page).status_code == 200, page
    api = Client()  # checks each answer against the schema
    api.force_authenticate(get_user_model().objects.get(is_superuser=True))
    for path in ("try-ons/", *(f"try-ons/{row.pk}/" for row in rows)):
        assert api.get(path).status_code == 200, path
    for command in ("outfitanyone_status", "outfitanyone_engines"):
        call_command(command)


def finish_at(other, rows):
    """Move what may go to the other engine, run to the end, and return what moved."""
    everything = TryOnResult.objects.filter(pk__in=[row.pk for row in rows])
    moved = move_to_engine(everything, engine=other.name)
    work(*moved.moving)
    assert {row.status for row in moved.moving} == {Status.SUCCEEDED}
    return moved


def paid(rows):
    """Return account and amount of each charge, and check that no row was charged twice."""
    charges = Charge.objects.filter(try_on__in=rows)
    assert charges.values("try_on").distinct().count() == charges.count()
    return sorted(charges.values_list("account", "amount"))


@pytest.mark.slow
@each_engine
def test_account_that_stops__in_the_middle_of_a_batch(shop, batch, case, admin_client, capsys):
    rows, other = batch(case, SUBMITS="1/600s"), OTHER[case.name]
    while not [row for row in refreshed(rows) if row.status == Status.SUCCEEDED]:
        one_pass()
    shop.faults.add("error", engine=case.name, endpoint="submit", code=case.unpaid, times=None)
    SubmitRate.objects.all().delete()
    while not Account.objects.get(pk=case.name).is_stopped:
        one_pass()
    made = [row for row in refreshed(rows) if row.status == Status.SUCCEEDED]
    assert {row.status for row in rows if row not in made} <= UNSENT
    assert len(made) == 1
    check_doors(admin_client, rows)
    refused = case.submits(shop)

    moved = finish_at(other, rows)

    assert moved.moving == [row for row in rows if row not in made]
    assert [row for row, _reason in moved.staying] == made
    assert paid(rows) == sorted(
        [(case.name, Decimal(case.one[0]))] * len(made)
        + [(other.name, Decimal(other.one[0]))] * len(moved.moving)
    )
    assert (case.submits(shop), other.submits(shop)) == (refused, len(moved.moving))
    check_doors(admin_client, rows)


@pytest.mark.slow
@pytest.mark.parametrize("case", LATER, ids=lambda case: case.name)
def test_alias_that_is_removed__while_two_pictures_are_being_made(
    shop, batch, settings, change, engine, case, admin_client, capsys
):
    engine.pause()
    rows, other = batch(case, CONCURRENT_TASKS=2), OTHER[case.name]
    while TryOnResult.objects.running().count() < 2:
        one_pass()
    before = settings.OUTFITANYONE
    change(alias=case.name)
    engine.resume()
    check_doors(admin_client, rows)
    for _pass in range(3):
        one_pass()
    running = [row for row in refreshed(rows) if row.status == Status.RUNNING]

    moved = finish_at(other, rows)

    assert [row for row, _reason in moved.staying] == running
    assert len(running) == len(moved.moving) == 2
    check_doors(admin_client, rows)

    settings.OUTFITANYONE = before  # the engine is back
    work(*running)

    assert statuses(rows) == [Status.SUCCEEDED] * 4
    assert case.submits(shop) == other.submits(shop) == 2
    assert paid(rows) == sorted(
        [(case.name, Decimal(case.one[0])), (other.name, Decimal(other.one[0]))] * 2
    )
