"""Asking for try-ons, giving them up, reviewing them: over HTTP, against rows."""

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

from django_outfitanyone.choices import GarmentKind, Review, Status
from django_outfitanyone.models import Account, TryOnResult
from tests.factories import make_garment, make_model_image, make_product, make_try_on


@pytest.fixture
def client(staff_with):
    """May ask for try-ons, and nothing else."""
    return staff_with("add_tryonresult")


def test_create__answers_202_with_the_place_to_look_again(client):
    photo, garment = make_model_image(), make_garment()

    answer = client.ask("try-ons/", {"model_image": photo.pk, "garments": [garment.pk]})

    row = TryOnResult.objects.get()
    assert answer.status_code == 202
    assert answer["Location"] == f"http://testserver/api/outfitanyone/v1/try-ons/{row.pk}/"
    assert answer["Retry-After"] == "3"
    assert answer.json() == client.get(answer["Location"]).json()
    assert answer.json()["status"] == "queued"
    assert answer.json()["garments"][0]["id"] == garment.pk
    assert (row.model_image, row.top_garment, row.bottom_garment) == (photo, garment, None)
    assert row.requested_by == client.user


def test_create__has_the_same_defaults_as_every_door(client):
    body = {"model_image": make_model_image().pk, "garments": [make_garment().pk]}

    client.ask("try-ons/", body)
    client.post("try-ons/", body, format="multipart")  # a form leaves out what it does not say

    for row in TryOnResult.objects.all():
        assert row.keep == "lower"
        assert row.remote_model == "aitryon-plus"
        assert (row.resolution, row.restore_face, row.force_new) == (-1, True, False)


def test_create__sorts_garments_by_kind_and_takes_options(client):
    top, bottom = make_garment(), make_garment(GarmentKind.BOTTOM)

    answer = client.ask(
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

    assert answer.status_code == 202
    row = TryOnResult.objects.get()
    assert (row.top_garment, row.bottom_garment, row.keep) == (top, bottom, "")
    assert (row.remote_model, row.resolution) == ("aitryon", 1280)
    assert (row.restore_face, row.force_new) == (False, True)


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
def test_create__what_makes_no_sense_is_refused_and_not_stored(client, change, status, code, field):
    body = {"model_image": make_model_image().pk, "garments": [make_garment().pk], **change}

    answer = client.ask("try-ons/", body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert list(answer.json()["field_errors"]) == ([field] if field else [])
    assert not TryOnResult.objects.exists()


def test_create__garments_must_go_together(client):
    garments = [make_garment().pk, make_garment().pk]

    answer = client.ask("try-ons/", {"model_image": make_model_image().pk, "garments": garments})

    assert (answer.status_code, answer.json()["code"]) == (422, "NotTogether")
    assert answer.json()["fixed_by"] == "caller"


def test_create__rows_out_of_sight_are_like_unknown_ones(client):
    hidden = make_garment(product=make_product(is_visible=False))
    retired = make_model_image(is_active=False)
    photo, garment = make_model_image(), make_garment()

    answers = [
        client.ask("try-ons/", {"model_image": photo.pk, "garments": [hidden.pk]}),
        client.ask("try-ons/", {"model_image": photo.pk, "garments": [hidden.pk + 1000]}),
        client.ask("try-ons/", {"model_image": retired.pk, "garments": [garment.pk]}),
        client.ask("try-ons/", {"model_image": retired.pk + 1000, "garments": [garment.pk]}),
    ]

    texts = [re.sub(r"\d+", "ID", answer.content.decode()) for answer in answers]
    assert [answer.status_code for answer in answers] == [400] * 4
    assert texts[0] == texts[1]
    assert texts[2] == texts[3]


def test_create__photos_taken_out_of_use_are_offered_to_nobody(staff_with):
    client = staff_with("add_tryonresult", "view_modelimage")
    body = {"model_image": make_model_image(is_active=False).pk, "garments": [make_garment().pk]}

    assert client.ask("try-ons/", body).status_code == 400


def test_create__without_a_key_says_what_to_set_and_no_more(client, configure, monkeypatch):
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    configure(API_KEY="")
    body = {"model_image": make_model_image().pk, "garments": [make_garment().pk]}

    answer = client.ask("try-ons/", body)

    assert answer.status_code == 503
    assert answer.json()["code"] == "NotConfigured"
    assert answer.json()["fixed_by"] == "developer"
    assert "DASHSCOPE_API_KEY" in answer.json()["message"]
    assert not TryOnResult.objects.exists()


def test_bulk__every_garment_on_every_person_in_order(client):
    people = [make_model_image(), make_model_image()]
    garments = [make_garment(), make_garment(GarmentKind.BOTTOM)]

    answer = client.ask(
        "try-ons/bulk/",
        {
            "model_images": [one.pk for one in people],
            "garments": [one.pk for one in garments],
            "resolution": 1024,
        },
    )

    rows = list(TryOnResult.objects.order_by("pk"))
    assert answer.status_code == 202
    assert answer.json() == {
        "batch": str(rows[0].batch),
        "count": 4,
        "try_ons": [row.pk for row in rows],
    }
    assert [(row.model_image, row.garments) for row in rows] == [
        (person, [garment]) for person in people for garment in garments
    ]
    assert {row.resolution for row in rows} == {1024}
    assert sorted(client.ids(answer["Location"])) == answer.json()["try_ons"]


def test_bulk__as_outfits_pairs_tops_with_bottoms(client):
    garments = [make_garment(), make_garment(), make_garment(GarmentKind.BOTTOM)]

    answer = client.ask(
        "try-ons/bulk/",
        {
            "model_images": [make_model_image().pk],
            "garments": [one.pk for one in garments],
            "as_outfits": True,
        },
    )

    assert answer.json()["count"] == 2
    assert all(row.bottom_garment for row in TryOnResult.objects.all())


def test_bulk__takes_a_handful_of_queries_however_many_ids(client):
    people = [make_model_image().pk for _ in range(5)]
    garments = [make_garment().pk for _ in range(5)]
    body = {"model_images": people, "garments": garments}
    client.ask("try-ons/bulk/", {"model_images": people[:1], "garments": garments[:1]})

    with CaptureQueriesContext(connection) as queries:
        assert client.ask("try-ons/bulk/", body).json()["count"] == 25
    assert len(queries) <= 8


def test_bulk__too_many_are_refused(client, monkeypatch):
    monkeypatch.setattr("django_outfitanyone.api.request_serializers.MAX_BATCH_SIZE", 3)
    body = {
        "model_images": [make_model_image().pk, make_model_image().pk],
        "garments": [make_garment().pk, make_garment().pk],
    }

    for path in ("try-ons/bulk/", "try-ons/estimate/"):
        answer = client.ask(path, body)
        assert (answer.status_code, answer.json()["code"]) == (422, "TooMany")
    assert not TryOnResult.objects.exists()


def test_estimate__says_what_it_will_come_to_and_stores_nothing(client):
    photo, garment = make_model_image(), make_garment()
    body = {"model_images": [photo.pk], "garments": [garment.pk], "keep_other_half": False}

    before = client.ask("try-ons/estimate/", body)
    make_try_on(model_image=photo, garments=[garment])
    after = client.ask("try-ons/estimate/", body)

    assert before.status_code == 200
    assert before.json() == {
        "count": 1,
        "reused": 0,
        "cost": "0.504",  # the picture and the search in it
        "currency": "CNY",
        "seconds": 20,
        "budget_left": None,
        "is_over_budget": False,
    }
    assert after.json() == {
        "count": 1,
        "reused": 1,
        "cost": "0.000",
        "currency": "CNY",
        "seconds": 0,
        "budget_left": None,
        "is_over_budget": False,
    }
    assert TryOnResult.objects.count() == 1
    assert not Account.objects.exclude(name="default").exists()


def test_estimate__more_than_the_budget_covers(client, configure):
    configure(BUDGET_PER_DAY=Decimal("0.40"))
    body = {"model_images": [make_model_image().pk], "garments": [make_garment().pk]}
    found = client.ask("try-ons/estimate/", body).json()

    assert (Decimal(found["budget_left"]), found["is_over_budget"]) == (Decimal("0.40"), True)


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        ({"stopped_at": timezone.now(), "stopped_message": "Pay first."}, "stopped: Pay first."),
        ({"next_submission_at": timezone.now() + timedelta(hours=1)}, "too many requests"),
        ({"budget_spent_until": timezone.now() + timedelta(hours=1)}, "BUDGET_PER_DAY"),
        ({}, None),
    ],
)
def test_job__says_what_it_waits_for(reader, configure, held, reason):
    configure(BUDGET_PER_DAY=Decimal(0))
    waiting, running = make_try_on(status=Status.QUEUED), make_try_on(status=Status.RUNNING)
    Account.objects.update(**held)
    jobs = {row["id"]: row["job"] for row in reader.get("try-ons/").json()["results"]}

    assert jobs[running.pk]["waits_for"] is None
    said = jobs[waiting.pk]["waits_for"]
    assert reason in said if reason else said is None


def test_estimate__refuses_what_would_be_refused(client):
    body = {
        "model_images": [make_model_image().pk],
        "garments": [make_garment().pk],
        "model": "no-such-model",
    }

    assert client.ask("try-ons/estimate/", body).json()["code"] == "UnknownModel"


def test_list__is_narrowed_down(reader):
    top, bottom, photo = make_garment(), make_garment(GarmentKind.BOTTOM), make_model_image()
    wanted = make_try_on(garments=[top, bottom], model_image=photo)
    other = make_try_on(status=Status.FAILED)

    for query in (
        f"product={top.product_id}",
        f"product={bottom.product_id}",
        f"garment={top.pk}",
        f"garment={bottom.pk}",
        f"model_image={photo.pk}",
        f"batch={wanted.batch}",
        "status=succeeded",
        f"status=succeeded&garment={top.pk}",
    ):
        assert reader.ids(f"try-ons/?{query}") == [wanted.pk], query
    assert reader.ids("try-ons/?status=failed") == [other.pk]
    assert reader.ids(f"try-ons/?batch={uuid.uuid4()}") == []


@pytest.mark.parametrize(
    "query", ["product=999999", "garment=x", "model_image=0", "status=done", "batch=1"]
)
def test_list__what_cannot_be_looked_for_is_named(reader, query):
    answer = reader.get(f"try-ons/?{query}")

    assert answer.status_code == 400
    assert list(answer.json()["field_errors"]) == [query.partition("=")[0]]


def test_reading__unfinished_work_rings_for_a_runner_and_finished_does_not(reader, monkeypatch):
    rings = []
    monkeypatch.setattr("django_outfitanyone.wakeup.ring_if_silent", lambda: rings.append("ring"))
    finished = make_try_on()
    reader.get("try-ons/")
    reader.get(f"try-ons/{finished.pk}/")
    assert rings == []

    running = make_try_on(status=Status.RUNNING)
    assert reader.get("try-ons/")["Retry-After"] == "3"
    reader.get(f"try-ons/{running.pk}/")
    assert len(rings) == 2


def test_cancel__gives_up_what_was_not_sent(staff_with):
    try_on = make_try_on(status=Status.QUEUED)

    answer = staff_with("change_tryonresult").ask(f"try-ons/{try_on.pk}/cancel/")

    assert answer.status_code == 200
    assert answer.json()["status"] == "canceled"


def test_cancel__too_late_is_a_conflict(staff_with):
    try_on = make_try_on()

    answer = staff_with("change_tryonresult").ask(f"try-ons/{try_on.pk}/cancel/")

    assert (answer.status_code, answer.json()["code"]) == (409, "TooLate")
    assert answer.json()["advice"]


def test_cancel__unreachable_remote_system_is_a_bad_gateway(staff_with, configure):
    configure(CONNECT_TIMEOUT=1, READ_TIMEOUT=1)
    try_on = make_try_on(status=Status.RUNNING)

    answer = staff_with("change_tryonresult").ask(f"try-ons/{try_on.pk}/cancel/")

    assert answer.status_code == 502
    assert answer.json()["code"] == "RequestNotSent"
    assert answer.json()["advice"]
    try_on.refresh_from_db()
    assert try_on.status == Status.RUNNING


def test_retry__starts_over_what_failed(staff_with):
    try_on = make_try_on(status=Status.FAILED, error_code="NoAnswer")

    answer = staff_with("add_tryonresult", "view_tryonresult").ask(f"try-ons/{try_on.pk}/retry/")

    assert answer.status_code == 202
    assert answer.json()["status"] == "queued"
    assert answer.json()["job"]["error"] is None
    assert answer["Retry-After"] == "3"


def test_retry__what_succeeded_is_a_conflict(staff_with):
    client = staff_with("add_tryonresult", "view_tryonresult")

    answer = client.ask(f"try-ons/{make_try_on().pk}/retry/")

    assert (answer.status_code, answer.json()["code"]) == (409, "NotRepeatable")


def test_review__approve_publish_unpublish_reject(staff_with, visitor):
    try_on, client = make_try_on(), staff_with("change_tryonresult")

    def after(verb):
        answer = client.ask(f"try-ons/{try_on.pk}/{verb}/")
        assert answer.status_code == 200
        return answer.json()["job"]["review"], answer.json()["published_at"] is not None

    assert after("approve") == ("approved", False)
    assert after("publish") == ("approved", True)
    assert after("unpublish") == ("approved", False)
    after("publish")
    assert after("reject") == ("rejected", False)
    assert visitor.ids("try-ons/") == []
    try_on.refresh_from_db()
    assert (try_on.review, try_on.reviewed_by) == (Review.REJECTED, client.user)


def test_publish__reaches_garments_that_the_caller_may_not_see(staff_with, monkeypatch):
    """What is hidden from an answer is not hidden from what is done."""
    published = []
    monkeypatch.setattr(
        "django_outfitanyone.catalogue.CatalogueAdapter.publish",
        lambda self, product, result: published.append(product),
    )
    hidden = make_garment(product=make_product(is_visible=False))
    try_on = make_try_on(garments=[hidden])

    answer = staff_with("change_tryonresult").ask(f"try-ons/{try_on.pk}/publish/")

    assert answer.json()["garments"] == []
    assert published == [hidden.product]


@pytest.mark.parametrize("verb", ["approve", "reject", "publish"])
def test_review__unfinished_is_a_conflict(staff_with, verb):
    try_on = make_try_on(status=Status.RUNNING)

    answer = staff_with("change_tryonresult").ask(f"try-ons/{try_on.pk}/{verb}/")

    assert (answer.status_code, answer.json()["code"]) == (409, "NotFinished")


def test_verbs__row_out_of_sight_is_not_found(staff_with):
    """Somebody who may add, and so retry, but has not asked for this one."""
    try_on = make_try_on(status=Status.FAILED)

    assert staff_with("add_tryonresult").ask(f"try-ons/{try_on.pk}/retry/").status_code == 404


def test_views__no_http_inside_a_transaction(settings):
    """Sites with ATOMIC_REQUESTS would otherwise hold one open while the API is asked."""
    view = resolve("/api/outfitanyone/v1/try-ons/1/cancel/").func
    assert view._non_atomic_requests == {"default"}


def test_list__newest_first(reader):
    rows = [make_try_on(created_at=timezone.now()) for _ in range(3)]

    assert reader.ids("try-ons/") == [row.pk for row in reversed(rows)]


def test_refine__is_a_try_on_of_its_own(staff_with):
    client = staff_with("add_tryonresult", "view_tryonresult")
    result = make_try_on()
    answer = client.ask(f"try-ons/{result.pk}/refine/", {"gender": "woman"})

    assert answer.status_code == 202
    assert answer.json()["job"]["refines"] == result.pk
    assert answer["Location"].endswith(f"/try-ons/{answer.json()['id']}/")


def test_refine__what_cannot_be_refined(staff_with):
    client = staff_with("add_tryonresult", "view_tryonresult")
    failed, small = make_try_on(status=Status.FAILED), make_try_on(resolution=1024)

    for row, code in ((failed, (409, "NotFinished")), (small, (422, "NotRefinable"))):
        answer = client.ask(f"try-ons/{row.pk}/refine/", {"gender": "man"})
        assert (answer.status_code, answer.json()["code"]) == code
    assert client.ask(f"try-ons/{small.pk}/refine/").status_code == 400


def test_refine__same_key_same_try_on_and_nothing_else(staff_with):
    client = staff_with("add_tryonresult", "view_tryonresult")
    path = f"try-ons/{make_try_on().pk}/refine/"
    key = {"HTTP_IDEMPOTENCY_KEY": "k-1"}
    first = client.ask(path, {"gender": "woman"}, **key)
    second = client.ask(path, {"gender": "woman"}, **key)
    other = client.ask(path, {"gender": "man"}, **key)

    assert first.json()["id"] == second.json()["id"]
    assert other.json()["code"] == "IdempotencyKeyReused"
