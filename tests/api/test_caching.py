"""Caching headers: visitors' responses may be kept for a moment, users' may not."""

from __future__ import annotations

import re
import time

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from django_outfitanyone import actions
from django_outfitanyone.api import caching
from django_outfitanyone.models import Hotspot, Product, TryOnResult
from tests.api import contract
from tests.factories import make_garment, make_hotspot, make_product, make_published

pytestmark = pytest.mark.django_db

LIST = f"{contract.API}/try-ons/"


@pytest.fixture(autouse=True)
def _empty_cache(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def look():
    product = make_product(title="Shirt")
    look = make_published(garments=[make_garment(product=product)])
    make_hotspot(look, product=product)
    return look


def get(path=LIST, tag="", **headers):
    return APIClient().get(path, headers={**({"If-None-Match": tag} if tag else {}), **headers})


def test_visitor__may_keep_lists_and_rows_for_a_moment(look):
    for path in (LIST, f"{LIST}{look.pk}/", f"{contract.API}/products/"):
        response = get(path)
        assert response.headers["Cache-Control"] == "public, max-age=30"
        assert response.headers["ETag"]
        assert {"Cookie", "Authorization", "Accept", "Accept-Language"} <= set(
            response.headers["Vary"].split(", ")
        )


def test_user__keeps_nothing(look, django_user_model):
    client = APIClient()
    client.force_authenticate(django_user_model.objects.create_user("anna"))
    response = client.get(LIST)
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in response.headers
    tag = get().headers["ETag"]
    assert client.get(LIST, headers={"If-None-Match": tag}).status_code == 200


def test_errors_and_writes__are_not_kept():
    assert "public" not in get(f"{LIST}99/").headers.get("Cache-Control", "")
    assert "public" not in APIClient().post(LIST).headers.get("Cache-Control", "")


def test_visitor_with_the_newest_list__gets_304_without_a_query(look, django_assert_num_queries):
    tag = get().headers["ETag"]
    with django_assert_num_queries(0):
        response = get(tag=tag)
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["ETag"] == tag
    assert "Cookie" in response.headers["Vary"]


def test_304__does_not_make_a_copy_older_than_the_maximum(look, monkeypatch):
    tag = get().headers["ETag"]
    started = time.time()
    monkeypatch.setattr(caching.time, "time", lambda: started + 20)
    (seconds,) = re.findall(r"public, max-age=(\d+)", get(tag=tag).headers["Cache-Control"])
    assert 8 <= int(seconds) <= 10
    type(look).objects.update(is_preview=True)
    monkeypatch.setattr(caching.time, "time", lambda: started + 31)
    assert get(tag=tag).status_code == 200


def test_visitor_with_a_cookie__is_not_remembered(look):
    tag = get(Cookie="basket=1").headers["ETag"]
    TryOnResult.objects.update(is_preview=True)
    assert get(tag=tag, Cookie="basket=1").status_code == 200


@pytest.mark.parametrize("withdraw", [actions.reject, actions.unpublish])
def test_picture_that_is_withdrawn__is_not_confirmed(
    look, withdraw, django_capture_on_commit_callbacks
):
    tag = get().headers["ETag"]
    assert get(tag=tag).status_code == 304
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(look)
    assert get(tag=tag).status_code == 200


def test_visitor_after_the_maximum__gets_304_if_nothing_has_changed(look):
    tag = get().headers["ETag"]
    cache.clear()
    response = get(tag=tag)
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["Cache-Control"] == "public, max-age=30"


CHANGES = {
    "a product's price": lambda look: Product.objects.update(price=7),
    "a hidden product": lambda look: Product.objects.update(is_visible=False),
    "a moved hotspot": lambda look: Hotspot.objects.update(x2=150),
    "a deleted hotspot": lambda look: Hotspot.objects.all().delete(),
    "new copies": lambda look: TryOnResult.objects.update(renditions=[[200, "a/1.webp"]]),
    "an unpublished picture": actions.unpublish,
    "a rejected picture": actions.reject,
    "a new picture": lambda look: make_published(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_validator__changes_with(look, change):
    tag = get().headers["ETag"]
    change(look)
    assert get().headers["ETag"] != tag  # a plain request always gets what is true now
    assert get(tag=tag).status_code == 200


def test_visitor_who_reloads__is_not_answered_from_memory(look):
    tag = get().headers["ETag"]
    actions.reject(look)
    assert get(tag=tag, **{"Cache-Control": "no-cache"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{"Accept-Language": "de"}, {"Cookie": "currency=USD"}, {"Host": "localhost"}],
    ids=["language", "cookie", "host"],
)
def test_validator__is_remembered_for_equal_requests_only(look, headers, settings):
    settings.ALLOWED_HOSTS = ["*"]
    tag = get().headers["ETag"]
    look.published_at = None
    TryOnResult.objects.update(is_preview=True)
    assert get(tag=tag, **headers).status_code == 200


def test_srcset__names_the_copies_as_the_tag_does(look):
    assert get().json()["results"][0]["picture"]["srcset"] == []
    TryOnResult.objects.update(renditions=[[100, "a/1.webp"], [200, "a/2.webp"]])
    assert get().json()["results"][0]["picture"]["srcset"] == [
        {"url": "http://testserver/media/a/1.webp", "width": 100},
        {"url": "http://testserver/media/a/2.webp", "width": 200},
    ]
