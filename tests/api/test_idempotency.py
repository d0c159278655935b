"""``Idempotency-Key``: the same request sent again is answered again, not paid again."""

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


def test_same_request__gives_the_same_try_on(client, body):
    first, second = (client.ask("try-ons/", body, **KEY) for _ in range(2))

    assert first.status_code == second.status_code == 202
    assert first.json() == second.json()
    assert first["Location"] == second["Location"]
    assert TryOnResult.objects.count() == 1


def test_same_request__later_gives_what_became_of_it(client, body):
    client.ask("try-ons/", body, **KEY)
    TryOnResult.objects.update(status=Status.FAILED, error_code="InvalidPerson")

    answer = client.ask("try-ons/", body, **KEY)

    assert answer.status_code == 200
    assert answer.json()["job"]["error"]["code"] == "InvalidPerson"
    assert "Retry-After" not in answer


def test_same_request__in_other_words_is_the_same(client, body):
    """Defaults that are spelt out, and garments in another order."""
    body["garments"].append(make_garment(GarmentKind.BOTTOM).pk)
    client.ask("try-ons/", body, **KEY)
    spelt_out = {**body, "garments": body["garments"][::-1], "resolution": -1, "model": ""}

    assert client.ask("try-ons/", spelt_out, **KEY).status_code == 202
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
def test_other_request__with_the_same_key_is_refused(client, body, change):
    client.ask("try-ons/", body, **KEY)
    if "garments" in change:
        change = {"garments": [make_garment().pk]}
    if "model_image" in change:
        change = {"model_image": make_model_image().pk}

    answer = client.ask("try-ons/", {**body, **change}, **KEY)

    assert (answer.status_code, answer.json()["code"]) == (422, "IdempotencyKeyReused")
    assert TryOnResult.objects.count() == 1


def test_bulk__is_one_batch_for_one_key(client, body):
    garments = [make_garment().pk, make_garment().pk]
    bulk = {"model_images": [body["model_image"]], "garments": garments}

    first, second = (client.ask("try-ons/bulk/", bulk, **KEY) for _ in range(2))
    shorter = client.ask("try-ons/bulk/", {**bulk, "garments": garments[:1]}, **KEY)
    longer = client.ask(
        "try-ons/bulk/", {**bulk, "garments": [*garments, *body["garments"]]}, **KEY
    )
    single = client.ask("try-ons/", {**body, "garments": garments[:1]}, **KEY)

    assert first.json() == second.json()
    assert {answer.status_code for answer in (shorter, longer, single)} == {422}
    assert TryOnResult.objects.count() == 2


def test_keys__of_two_users_are_two_keys(client, body, staff_with):
    client.ask("try-ons/", body, **KEY)
    other = staff_with("add_tryonresult").ask("try-ons/", body, **KEY)

    assert other.status_code == 202
    assert TryOnResult.objects.count() == 2


def test_no_key__is_a_new_try_on_each_time(client, body):
    for key in ({}, {}, {"HTTP_IDEMPOTENCY_KEY": ""}):
        assert client.ask("try-ons/", body, **key).status_code == 202
    assert TryOnResult.objects.count() == 3


def test_key__has_a_longest_form(client, body):
    fits = client.ask("try-ons/", body, HTTP_IDEMPOTENCY_KEY="k" * 255)
    too_long = client.ask("try-ons/", body, HTTP_IDEMPOTENCY_KEY="k" * 256)

    assert fits.status_code == 202
    assert too_long.status_code == 400
    assert list(too_long.json()["field_errors"]) == ["Idempotency-Key"]


def test_refused_request__does_not_use_up_its_key(client, body):
    assert client.ask("try-ons/", {**body, "model": "no-such"}, **KEY).status_code == 422
    assert client.ask("try-ons/", body, **KEY).status_code == 202
