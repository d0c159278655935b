"""Try-ons of an engine that has ended are made by another one, and each is paid for once."""

from __future__ import annotations

import pytest

from django_outfitanyone import actions
from django_outfitanyone.choices import Status
from django_outfitanyone.models import Account, Charge, TryOnResult
from tests.factories import make_garment, make_model_image, make_try_on
from tests.work import running_try_on, work

pytestmark = pytest.mark.django_db


def test_engine_that_is_gone__its_rows_are_made_by_the_other(remote):
    sold = Account.objects.create(name="sold")
    photo = make_model_image()
    rows = [
        make_try_on(status=status, account=sold, model_image=photo, garments=[make_garment()])
        for status in (Status.QUEUED, Status.FAILED)
    ]

    moved = actions.move_to_engine(TryOnResult.objects.all(), engine="default")
    work()

    assert moved.moving == rows
    for row in rows:
        row.refresh_from_db()
        assert (row.status, row.account_id) == (Status.SUCCEEDED, "default")
    assert Charge.objects.filter(remote_model="aitryon-plus").count() == 2


def test_row_that_the_engine_works_on__is_not_paid_twice(remote):
    row = running_try_on()

    moved = actions.move_to_engine(TryOnResult.objects.all(), engine="default", model="aitryon")
    work()

    row.refresh_from_db()
    assert moved.moving == []
    assert (row.status, row.remote_model) == (Status.SUCCEEDED, "aitryon-plus")
    assert Charge.objects.filter(try_on=row, remote_model="aitryon-plus").exists()
    assert not Charge.objects.filter(remote_model="aitryon").exists()
