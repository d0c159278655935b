"""A headless shop with the sandbox: request, poll, and show the picture with its products."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from django_outfitanyone.actions import publish
from django_outfitanyone.models import Account, TryOnResult
from django_outfitanyone.worker import runner
from tests.drawing import picture
from tests.factories import make_product
from tests.work import step, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(staff_with):
    return staff_with("add_garment", "add_modelimage", "add_tryonresult", "change_tryonresult")


def uploaded(client, path, seed, **fields):
    image = SimpleUploadedFile("photo.jpg", picture(seed), content_type="image/jpeg")
    response = client.post(path, {**fields, "image": image})
    assert response.status_code == 201
    return response.json()["id"]


@pytest.fixture
def body(client):
    product = make_product(title="Linen shirt")
    return {
        "model_image": uploaded(client, "model-images/", 1, name="Ada"),
        "garments": [uploaded(client, "garments/", 2, product=product.pk, kind="top")],
    }


def poll(client, location, *, times=200):
    """Poll as a client does, and run the worker between polls."""
    for _ in range(times):
        response = client.get(location)
        if response.json()["poll_after"] is None:
            return response.json()
        assert int(response["Retry-After"]) >= 1
        runner.run(Account.of(), budget=0.05)
    raise AssertionError(f"still {response.json()['status']}")


def poll_hotspots(client, location, *, times=200):
    """Read a finished try-on until its clothes parse, which follows the picture, has ended."""
    for _ in range(times):
        row = client.get(location).json()
        if row["hotspots"]:
            return row
        runner.run(Account.of(), budget=0.05)
    raise AssertionError("still no hotspots")


def test_try_on__from_upload_to_hotspot(remote, client, body, visitor):
    created = client.post_json("try-ons/", body)
    assert created.status_code == 202

    done = poll(client, created["Location"])

    assert done["status"] == "succeeded"
    assert (done["picture"]["width"], done["picture"]["height"]) == (200, 300)
    assert done["is_preview"] is True
    assert done["job"]["cost"] == "0.500000"
    done = poll_hotspots(client, created["Location"])
    upper = next(spot for spot in done["hotspots"] if spot["clothes_type"] == "upper")
    assert upper["box"] == {"x1": 50, "y1": 60, "x2": 150, "y2": 150}
    assert upper["fractions"] == {"x1": 0.25, "y1": 0.2, "x2": 0.75, "y2": 0.5}
    assert upper["product"]["title"] == "Linen shirt"
    assert visitor.get(created["Location"]).status_code == 404

    publish(TryOnResult.objects.get())
    visible = visitor.get(created["Location"]).json()
    expected = {**done, "published_at": visible["published_at"], "job": None, "hotspots": [upper]}
    assert visible == expected


def test_try_on__repeated_with_its_key_costs_nothing(remote, client, body):
    key = {"HTTP_IDEMPOTENCY_KEY": "order-1"}
    created = client.post_json("try-ons/", body, **key)
    done = poll(client, created["Location"])

    repeated = client.post_json("try-ons/", body, **key)

    assert repeated.status_code == 200
    assert repeated.json() == done
    assert remote.stats["submits"] == 1


def test_try_on__identical_request_without_a_key_is_reused(remote, client, body):
    created = client.post_json("try-ons/", body)
    poll(client, created["Location"])
    first = poll_hotspots(client, created["Location"])
    second = poll(client, client.post_json("try-ons/", body)["Location"])

    assert second["id"] != first["id"]
    assert second["job"]["reused_from"] == first["id"]
    assert second["job"]["cost"] == "0.000000"
    assert second["picture"] == first["picture"]
    assert len(second["hotspots"]) == len(first["hotspots"])
    assert remote.stats["submits"] == 1


def test_try_on__refused_by_the_engine(remote, client, body, engine):
    engine.worn = {"dress"}

    failed = poll(client, client.post_json("try-ons/", body)["Location"])

    assert failed["status"] == "failed"
    assert failed["picture"] is None
    assert failed["job"]["error"]["code"] == "NothingToKeep"
    assert failed["job"]["error"]["fixed_by"] == "shop"


def test_cancel__pending_remote_task(remote, client, body):
    remote.set_progression([("PENDING", 60)])
    created = client.post_json("try-ons/", {**body, "keep_other_half": False})
    try_on = TryOnResult.objects.get()
    while try_on.status != "running":
        step(try_on)

    response = client.post_json(f"try-ons/{try_on.pk}/cancel/")
    assert response.status_code == 202  # requested; the worker will see that the task is canceled
    work(try_on)

    canceled = client.get(created["Location"]).json()
    assert (canceled["status"], canceled["job"]["cost"]) == ("canceled", "0.000000")


def test_parse__of_a_model_photo(remote, staff_with, body, visitor):
    client = staff_with("add_clothesparse", "change_hotspot")
    path = f"model-images/{body['model_image']}/find-clothes/"

    assert client.post_json(path).status_code == 202
    found = poll(client, path)

    assert found["status"] == "succeeded"
    assert found["cost"] == "0.004000"
    spots = client.get(f"hotspots/?model_image={body['model_image']}").json()["results"]
    assert {spot["clothes_type"] for spot in spots} == {"upper", "lower"}
    assert client.post_json(path).status_code == 200  # parsed already, so not submitted again
    assert remote.stats["parses"] == 1
    product = make_product()
    client.patch(f"hotspots/{spots[0]['id']}/", {"product": product.pk}, format="json")
    hotspots = visitor.get(f"model-images/{body['model_image']}/").json()["hotspots"]
    assert [spot["product"]["id"] for spot in hotspots] == [product.pk]
