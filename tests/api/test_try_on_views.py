"""Requesting, estimating, listing and reading try-ons."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from django.utils import timezone

from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.models import Account, TryOnResult
from tests.factories import make_garment, make_model_image, make_product, make_try_on


@pytest.fixture
def client(staff_with):
    """A client of a user who may only request try-ons."""
    return staff_with("add_tryonresult")


def test_create__returns_202_with_the_url_to_poll(client):
    photo, garment = make_model_image(), make_garment()

    response = client.post_json("try-ons/", {"model_image": photo.pk, "garments": [garment.pk]})

    row = TryOnResult.objects.get()
    assert response.status_code == 202
    assert response["Location"] == f"http://testserver/api/outfitanyone/v1/try-ons/{row.pk}/"
    assert response["Retry-After"] == "3"
    assert response.json() == client.get(response["Location"]).json()
    assert response.json()["status"] == "queued"
    assert response.json()["garments"][0]["id"] == garment.pk
    assert (row.model_image, row.garments) == (photo, [garment])
    assert row.requested_by == client.user


def test_create__has_the_default_options(client):
    body = {"model_image": make_model_image().pk, "garments": [make_garment().pk]}

    client.post_json("try-ons/", body)
    client.post("try-ons/", body, format="multipart")  # a form omits fields

    for row in TryOnResult.objects.all():
        assert row.keep == "lower"
        assert row.remote_model == "aitryon-plus"
        assert (row.resolution, row.restore_face, row.force_new) == (-1, True, False)


def test_create__sorts_garments_by_kind_and_takes_options(client):
    top, bottom = make_garment(), make_garment(GarmentKind.BOTTOM)

    response = client.post_json(
        "try-ons/",
        {
            "model_image": make_model_image().pk,
            "garments": [bottom.pk, top.pk, top.pk],
            "model": "aitryon",
            "keep_other_half": False,
            "resolution": 1280,
            "restore_face": False,
            "force_new": True,
        },
    )

    assert response.status_code == 202
    row = TryOnResult.objects.get()
    assert (row.garments, row.keep) == ([top, bottom], "")
    assert (row.remote_model, row.resolution) == ("aitryon", 1280)
    assert (row.restore_face, row.force_new) == (False, True)


def test_create__accepts_the_resolutions_of_the_settings(client, configure):
    body = {"model_image": make_model_image().pk, "garments": [make_garment().pk]}
    configure(RESOLUTIONS=[-1, 640])

    assert client.post_json("try-ons/", {**body, "resolution": 640}).status_code == 202
    assert TryOnResult.objects.get().resolution == 640
    refused = client.post_json("try-ons/", {**body, "resolution": 1024})
    assert list(refused.json()["field_errors"]) == ["resolution"]


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"garments": []}, 400, "Invalid", "garments"),
        ({"garments": [1, 2, 3]}, 400, "Invalid", "garments"),
        ({"garments": [10**30]}, 400, "Invalid", "garments.0"),
        ({"garments": "1"}, 400, "Invalid", "garments"),
        ({"garments": [999999]}, 400, "Invalid", "garments"),
        ({"model_image": 999999}, 400, "Invalid", "model_image"),
        ({"model_image": 10**30}, 400, "Invalid", "model_image"),
        ({"model_image": None}, 400, "Invalid", "model_image"),
        ({"resolution": 640}, 400, "Invalid", "resolution"),
        ({"keep_other_halff": False}, 400, "Invalid", "keep_other_halff"),
        ({"model": "aitryon-refiner"}, 422, "UnknownModel", None),
    ],
)
def test_create__invalid_request_is_refused_and_not_stored(client, change, status, code, field):
    body = {"model_image": make_model_image().pk, "garments": [make_garment().pk], **change}

    response = client.post_json("try-ons/", body)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert list(response.json()["field_errors"]) == ([field] if field else [])
    assert not TryOnResult.objects.exists()


def test_create__garments_must_be_wearable_together(client):
    garments = [make_garment().pk, make_garment().pk]

    response = client.post_json(
        "try-ons/", {"model_image": make_model_image().pk, "garments": garments}
    )

    assert (response.status_code, response.json()["code"]) == (422, "NotTogether")
    assert response.json()["fixed_by"] == "caller"


def test_create__invisible_rows_give_the_same_error_as_unknown_ones(client):
    hidden = make_garment(product=make_product(is_visible=False))
    retired = make_model_image(is_active=False)
    photo, garment = make_model_image(), make_garment()

    responses = [
        client.post_json("try-ons/", {"model_image": photo.pk, "garments": [hidden.pk]}),
        client.post_json("try-ons/", {"model_image": photo.pk, "garments": [hidden.pk + 1000]}),
        client.post_json("try-ons/", {"model_image": retired.pk, "garments": [garment.pk]}),
        client.post_json("try-ons/", {"model_image": retired.pk + 1000, "garments": [garment.pk]}),
    ]

    texts = [re.sub(r"\d+", "ID", response.content.decode()) for response in responses]
    assert [response.status_code for response in responses] == [400] * 4
    assert texts[0] == texts[1]
    assert texts[2] == texts[3]


def test_create__inactive_model_photos_are_refused_for_every_user(staff_with):
    client = staff_with("add_tryonresult", "view_modelimage")
    body = {"model_image": make_model_image(is_active=False).pk, "garments": [make_garment().pk]}

    assert client.post_json("try-ons/", body).status_code == 400


def test_create__without_an_api_key_names_the_setting(client, configure, monkeypatch):
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    configure(API_KEY="")
    body = {"model_image": make_model_image().pk, "garments": [make_garment().pk]}

    response = client.post_json("try-ons/", body)

    assert response.status_code == 503
    assert response.json()["code"] == "NotConfigured"
    assert response.json()["fixed_by"] == "developer"
    assert "DASHSCOPE_API_KEY" in response.json()["message"]
    assert not TryOnResult.objects.exists()


def test_bulk__combines_every_garment_with_every_model_photo_in_order(client):
    people = [make_model_image(), make_model_image()]
    garments = [make_garment(), make_garment(GarmentKind.BOTTOM)]

    response = client.post_json(
        "try-ons/bulk/",
        {
            "model_images": [one.pk for one in people],
            "garments": [one.pk for one in garments],
            "resolution": 1024,
        },
    )

    rows = list(TryOnResult.objects.order_by("pk"))
    assert response.status_code == 202
    assert response.json() == {
        "batch": str(rows[0].batch),
        "count": 4,
        "try_ons": [row.pk for row in rows],
    }
    assert [(row.model_image, row.garments) for row in rows] == [
        (person, [garment]) for person in people for garment in garments
    ]
    assert {row.resolution for row in rows} == {1024}
    assert sorted(client.ids(response["Location"])) == response.json()["try_ons"]


def test_bulk__as_outfits_pairs_tops_with_bottoms(client):
    garments = [make_garment(), make_garment(), make_garment(GarmentKind.BOTTOM)]

    response = client.post_json(
        "try-ons/bulk/",
        {
            "model_images": [make_model_image().pk],
            "garments": [one.pk for one in garments],
            "as_outfits": True,
        },
    )

    assert response.json()["count"] == 2
    assert all(len(row.garments) == 2 for row in TryOnResult.objects.all())


def test_bulk__number_of_queries_does_not_depend_on_the_number_of_ids(client):
    people = [make_model_image().pk for _ in range(5)]
    garments = [make_garment().pk for _ in range(5)]
    body = {"model_images": people, "garments": garments}
    client.post_json("try-ons/bulk/", {"model_images": people[:1], "garments": garments[:1]})

    with CaptureQueriesContext(connection) as queries:
        assert client.post_json("try-ons/bulk/", body).json()["count"] == 25
    assert len(queries) <= 10


def test_bulk__too_many_are_refused(client, monkeypatch):
    monkeypatch.setattr("django_outfitanyone.api.request_serializers.MAX_BATCH_SIZE", 3)
    body = {
        "model_images": [make_model_image().pk, make_model_image().pk],
        "garments": [make_garment().pk, make_garment().pk],
    }

    for path in ("try-ons/bulk/", "try-ons/estimate/"):
        response = client.post_json(path, body)
        assert (response.status_code, response.json()["code"]) == (422, "TooMany")
    assert not TryOnResult.objects.exists()


def test_estimate__returns_the_cost_and_stores_nothing(client):
    photo, garment = make_model_image(), make_garment()
    body = {"model_images": [photo.pk], "garments": [garment.pk], "keep_other_half": False}

    before = client.post_json("try-ons/estimate/", body)
    make_try_on(model_image=photo, garments=[garment])
    after = client.post_json("try-ons/estimate/", body)

    assert before.status_code == 200
    assert before.json() == {
        "count": 1,
        "reused": 0,
        "cost": "0.504",  # the picture and its parse
        "currency": "CNY",
        "other_costs": {},
        "is_sandbox": False,
        "seconds": 20,
        "budget_left": None,
        "is_over_budget": False,
    }
    assert after.json() == {
        "count": 1,
        "reused": 1,
        "cost": "0",
        "currency": "CNY",
        "other_costs": {},
        "is_sandbox": False,
        "seconds": 0,
        "budget_left": None,
        "is_over_budget": False,
    }
    assert TryOnResult.objects.count() == 1
    assert not Account.objects.exclude(name="default").exists()


def test_estimate__says_when_it_exceeds_the_budget(client, configure):
    configure(BUDGET_PER_DAY=Decimal("0.40"))
    body = {"model_images": [make_model_image().pk], "garments": [make_garment().pk]}
    found = client.post_json("try-ons/estimate/", body).json()

    assert (Decimal(found["budget_left"]), found["is_over_budget"]) == (Decimal("0.40"), True)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"stopped_at": timezone.now(), "stopped_message": "Pay first."}, "stopped: Pay first."),
        ({"next_submission_at": timezone.now() + timedelta(hours=1)}, "too many requests"),
        ({"budget_spent_until": timezone.now() + timedelta(hours=1)}, "BUDGET_PER_DAY"),
        ({}, None),
    ],
)
def test_job__says_what_it_waits_for(reader, configure, columns, reason):
    configure(BUDGET_PER_DAY=Decimal(0))
    waiting, running = make_try_on(status=Status.QUEUED), make_try_on(status=Status.RUNNING)
    Account.objects.update(**columns)
    jobs = {row["id"]: row["job"] for row in reader.get("try-ons/").json()["results"]}

    assert jobs[running.pk]["waits_for"] is None
    waits_for = jobs[waiting.pk]["waits_for"]
    assert reason in waits_for if reason else waits_for is None


def test_estimate__refuses_the_same_requests_as_create(client):
    body = {
        "model_images": [make_model_image().pk],
        "garments": [make_garment().pk],
        "model": "no-such-model",
    }

    assert client.post_json("try-ons/estimate/", body).json()["code"] == "UnknownModel"


def test_list__can_be_filtered(reader):
    top, bottom, photo = make_garment(), make_garment(GarmentKind.BOTTOM), make_model_image()
    matching = make_try_on(garments=[top, bottom], model_image=photo)
    other = make_try_on(status=Status.FAILED)

    for query in (
        f"product={top.product_id}",
        f"product={bottom.product_id}",
        f"garment={top.pk}",
        f"garment={bottom.pk}",
        f"model_image={photo.pk}",
        f"batch={matching.batch}",
        "status=succeeded",
        f"status=succeeded&garment={top.pk}",
    ):
        assert reader.ids(f"try-ons/?{query}") == [matching.pk], query
    assert reader.ids("try-ons/?status=failed") == [other.pk]
    assert reader.ids(f"try-ons/?batch={uuid.uuid4()}") == []


@pytest.mark.parametrize(
    "query", ["product=999999", "garment=x", "model_image=0", "status=done", "batch=1"]
)
def test_list__invalid_filter_is_named(reader, query):
    response = reader.get(f"try-ons/?{query}")

    assert response.status_code == 400
    assert list(response.json()["field_errors"]) == [query.partition("=")[0]]


def test_reading__only_unfinished_work_wakes_the_worker(reader, monkeypatch):
    wakeups = []
    monkeypatch.setattr("django_outfitanyone.wakeup.wake_if_idle", lambda: wakeups.append(1))
    finished = make_try_on()
    reader.get("try-ons/")
    reader.get(f"try-ons/{finished.pk}/")
    assert wakeups == []

    running = make_try_on(status=Status.RUNNING)
    assert reader.get("try-ons/")["Retry-After"] == "3"
    reader.get(f"try-ons/{running.pk}/")
    assert len(wakeups) == 2


def test_views__no_http_inside_a_transaction(settings):
    """With ATOMIC_REQUESTS, a transaction would stay open during the HTTP call."""
    view = resolve("/api/outfitanyone/v1/try-ons/1/cancel/").func
    assert view._non_atomic_requests == {"default"}


def test_list__newest_first(reader):
    rows = [make_try_on(created_at=timezone.now()) for _ in range(3)]

    assert reader.ids("try-ons/") == [row.pk for row in reversed(rows)]
