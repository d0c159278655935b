"""``Idempotency-Key``: a repeated request returns the same try-ons and is not charged again."""

from __future__ import annotations

import pytest

from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.models import TryOnResult
from tests.factories import make_garment, make_model_image

KEY = {"HTTP_IDEMPOTENCY_KEY": "order-4711"}


@pytest.fixture
def client(staff_with):
    return staff_with("add_tryonresult")


@pytest.fixture
def body(db):
    return {"model_image": make_model_image().pk, "garments": [make_garment().pk]}


def test_same_request__returns_the_same_try_on(client, body):
    first, second = (client.post_json("try-ons/", body, **KEY) for _ in range(2))

    assert first.status_code == second.status_code == 202
    assert first.json() == second.json()
    assert first["Location"] == second["Location"]
    assert TryOnResult.objects.count() == 1


def test_same_request__later_returns_the_result(client, body):
    client.post_json("try-ons/", body, **KEY)
    TryOnResult.objects.update(status=Status.FAILED, error_code="InvalidPerson")

    response = client.post_json("try-ons/", body, **KEY)

    assert response.status_code == 200
    assert response.json()["job"]["error"]["code"] == "InvalidPerson"
    assert "Retry-After" not in response


def test_same_request__may_be_written_differently(client, body):
    """Explicit defaults, and garments in another order."""
    body["garments"].append(make_garment(GarmentKind.BOTTOM).pk)
    client.post_json("try-ons/", body, **KEY)
    explicit = {**body, "garments": body["garments"][::-1], "resolution": -1, "model": ""}

    assert client.post_json("try-ons/", explicit, **KEY).status_code == 202
    assert TryOnResult.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"resolution": 1024},
        {"model": "aitryon"},
        {"keep_other_half": False},
        {"restore_face": False},
        {"force_new": True},
        {"garments": "others"},
        {"model_image": "other"},
    ],
)
def test_different_request__with_the_same_key_is_refused(client, body, change):
    client.post_json("try-ons/", body, **KEY)
    if "garments" in change:
        change = {"garments": [make_garment().pk]}
    if "model_image" in change:
        change = {"model_image": make_model_image().pk}

    response = client.post_json("try-ons/", {**body, **change}, **KEY)

    assert (response.status_code, response.json()["code"]) == (422, "IdempotencyKeyReused")
    assert TryOnResult.objects.count() == 1


def test_bulk__is_one_batch_for_one_key(client, body):
    garments = [make_garment().pk, make_garment().pk]
    bulk = {"model_images": [body["model_image"]], "garments": garments}

    first, second = (client.post_json("try-ons/bulk/", bulk, **KEY) for _ in range(2))
    shorter = client.post_json("try-ons/bulk/", {**bulk, "garments": garments[:1]}, **KEY)
    longer = client.post_json(
        "try-ons/bulk/", {**bulk, "garments": [*garments, *body["garments"]]}, **KEY
    )
    single = client.post_json("try-ons/", {**body, "garments": garments[:1]}, **KEY)

    assert first.json() == second.json()
    assert {response.status_code for response in (shorter, longer, single)} == {422}
    assert TryOnResult.objects.count() == 2


def test_keys__belong_to_the_user(client, body, staff_with):
    client.post_json("try-ons/", body, **KEY)
    other = staff_with("add_tryonresult").post_json("try-ons/", body, **KEY)

    assert other.status_code == 202
    assert TryOnResult.objects.count() == 2


def test_no_key__creates_a_new_try_on_each_time(client, body):
    for key in ({}, {}, {"HTTP_IDEMPOTENCY_KEY": ""}):
        assert client.post_json("try-ons/", body, **key).status_code == 202
    assert TryOnResult.objects.count() == 3


def test_key__has_a_maximum_length(client, body):
    fits = client.post_json("try-ons/", body, HTTP_IDEMPOTENCY_KEY="k" * 255)
    too_long = client.post_json("try-ons/", body, HTTP_IDEMPOTENCY_KEY="k" * 256)

    assert fits.status_code == 202
    assert too_long.status_code == 400
    assert list(too_long.json()["field_errors"]) == ["Idempotency-Key"]


def test_refused_request__does_not_use_up_its_key(client, body):
    assert client.post_json("try-ons/", {**body, "model": "no-such"}, **KEY).status_code == 422
    assert client.post_json("try-ons/", body, **KEY).status_code == 202
