"""Writing needs model permissions. The site chooses how users authenticate."""

from __future__ import annotations

import uuid
from base64 import b64encode

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend

from django_outfitanyone.choices import Status
from django_outfitanyone.models import Batch, Garment, TryOnResult
from tests.api.client import Client
from tests.api.operations import OPERATIONS
from tests.factories import make_garment, make_hotspot, make_model_image, make_staff, make_try_on

ALL_PERMISSIONS = sorted({permission for _method, _path, permission, _work in OPERATIONS})


@pytest.fixture
def rows(db):
    try_on = make_try_on()
    return {
        "garment": make_garment().pk,
        "photo": make_model_image().pk,
        "try_on": try_on.pk,
        "batch": Batch.objects.create(pk=uuid.uuid4(), name="Summer", size=2).pk,
        "hotspot": make_hotspot(try_on).pk,
    }


every_operation = pytest.mark.parametrize(
    ("method", "path", "permission"), [row[:3] for row in OPERATIONS]
)


@every_operation
def test_writing__needs_this_permission(rows, visitor, staff_with, method, path, permission):
    path = path.format(**rows)
    others = staff_with(*(name for name in ALL_PERMISSIONS if name != permission))

    assert getattr(visitor, method)(path).status_code in {401, 403}
    assert getattr(others, method)(path).status_code == 403
    assert getattr(staff_with(permission), method)(path).status_code not in {401, 403}


class Generous(BaseBackend):
    """A site's backend that gives every permission to everyone, also to visitors."""

    def has_perm(self, user_obj, perm, obj=None):
        return True


@every_operation
def test_writing__needs_a_user_whatever_visitors_are_permitted(
    rows, visitor, settings, method, path, permission
):
    settings.AUTHENTICATION_BACKENDS = [f"{__name__}.Generous"]

    assert getattr(visitor, method)(path.format(**rows)).status_code in {401, 403}


def test_actions__can_be_described_without_permission_to_run_them(rows, reader):
    """A client may ask with OPTIONS what a path accepts, as for any other path."""
    for name in ("cancel", "retry"):
        response = reader.options(f"try-ons/{rows['try_on']}/{name}/")
        assert response.status_code == 200
        assert "POST" in response["Allow"]


def test_writing__products_are_read_only(staff_with, rows):
    client = staff_with("add_product", "change_product", "delete_product")

    assert client.post_json("products/").status_code == 405
    assert client.delete("products/1/").status_code == 405


@pytest.mark.parametrize("path", ["try-ons/{try_on}/", "hotspots/{hotspot}/"])
def test_writing__paid_rows_cannot_be_deleted(rows, path):
    client = Client()
    client.force_authenticate(make_staff(is_superuser=True))

    assert client.delete(path.format(**rows)).status_code == 405
    assert client.put(path.format(**rows)).status_code == 405


def test_writing__inactive_users_have_no_permissions(db, staff_with):
    client = staff_with("add_tryonresult", "view_tryonresult")
    get_user_model().objects.filter(pk=client.user.pk).update(is_active=False)
    client.user.refresh_from_db()
    make_try_on(status=Status.FAILED)

    assert client.post_json("try-ons/").status_code == 403
    assert client.ids("try-ons/") == []


def test_session__needs_the_csrf_token(db, client):
    """A page of another site cannot spend money with a staff member's cookie."""
    user = make_staff("add_tryonresult")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    body = {"model_image": make_model_image().pk, "garments": [make_garment().pk]}

    forged = browser.post_json("try-ons/", body)
    assert forged.status_code == 403
    assert "CSRF" in forged.json()["message"]
    assert not TryOnResult.objects.exists()

    browser.cookies["csrftoken"] = "x" * 32
    assert browser.post_json("try-ons/", body, HTTP_X_CSRFTOKEN="x" * 32).status_code == 202


def test_basic_authentication__works_if_the_site_enables_it(db):
    user = make_staff("delete_garment")
    user.set_password("let me in")
    user.save()
    garment = make_garment()
    client = Client()

    wrong = client.delete(f"garments/{garment.pk}/", HTTP_AUTHORIZATION="Basic eDp5")
    assert wrong.status_code in {401, 403}
    assert wrong.json()["code"] == "AuthenticationFailed"

    credentials = b64encode(f"{user.username}:let me in".encode()).decode()
    right = client.delete(f"garments/{garment.pk}/", HTTP_AUTHORIZATION=f"Basic {credentials}")
    assert right.status_code == 204
    assert not Garment.objects.exists()
