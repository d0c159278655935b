"""Requests that may cost money have a throttle scope; the site sets its rate."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from rest_framework.throttling import ScopedRateThrottle

from django_outfitanyone.api.try_on_views import TryOnViewSet
from django_outfitanyone.api.views import THROTTLE_SCOPE, ModelImageViewSet
from tests.factories import make_garment, make_model_image


@pytest.fixture
def throttled_site(monkeypatch):
    """A site with ``"DEFAULT_THROTTLE_CLASSES": [ScopedRateThrottle]``."""
    cache.clear()
    for view in (TryOnViewSet, ModelImageViewSet):
        monkeypatch.setattr(view, "throttle_classes", [ScopedRateThrottle])
    yield lambda **rates: monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", rates)
    cache.clear()


def test_scope__has_the_documented_name():
    assert THROTTLE_SCOPE == "outfitanyone_try_on"


def test_paid_requests__are_counted_together(throttled_site, staff_with):
    throttled_site(outfitanyone_try_on="2/hour")
    client = staff_with("add_tryonresult", "add_clothesparse")
    photo, garment = make_model_image().pk, make_garment().pk

    bulk = client.post_json("try-ons/bulk/", {"model_images": [photo], "garments": [garment]})
    assert bulk.status_code == 202
    assert client.post_json(f"model-images/{photo}/find-clothes/").status_code == 202
    response = client.post_json("try-ons/", {"model_image": photo, "garments": [garment]})

    assert (response.status_code, response.json()["code"]) == (429, "Throttled")
    assert int(response["Retry-After"]) > 0
    assert response.json()["fixed_by"] == "nobody"


def test_free_requests__are_not_counted(throttled_site, staff_with):
    throttled_site(outfitanyone_try_on="1/hour")
    client = staff_with("add_tryonresult", "add_clothesparse")
    photo, garment = make_model_image().pk, make_garment().pk

    for _ in range(3):
        assert client.get("try-ons/").status_code == 200
        assert client.get(f"model-images/{photo}/find-clothes/").status_code == 404
        estimated = client.post_json(
            "try-ons/estimate/", {"model_images": [photo], "garments": [garment]}
        )
        assert estimated.status_code == 200


def test_site_without_a_rate__is_not_throttled(throttled_site, staff_with):
    throttled_site(something_else="1/hour")
    client = staff_with("add_tryonresult")
    body = {"model_image": make_model_image().pk, "garments": [make_garment().pk]}

    assert [client.post_json("try-ons/", body).status_code for _ in range(3)] == [202] * 3
