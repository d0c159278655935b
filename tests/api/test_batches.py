"""Batches in the API: their names, progress and costs, and changes of all their try-ons."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest

from django_outfitanyone import actions
from django_outfitanyone.choices import Status
from django_outfitanyone.models import Batch, TryOnResult
from tests.api.client import Client
from tests.batches import requested_batch, rows_of, statuses_of
from tests.factories import make_exact_staff, make_garment, make_model_image

pytestmark = pytest.mark.django_db

PERSON = {"error_code": "InvalidPerson", "error_message": "No human body."}
RIGHTS = ("add_tryonresult", "change_tryonresult", "view_garment", "view_modelimage", "generate")


def client_of(user):
    client = Client()
    client.force_authenticate(user)
    return client


@pytest.fixture
def client():
    return client_of(make_exact_staff(*RIGHTS, "see_costs"))


@pytest.fixture
def batch():
    return requested_batch(3, name="Summer")


def fail(batch, *, count, **columns):
    for row in rows_of(batch)[:count]:
        TryOnResult.objects.filter(pk=row.pk).update(status=Status.FAILED, due_at=None, **columns)


class TestName:
    def order(self, **fields):
        garments = [make_garment().pk, make_garment().pk]
        return {"model_images": [make_model_image().pk], "garments": garments, **fields}

    def test_is_given_with_the_request(self, client):
        answer = client.post_json("try-ons/bulk/", self.order(batch_name="Summer")).json()

        assert client.get(f"batches/{answer['batch']}/").json()["name"] == "Summer"

    def test_says_what_was_requested_without_one(self, client):
        answer = client.post_json("try-ons/bulk/", self.order()).json()

        name = client.get(f"batches/{answer['batch']}/").json()["name"]
        assert name.startswith("2 garments on 1 photo")

    def test_names_the_candidates_of_one_request(self, client):
        order = {"model_image": make_model_image().pk, "garments": [make_garment().pk]}
        client.post_json("try-ons/", {**order, "count": 2, "batch_name": "Two"})

        assert Batch.objects.get().name == "Two"

    def test_repeated_request_makes_no_second_batch(self, client):
        order = self.order(batch_name="Summer")
        key = {"HTTP_IDEMPOTENCY_KEY": "once"}
        first = client.post_json("try-ons/bulk/", order, **key).json()

        assert client.post_json("try-ons/bulk/", order, **key).json() == first
        assert Batch.objects.count() == 1

    def test_too_long_is_refused(self, client):
        response = client.post_json("try-ons/bulk/", self.order(batch_name="x" * 201))

        assert response.status_code == 400

    def test_can_be_changed(self, client, batch):
        path = f"batches/{batch.pk}/"
        answer = client.patch(path, {"name": " Autumn "}, format="json")

        assert answer.json()["name"] == "Autumn"
        assert client.patch(path, {"name": ""}, format="json").status_code == 400


class TestRead:
    def test_list_has_the_newest_first_with_their_counts(self, client, batch):
        fail(batch, count=1)
        second = requested_batch(2, name="Second")
        rows = client.get("batches/").json()["results"]

        assert [row["id"] for row in rows] == [str(second.pk), str(batch.pk)]
        assert rows[1]["counts"] == {
            "total": 3,
            "open": 2,
            "unsent": 2,
            "ready": 0,
            "failed": 1,
            "canceled": 0,
            "unclear": 0,
            "replaced": 0,
        }
        assert (rows[1]["name"], rows[1]["state"]) == ("Summer", "running")

    def test_list_takes_the_same_queries_however_long_it_is(
        self, client, batch, django_assert_max_num_queries
    ):
        for _number in range(3):
            requested_batch()
        with django_assert_max_num_queries(12):
            assert len(client.get("batches/").json()["results"]) == 4

    def test_list_has_pages(self, client, batch):
        requested_batch()
        first = client.get("batches/?page_size=1").json()
        second = client.get(first["next"]).json()

        assert [row["id"] for row in second["results"]] == [str(batch.pk)]

    @pytest.mark.parametrize(
        ("change", "state"),
        [
            (actions.pause_batch, "paused"),
            (actions.cancel_batch, "finished"),
            (lambda batch: Batch.objects.mark_canceled(batch.pk), "canceling"),
        ],
        ids=["paused", "canceled", "being canceled"],
    )
    def test_state(self, client, batch, change, state):
        change(batch)

        assert client.get(f"batches/{batch.pk}/").json()["state"] == state

    def test_causes_of_failures_say_what_to_do(self, client, batch):
        fail(batch, count=2, **PERSON)
        (failure,) = client.get(f"batches/{batch.pk}/").json()["failures"]

        assert (failure["code"], failure["count"]) == ("InvalidPerson", 2)
        assert failure["fixed_by"] == "shop"
        assert failure["advice"]
        assert set(failure["model_images"]) == {row.model_image_id for row in rows_of(batch)[:2]}

    def test_costs_are_told_to_who_may_see_them(self, client, batch):
        TryOnResult.objects.update(cost=Decimal("0.5"), currency="CNY")
        path = f"batches/{batch.pk}/"
        others = client_of(make_exact_staff(*RIGHTS))

        assert {name: Decimal(cost) for name, cost in client.get(path).json()["costs"].items()} == {
            "CNY": Decimal("1.5")
        }
        assert others.get(path).json()["costs"] is None
        assert others.get("batches/").json()["results"][0]["costs"] is None

    def test_open_batch_says_when_to_ask_again(self, client, batch):
        assert client.get(f"batches/{batch.pk}/").headers["Retry-After"]
        actions.cancel_batch(batch)
        assert "Retry-After" not in client.get(f"batches/{batch.pk}/").headers

    def test_unknown_batch_is_not_found(self, client):
        assert client.get(f"batches/{uuid.uuid4()}/").status_code == 404
        assert client.get("batches/17/").status_code == 404


class TestVisibility:
    def test_visitors_see_none(self, batch):
        assert Client().get("batches/").json()["results"] == []
        assert Client().get(f"batches/{batch.pk}/").status_code == 404

    def test_users_see_their_own(self, batch):
        user = make_exact_staff("add_tryonresult", "generate")
        own = requested_batch(requested_by=user)
        client = client_of(user)

        assert client.ids("batches/") == [str(own.pk)]
        assert client.post_json(f"batches/{batch.pk}/pause/").status_code == 404
        assert client.post_json(f"batches/{own.pk}/pause/").status_code == 200

    def test_visitors_change_nothing(self, batch):
        assert Client().post_json(f"batches/{batch.pk}/pause/").status_code in {401, 403}


class TestChanges:
    def test_pause_and_resume(self, client, batch):
        path = f"batches/{batch.pk}"
        paused = client.post_json(f"{path}/pause/").json()
        assert (paused["state"], bool(paused["paused_at"])) == ("paused", True)
        assert all(row.is_paused for row in rows_of(batch))

        refused = client.post_json(f"{path}/pause/")
        assert (refused.status_code, refused.json()["code"]) == (409, "AlreadyPaused")

        assert client.post_json(f"{path}/resume/").json()["state"] == "running"
        refused = client.post_json(f"{path}/resume/")
        assert (refused.status_code, refused.json()["code"]) == (409, "NotPaused")

    def test_pause_names_who_paused_it(self, client, batch):
        client.post_json(f"batches/{batch.pk}/pause/")

        assert Batch.objects.get().paused_by is not None

    def test_cancel(self, client, batch):
        TryOnResult.objects.filter(pk=rows_of(batch)[0].pk).update(status=Status.COLLECTING)
        answer = client.post_json(f"batches/{batch.pk}/cancel/").json()

        assert (answer["counts"]["canceled"], answer["state"]) == (2, "running")
        assert statuses_of(batch) == [Status.COLLECTING, Status.CANCELED, Status.CANCELED]
        refused = client.post_json(f"batches/{batch.pk}/cancel/")
        assert (refused.status_code, refused.json()["code"]) == (409, "NothingToCancel")


class TestRetry:
    def test_by_cause_leaves_the_others(self, client, batch):
        fail(batch, count=3, error_code="InvalidGarment")
        fail(batch, count=2, **PERSON)
        path = f"batches/{batch.pk}"
        failures = client.get(f"{path}/").json()["failures"]
        cause = next(one["cause"] for one in failures if one["code"] == "InvalidPerson")
        answer = client.post_json(f"{path}/retry/", {"cause": cause}).json()

        assert (answer["retried"], answer["staying"]) == (2, [])
        assert answer["batch"]["counts"]["failed"] == 1
        assert statuses_of(batch) == [Status.QUEUED, Status.QUEUED, Status.FAILED]

    def test_without_a_cause_is_of_all_but_what_is_unclear(self, client, batch):
        fail(batch, count=2)
        TryOnResult.objects.filter(pk=rows_of(batch)[2].pk).update(status=Status.NEEDS_ATTENTION)
        answer = client.post_json(f"batches/{batch.pk}/retry/").json()

        assert answer["retried"] == 2
        assert statuses_of(batch)[2] == Status.NEEDS_ATTENTION

    def test_says_what_cannot_be_retried(self, client, batch):
        fail(batch, count=1)
        rows_of(batch)[0].model_image.delete()
        answer = client.post_json(f"batches/{batch.pk}/retry/").json()

        assert answer["retried"] == 0
        assert [one["count"] for one in answer["staying"]] == [1]


class TestReplacePhoto:
    def cause(self, client, batch):
        return client.get(f"batches/{batch.pk}/").json()["failures"][0]["cause"]

    def test_requests_new_try_ons_in_the_batch(self, client, batch):
        fail(batch, count=2, **PERSON)
        photo = make_model_image()
        order = {"cause": self.cause(client, batch), "model_image": photo.pk}
        path = f"batches/{batch.pk}/replace-photo/"

        priced = client.post_json(path, {**order, "dry_run": True}).json()
        assert (priced["try_ons"], priced["estimate"]["count"]) == ([], 2)
        assert len(rows_of(batch)) == 3

        answer = client.post_json(path, order).json()
        assert [row.pk for row in rows_of(batch)[3:]] == answer["try_ons"]
        assert answer["batch"]["counts"]["replaced"] == 2
        assert client.post_json(path, order).status_code == 409
        assert len(rows_of(batch)) == 5

    def test_inactive_photo_is_refused(self, client, batch):
        fail(batch, count=2, **PERSON)
        order = {"cause": self.cause(client, batch)}
        photo = make_model_image(is_active=False)
        path = f"batches/{batch.pk}/replace-photo/"

        assert client.post_json(path, {**order, "model_image": photo.pk}).status_code == 400
