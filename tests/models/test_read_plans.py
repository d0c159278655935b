"""Which index each database reads the pictures of visitors with, and that it reads no others."""

from __future__ import annotations

import uuid
from copy import copy

import pytest
from django.db import connection
from django.utils import timezone

from django_outfitanyone.choices import Review
from django_outfitanyone.models import ModelImage, TryOnResult, WornGarment
from tests.factories import make_garment, make_model_image, make_try_on

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        connection.vendor == "mysql", reason="ANALYZE TABLE ends the transaction of a test"
    ),
]

EACH = 400
LOOKS = 10
OF_RARE_PHOTO = 40
"""One try-on in so many is on the second photo."""

needs_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="the index is on PostgreSQL only",
)


@pytest.fixture
def garment():
    """Make published try-ons and as many newer ones that are not; return the garment of all."""
    garment = make_garment()
    first = make_try_on(garments=[])
    photos = [make_model_image(), *[first.model_image] * (OF_RARE_PHOTO - 1)]
    shown = {"review": Review.APPROVED, "published_at": timezone.now()}
    for columns in (shown, {}):
        rows = [_copy(first, model_image=photos[number % OF_RARE_PHOTO]) for number in range(EACH)]
        for row in rows:
            row.__dict__.update(columns)
        TryOnResult.objects.bulk_create(rows)
    worn = {"garment": garment, "position": 0, "kind": garment.kind, "area": "upper"}
    keys = TryOnResult.objects.exclude(pk=first.pk).values_list("pk", flat=True)
    WornGarment.objects.bulk_create(WornGarment(try_on_id=key, **worn) for key in keys)
    _tell_the_planner()
    return garment


def _copy(row, **columns):
    found = copy(row)
    found.pk, found._state = None, copy(row._state)
    found._state.adding, found._state.fields_cache = True, {}
    found.batch, found.candidates = uuid.uuid4(), uuid.uuid4()
    for name, value in columns.items():
        setattr(found, name, value)
    return found


def _tell_the_planner():
    with connection.cursor() as cursor:
        for model in (TryOnResult, WornGarment):
            cursor.execute(f"ANALYZE {model._meta.db_table}")


def plan_of(rows):
    """Return the plan of the first rows; on PostgreSQL with how many rows each step dropped."""
    options = {"analyze": True} if connection.vendor == "postgresql" else {}
    return rows[:LOOKS].explain(**options)


def test_newest__are_read_without_the_newer_ones_that_are_not_published(garment):
    plan = plan_of(TryOnResult.objects.public())

    name = "newest" if connection.vendor == "postgresql" else "published"
    assert f"outfit_tryonresult_{name}" in plan
    assert "Removed by Filter" not in plan


def test_looks_on_a_photo__are_read_without_those_that_are_not_published(garment):
    photo = ModelImage.objects.order_by("pk").last()
    plan = plan_of(TryOnResult.objects.public().filter(model_image=photo))

    assert "outfit_tryonresult_photo_shown" in plan
    assert "Removed by Filter" not in plan


@needs_postgresql
def test_looks_of_a_garment__are_looked_up_among_the_published_ones(garment):
    with connection.cursor() as cursor:
        for other in ("hashjoin", "mergejoin", "seqscan", "bitmapscan", "sort"):
            # what PostgreSQL reads small tables with
            cursor.execute(f"SET LOCAL enable_{other} = off")
    plan = plan_of(TryOnResult.objects.public().for_garment(garment))

    assert "outfit_tryonresult_newest" in plan
    assert "Removed by Filter" not in plan
