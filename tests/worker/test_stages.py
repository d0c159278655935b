"""Outfits with more pieces than the engine wears in one call."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.base import ContentFile

from django_outfitanyone.actions import retry
from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.exceptions import (
    InputRejected,
)
from django_outfitanyone.models import Charge, TryOnResult
from tests.drawing import picture
from tests.toy_engines import Base64Engine
from tests.work import step, work
from tests.worker.toy_try_ons import requested

pytestmark = pytest.mark.django_db


def finish_first_stage(try_on):
    for _step in range(10):
        if not try_on.stage:
            step(try_on)
    assert (try_on.stage, try_on.status) == (1, Status.PREPARING)


class TestStages:
    def test_outfit_takes_one_call_for_each_garment(self, use):
        notes = use(Base64Engine, PARSE_RESULTS=False)
        try_on = requested(GarmentKind.TOP, GarmentKind.BOTTOM)
        work(try_on)

        first, second = notes.orders
        assert [[one.kind for one in order.garments] for order in notes.orders] == [
            ["top"],
            ["bottom"],
        ]
        assert first.person.sha256 == try_on.model_image.sha256
        with try_on.stage_image.open() as file:
            assert second.person.read() == file.read()
        assert (first.keep, second.keep) == ("lower", "upper")
        assert (try_on.status, try_on.stage) == (Status.SUCCEEDED, 1)

    def test_each_stage_is_charged(self, use):
        use(Base64Engine, PARSE_RESULTS=False)
        try_on = requested(GarmentKind.TOP, GarmentKind.BOTTOM)
        work(try_on)

        charges = Charge.objects.filter(try_on=try_on)
        assert [charge.amount for charge in charges] == [Decimal("0.5"), Decimal("0.5")]
        assert len({charge.task_id for charge in charges}) == 2
        assert (try_on.image_count, try_on.cost) == (2, Decimal(1))

    def test_later_stage_that_fails_keeps_what_was_paid_and_goes_on_from_there(self, use):
        notes = use(Base64Engine, PARSE_RESULTS=False)
        try_on = requested(GarmentKind.TOP, GarmentKind.BOTTOM)
        finish_first_stage(try_on)
        notes.before = [InputRejected("creased", code="Creased")]
        work(try_on)
        assert (try_on.status, try_on.error_code, try_on.stage) == (Status.FAILED, "Creased", 1)
        assert try_on.cost == Decimal("0.5")
        retry(try_on)
        work(try_on)

        assert try_on.status == Status.SUCCEEDED
        assert notes.paid == 2
        assert try_on.cost == Decimal(1)

    def test_retry_with_another_garment_starts_with_the_first_stage(self, use):
        notes = use(Base64Engine, PARSE_RESULTS=False)
        try_on = requested(GarmentKind.TOP, GarmentKind.BOTTOM)
        finish_first_stage(try_on)
        notes.before = [InputRejected("creased", code="Creased")]
        work(try_on)
        bottom = try_on.garments[1]
        bottom.image.save("new.jpg", ContentFile(picture(99)))
        retry(TryOnResult.objects.get(pk=try_on.pk))
        try_on.refresh_from_db()

        assert (try_on.stage, try_on.stage_image.name) == (0, "")
