from __future__ import annotations

import pytest
from django.utils import timezone

from django_outfitanyone.choices import GarmentKind, Review, Status
from django_outfitanyone.models import Account, TryOnResult
from tests.factories import make_garment, make_try_on

pytestmark = pytest.mark.django_db


class TestConstraints:
    def test_slot_holds_one_row_of_an_account(self, refused_by_database):
        make_try_on(status=Status.RUNNING, slot=1)
        make_try_on(status=Status.RUNNING, slot=1, account=Account.objects.create(name="other"))
        with refused_by_database():
            make_try_on(status=Status.RUNNING, slot=1)

    def test_rows_without_a_slot_do_not_conflict(self):
        make_try_on(status=Status.QUEUED)
        make_try_on(status=Status.QUEUED)

        assert TryOnResult.objects.count() == 2

    def test_task_belongs_to_one_row(self, refused_by_database):
        make_try_on(status=Status.RUNNING, remote_task_id="t-1")
        with refused_by_database():
            make_try_on(status=Status.RUNNING, remote_task_id="t-1")

    def test_number_in_a_batch_is_unique(self, refused_by_database):
        first = make_try_on(status=Status.QUEUED)
        with refused_by_database():
            make_try_on(status=Status.QUEUED, batch=first.batch)

    @pytest.mark.parametrize(
        "columns",
        [
            {"status": "sleeping"},
            {"status": Status.SUCCEEDED, "image": ""},
            {"status": Status.RUNNING, "remote_task_id": None},
            {"published_at": timezone.now()},
            {"review": "splendid"},
            {"is_chosen": True},
            {"is_chosen": False},
        ],
        ids=[
            "unknown status",
            "success without a picture",
            "running without a task",
            "published but not approved",
            "unknown review",
            "chosen but not approved",
            "false instead of null",
        ],
    )
    def test_contradictory_row_is_refused(self, refused_by_database, columns):
        try_on = make_try_on(status=Status.QUEUED)
        with refused_by_database():
            TryOnResult.objects.filter(pk=try_on.pk).update(**columns)

    def test_published_result_cannot_be_rejected(self, refused_by_database):
        make_try_on(review=Review.APPROVED, published_at=timezone.now())
        with refused_by_database():
            TryOnResult.objects.update(review=Review.REJECTED)

    def test_one_of_the_candidates_is_chosen(self, refused_by_database):
        chosen = {"review": Review.APPROVED, "is_chosen": True}
        first = make_try_on(**chosen)
        make_try_on(candidates=first.candidates, review=Review.APPROVED)
        make_try_on(candidates=first.candidates)
        make_try_on(**chosen)
        with refused_by_database():
            make_try_on(candidates=first.candidates, **chosen)


def test_garments__top_comes_first():
    bottom, top = make_garment(GarmentKind.BOTTOM), make_garment()

    assert make_try_on(garments=[bottom, top]).garments == [top, bottom]


@pytest.mark.parametrize(
    ("kind", "clothes_type"), [("top", "upper"), ("bottom", "lower"), ("one_piece", "dress")]
)
def test_garment_on__area_of_each_kind(kind, clothes_type):
    garment = make_garment(kind)
    try_on = make_try_on(garments=[garment])

    assert try_on.garment_on(clothes_type) == garment
    assert try_on.garment_on(None) is None


def test_str__names_garments_and_photo():
    try_on = make_try_on()

    assert str(try_on) == f"{try_on.garments[0]} / {try_on.model_image}"


def test_deleted_garment__leaves_the_picture():
    try_on = make_try_on()
    try_on.garments[0].product.delete()
    try_on.refresh_from_db()

    assert try_on.image
    assert try_on.garments == []
    assert str(try_on).startswith("? / ")


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, True),
        ({"image": "stored.jpg"}, False),
        ({"remote_task_id": None}, False),
        ({"image_count": 0}, False),
        ({"status": Status.CANCELED}, False),
    ],
    ids=["paid and not stored", "stored", "no task", "not paid", "not failed"],
)
def test_can_be_downloaded(columns, expected):
    columns = {"status": Status.FAILED, "remote_task_id": "t-1", "image_count": 1, **columns}

    assert make_try_on(**columns).can_be_downloaded is expected
