"""Canceling, retrying, reviewing, publishing and refining try-ons."""

from __future__ import annotations

import pytest

from django_outfitanyone.choices import Review, Status
from django_outfitanyone.models import TryOnResult
from tests.factories import make_garment, make_model_image, make_product, make_try_on


def test_cancel__cancels_an_unsent_try_on(staff_with):
    try_on = make_try_on(status=Status.QUEUED)

    response = staff_with("change_tryonresult").post_json(f"try-ons/{try_on.pk}/cancel/")

    assert response.status_code == 200
    assert response.json()["status"] == "canceled"


def test_cancel__too_late_is_a_conflict(staff_with):
    try_on = make_try_on()

    response = staff_with("change_tryonresult").post_json(f"try-ons/{try_on.pk}/cancel/")

    assert (response.status_code, response.json()["code"]) == (409, "TooLate")
    assert response.json()["advice"]


def test_cancel__unreachable_engine_is_a_bad_gateway(staff_with, configure):
    configure(CONNECT_TIMEOUT=1, READ_TIMEOUT=1)
    try_on = make_try_on(status=Status.RUNNING)

    response = staff_with("change_tryonresult").post_json(f"try-ons/{try_on.pk}/cancel/")

    assert response.status_code == 502
    assert response.json()["code"] == "RequestNotSent"
    assert response.json()["advice"]
    try_on.refresh_from_db()
    assert try_on.status == Status.RUNNING


def test_retry__restarts_a_failed_try_on(staff_with):
    try_on = make_try_on(status=Status.FAILED, error_code="NoAnswer")

    response = staff_with("add_tryonresult", "view_tryonresult").post_json(
        f"try-ons/{try_on.pk}/retry/"
    )

    assert response.status_code == 202
    assert response.json()["status"] == "queued"
    assert response.json()["job"]["error"] is None
    assert response["Retry-After"] == "3"


def test_retry__succeeded_try_on_is_a_conflict(staff_with):
    client = staff_with("add_tryonresult", "view_tryonresult")

    response = client.post_json(f"try-ons/{make_try_on().pk}/retry/")

    assert (response.status_code, response.json()["code"]) == (409, "NotRepeatable")


def test_review__approve_publish_unpublish_reject(staff_with, visitor):
    try_on, client = make_try_on(), staff_with("change_tryonresult")

    def after(action):
        response = client.post_json(f"try-ons/{try_on.pk}/{action}/")
        assert response.status_code == 200
        return response.json()["job"]["review"], response.json()["published_at"] is not None

    assert after("approve") == ("approved", False)
    assert after("publish") == ("approved", True)
    assert after("unpublish") == ("approved", False)
    after("publish")
    assert after("reject") == ("rejected", False)
    assert visitor.ids("try-ons/") == []
    try_on.refresh_from_db()
    assert (try_on.review, try_on.reviewed_by) == (Review.REJECTED, client.user)


@pytest.mark.parametrize(
    ("reason", "stored", "read"),
    [
        ("fit", "fit", "the clothes do not fit the body"),
        (" The collar is open ", "The collar is open", "The collar is open"),
        ("", "", ""),
    ],
    ids=["listed", "own", "none"],
)
def test_reject__has_a_reason(staff_with, reason, stored, read):
    try_on, client = make_try_on(), staff_with("change_tryonresult")

    response = client.post_json(f"try-ons/{try_on.pk}/reject/", {"reason": reason})

    assert response.json()["job"]["rejection_reason"] == read
    try_on.refresh_from_db()
    assert (try_on.review, try_on.rejection_reason) == (Review.REJECTED, stored)


@pytest.mark.parametrize("body", [{"reason": "x" * 201}, {"reason": ["fit"]}, {"why": "fit"}])
def test_reject__refuses_what_is_no_reason(staff_with, body):
    try_on = make_try_on()

    response = staff_with("change_tryonresult").post_json(f"try-ons/{try_on.pk}/reject/", body)

    assert response.status_code == 400
    try_on.refresh_from_db()
    assert try_on.review == Review.TO_REVIEW


def test_publish__includes_garments_that_the_user_may_not_see(staff_with, monkeypatch):
    """A garment hidden from the response still takes part in the action."""
    published = []
    monkeypatch.setattr(
        "django_outfitanyone.catalogue.CatalogueAdapter.publish",
        lambda self, product, result: published.append(product),
    )
    hidden = make_garment(product=make_product(is_visible=False))
    try_on = make_try_on(garments=[hidden])

    response = staff_with("change_tryonresult").post_json(f"try-ons/{try_on.pk}/publish/")

    assert response.json()["garments"] == []
    assert published == [hidden.product]


def test_publish__rejected_picture_is_a_conflict(staff_with):
    try_on, client = make_try_on(review=Review.REJECTED), staff_with("change_tryonresult")

    response = client.post_json(f"try-ons/{try_on.pk}/publish/")
    assert (response.status_code, response.json()["code"]) == (409, "Rejected")

    client.post_json(f"try-ons/{try_on.pk}/approve/")
    assert client.post_json(f"try-ons/{try_on.pk}/publish/").json()["published_at"]


def test_publish__failure_of_the_catalogue_is_reported(staff_with, monkeypatch):
    def fail(*_args):
        raise ValueError("the gallery is full")

    monkeypatch.setattr("django_outfitanyone.catalogue.CatalogueAdapter.publish", fail)
    response = staff_with("change_tryonresult").post_json(f"try-ons/{make_try_on().pk}/publish/")

    assert response.status_code == 500
    assert (response.json()["code"], response.json()["fixed_by"]) == (
        "CatalogueFailed",
        "developer",
    )
    assert "the gallery is full" in response.json()["message"]
    assert not TryOnResult.objects.exclude(published_at=None)


@pytest.mark.parametrize("action", ["approve", "reject", "publish", "unpublish"])
def test_review__unfinished_try_on_is_a_conflict(staff_with, action):
    try_on = make_try_on(status=Status.RUNNING)

    response = staff_with("change_tryonresult").post_json(f"try-ons/{try_on.pk}/{action}/")

    assert (response.status_code, response.json()["code"]) == (409, "NotFinished")


def test_actions__invisible_row_is_not_found(staff_with):
    """The user may add, and therefore retry, but did not request this try-on."""
    try_on = make_try_on(status=Status.FAILED)

    assert staff_with("add_tryonresult").post_json(f"try-ons/{try_on.pk}/retry/").status_code == 404


def test_refine__creates_a_try_on_of_its_own(staff_with):
    client = staff_with("add_tryonresult", "view_tryonresult")
    result = make_try_on()
    response = client.post_json(f"try-ons/{result.pk}/refine/", {"gender": "woman"})

    assert response.status_code == 202
    assert response.json()["job"]["refines"] == result.pk
    assert response["Location"].endswith(f"/try-ons/{response.json()['id']}/")


def test_refine__needs_no_gender_that_the_photo_says(staff_with):
    client = staff_with("add_tryonresult", "view_tryonresult")
    result = make_try_on(model_image=make_model_image(gender="man"))
    path, key = f"try-ons/{result.pk}/refine/", {"HTTP_IDEMPOTENCY_KEY": "a"}

    first = client.post_json(path, {}, **key)
    second = client.post_json(path, {"gender": "man"}, **key)

    assert first.status_code == 202
    assert TryOnResult.objects.get(pk=first.json()["id"]).gender == "man"
    assert second.json()["id"] == first.json()["id"]


def test_refine__unfit_try_on_is_refused(staff_with):
    client = staff_with("add_tryonresult", "view_tryonresult")
    failed, small = make_try_on(status=Status.FAILED), make_try_on(resolution=1024)

    for row, code in ((failed, (409, "NotFinished")), (small, (422, "NotRefinable"))):
        response = client.post_json(f"try-ons/{row.pk}/refine/", {"gender": "man"})
        assert (response.status_code, response.json()["code"]) == code
    response = client.post_json(f"try-ons/{small.pk}/refine/")
    assert (response.status_code, response.json()["code"]) == (422, "NoGender")
    assert client.post_json(f"try-ons/{small.pk}/refine/", {"gender": "x"}).status_code == 400


def test_refine__same_key_returns_the_same_try_on(staff_with):
    client = staff_with("add_tryonresult", "view_tryonresult")
    path = f"try-ons/{make_try_on().pk}/refine/"
    key = {"HTTP_IDEMPOTENCY_KEY": "k-1"}
    first = client.post_json(path, {"gender": "woman"}, **key)
    second = client.post_json(path, {"gender": "woman"}, **key)
    other = client.post_json(path, {"gender": "man"}, **key)

    assert first.json()["id"] == second.json()["id"]
    assert other.json()["code"] == "IdempotencyKeyReused"
