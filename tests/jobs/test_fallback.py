"""Which try-ons leave an engine that cannot go on, and what people are told of the others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.jobs.fallback import FallbackOrder, left_to_choose, why_waiting
from django_outfitanyone.jobs.move import CHUNK
from django_outfitanyone.models import Account, TryOnResult
from django_outfitanyone.models.job_status import BLOCKED
from tests.factories import make_charge, make_garment, make_model_image
from tests.jobs.fallbacks import stop, toy, waiting

pytestmark = pytest.mark.django_db


def found_waiting():
    """Return the try-ons that wait for nothing but an engine."""
    rows = [rows for source in FallbackOrder.read().sources for rows in source.waiting()]
    keys = [pk for one in rows for pk in one.values_list("pk", flat=True)]
    return [row.pk for row in left_to_choose(keys)]


class TestSources:
    @pytest.fixture(autouse=True)
    def _shop(self, shop):
        shop(second=toy("0.40"))

    def test_account_that_goes_on_is_none(self):
        Account.of("second")

        assert [source.account.pk for source in FallbackOrder.read().sources] == ["first"]

    def test_account_whose_alias_is_gone(self):
        Account.objects.create(name="gone")
        row = waiting(account_id="gone")

        assert found_waiting() == [row.pk]

    def test_model_that_has_ended_leaves_the_others_where_they_are(self, describe):
        Account.objects.update(stopped_at=None)
        describe("toy-1", ends_on=timezone.localdate())
        ended = waiting()
        _other_model = waiting(remote_model="toy-2")

        assert found_waiting() == [ended.pk]

    def test_end_that_is_announced_only_changes_nothing(self, describe):
        Account.objects.update(stopped_at=None)
        describe("toy-1", ends_on=timezone.localdate() + timedelta(days=1))

        assert FallbackOrder.read().sources == []

    def test_sandbox_has_no_end(self, shop, describe):
        shop(first=toy(BASE_URL="http://127.0.0.1:9/v1"), second=toy("0.40"))
        Account.objects.update(stopped_at=None)
        describe("toy-1", ends_on=timezone.localdate())

        assert FallbackOrder.read().sources == []

    @pytest.mark.parametrize("status", set(Status) - {Status.QUEUED, Status.PREPARING})
    def test_only_try_ons_that_wait_are_found(self, status):
        """Failed and canceled ones may move too, but a person decides about them."""
        waiting(status=status)

        assert found_waiting() == []

    def test_try_on_that_may_have_been_paid_for_is_not_found(self):
        waiting(submitted_at=timezone.now())
        waiting(stage=1, image_count=1)
        make_charge(try_on=waiting())

        assert found_waiting() == []

    def test_try_on_of_a_paused_batch_is_not_found(self):
        waiting(due_at=None)

        assert found_waiting() == []

    def test_try_on_that_waits_for_a_decision_is_not_found(self):
        waiting(status=Status.PREPARING, error_code=BLOCKED)

        assert found_waiting() == []

    @pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.RUNNING, Status.COLLECTING])
    def test_try_on_that_reuses_an_identical_one_for_free_is_not_found(self, status):
        photo, garment = make_model_image(), make_garment()
        same = {"model_image": photo, "garments": [garment]}
        waiting(status=status, **same)
        waiting(**same)
        again = waiting(force_new=True, **same)

        assert found_waiting() == [again.pk]

    def test_try_on_that_waits_for_an_identical_one_at_work_is_not_found(self):
        photo, garment = make_model_image(), make_garment()
        same = {"model_image": photo, "garments": [garment]}
        soon = timezone.now() + timedelta(seconds=30)
        waiting(lease_token="worker", lease_expires_at=soon, **same)
        waiting(**same)

        assert found_waiting() == []


class TestReasons:
    def test_reasons_are_counted(self, shop):
        shop(second=toy("1.50"), third=toy("0.40"))
        stop("third")
        for _number in range(2):
            waiting()
        dress = waiting(garments=[make_garment(GarmentKind.ONE_PIECE)])

        most, other = why_waiting(TryOnResult.objects.all())

        assert (most.count, most.is_cut) == (2, False)
        assert most.reasons == (
            "Toy, toy-1 (second) would be dearer (USD 1.50 instead of USD 1.00)",
            "Toy, toy-1 (third) is stopped",
        )
        assert other.count == 1
        assert "cannot try on" in other.reasons[0]
        assert why_waiting(TryOnResult.objects.filter(pk=dress.pk)) == [other]

    def test_try_on_that_is_about_to_move_needs_no_reason(self, shop):
        shop(second=toy("0.40"))
        waiting()

        assert why_waiting(TryOnResult.objects.all()) == []

    def test_without_an_order_there_is_none_and_no_query(
        self, configure, django_assert_num_queries
    ):
        configure(FALLBACKS=[])
        with django_assert_num_queries(0):
            assert why_waiting(TryOnResult.objects.all()) == []

    def test_number_of_queries_does_not_grow(self, shop):
        shop(second=toy("1.50"))
        counts = []
        for _round in range(2):
            waiting()
            with CaptureQueriesContext(
                connection,
            ) as queries:
                why_waiting(TryOnResult.objects.all())
            counts.append(len(queries))

        assert counts[0] == counts[1]

    def test_large_batch_is_read_in_part(self, shop):
        shop(second=toy("1.50"))
        row = waiting()
        same = {"account_id": "first", "model_image": row.model_image, "remote_model": "toy-1"}
        TryOnResult.objects.bulk_create(
            TryOnResult(fingerprint=f"{number}", **same) for number in range(CHUNK)
        )

        (found,) = why_waiting(TryOnResult.objects.all())

        assert (found.count, found.is_cut) == (CHUNK, True)
