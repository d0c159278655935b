"""Candidates and kinds of garments over the API."""

from __future__ import annotations

import pytest

from django_outfitanyone.models import TryOnResult
from tests.factories import make_garment, make_model_image, make_try_on

KEY = {"HTTP_IDEMPOTENCY_KEY": "order-4711"}


@pytest.fixture
def client(staff_with):
    return staff_with("add_tryonresult", "view_tryonresult", "change_tryonresult")


@pytest.fixture
def body(db):
    return {"model_image": make_model_image().pk, "garments": [make_garment().pk]}


def test_create__count_makes_candidates_that_a_filter_lists(client, body):
    response = client.post_json("try-ons/", {**body, "count": 3, "seed": 7})

    job = response.json()["job"]
    listed = client.get(f"try-ons/?candidates={job['candidates']}").json()["results"]
    assert response.status_code == 202
    assert (job["candidate"], job["seed"], job["is_chosen"]) == (1, 7, False)
    assert [(row["job"]["candidate"], row["job"]["seed"]) for row in listed] == [
        (3, 9),
        (2, 8),
        (1, 7),
    ]


def test_create__count_with_a_key_is_one_request(client, body):
    for _ in range(2):
        assert client.post_json("try-ons/", {**body, "count": 2}, **KEY).status_code == 202
    assert TryOnResult.objects.count() == 2

    other = client.post_json("try-ons/", {**body, "count": 2, "seed": 1}, **KEY)
    assert (other.status_code, other.json()["code"]) == (422, "IdempotencyKeyReused")


@pytest.mark.parametrize("change", [{"count": 0}, {"count": 5}, {"seed": -1}, {"seed": 2**31}])
def test_create__impossible_number_is_a_field_error(client, body, change):
    response = client.post_json("try-ons/", {**body, **change})

    assert response.status_code == 400
    assert list(response.json()["field_errors"]) == list(change)


def test_create__kind_that_the_engine_cannot_wear_is_refused(client, body):
    body["garments"].append(make_garment("shoes").pk)
    bulk = {"garments": body["garments"], "model_images": [body["model_image"]]}

    for path, data in (("", body), ("bulk/", bulk), ("estimate/", bulk)):
        response = client.post_json(f"try-ons/{path}", data)
        assert (response.status_code, response.json()["code"]) == (422, "KindNotWorn")
    assert not TryOnResult.objects.exists()


def test_create__outfit_of_four_pieces(client, body, wears_everything):
    wears_everything()
    kinds = ["hat", "shoes", "bottom"]
    body["garments"] += [make_garment(kind).pk for kind in kinds]

    response = client.post_json("try-ons/", body)

    assert response.status_code == 202
    shown = [garment["kind"] for garment in response.json()["garments"]]
    assert shown == ["top", "bottom", "shoes", "hat"]


def test_bulk__counts_every_candidate(client, body):
    data = {"model_images": [body["model_image"]], "garments": body["garments"], "count": 4}

    assert client.post_json("try-ons/bulk/", data).json()["count"] == 4
    assert client.post_json("try-ons/estimate/", data).json()["count"] == 4


def test_another__is_a_try_on_of_its_own(client):
    result = make_try_on()

    first, second = (client.post_json(f"try-ons/{result.pk}/another/", **KEY) for _ in range(2))

    row = TryOnResult.objects.among_candidates(result).last()
    assert first.status_code == 202
    assert first["Location"].endswith(f"/try-ons/{row.pk}/")
    assert first.json()["id"] == second.json()["id"] == row.pk
    assert first.json()["job"]["candidates"] == str(result.candidates)
    assert TryOnResult.objects.count() == 2


def test_another__key_of_another_request_is_refused(client, body):
    client.post_json("try-ons/", body, **KEY)

    response = client.post_json(f"try-ons/{make_try_on().pk}/another/", **KEY)

    assert (response.status_code, response.json()["code"]) == (422, "IdempotencyKeyReused")


@pytest.mark.parametrize("action", ["another", "choose"])
def test_unfinished_picture_is_a_conflict(client, action):
    try_on = make_try_on(status="failed")

    response = client.post_json(f"try-ons/{try_on.pk}/{action}/")

    assert (response.status_code, response.json()["code"]) == (409, "NotFinished")


def test_choose__approves_one_and_rejects_the_others(client):
    first = make_try_on()
    second = make_try_on(candidates=first.candidates, candidate=2)

    response = client.post_json(f"try-ons/{second.pk}/choose/")

    assert response.status_code == 200
    assert (response.json()["job"]["review"], response.json()["job"]["is_chosen"]) == (
        "approved",
        True,
    )
    first.refresh_from_db()
    assert (first.review, first.is_chosen) == ("rejected", None)
