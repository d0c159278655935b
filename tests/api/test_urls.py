"""The API on sites with other packages and settings."""

from __future__ import annotations

import json
import re

import pytest
from django.urls import reverse

from django_outfitanyone.api.site_views import view_of
from django_outfitanyone.conf import ConfigurationError


@pytest.fixture
def site(run_module):
    """Run one of the sites in ``sites.py`` and return its output."""
    return lambda name: json.loads(run_module("tests.api.sites", name))


def test_without_spectacular__everything_but_the_schema_works(site):
    found = site("without_spectacular")

    assert found == {
        "imported": [],
        "root": ["batches", "garments", "hotspots", "model-images", "products", "try-ons"],
        "products": 200,
        "try-ons": [],
        "schema": 404,
    }


def test_opinionated_site__changes_only_the_authentication(site):
    assert site("opinionated") == {
        "picture": "http://testserver/media/",
        "amount": "39.90",
        "page": ["next", "previous", "results"],
        "parameters": ["cursor", "page_size"],
        "unknown": "NotFound",
        "anonymous": [401, "NotAuthenticated"],
        "form": ["product", "image"],
    }


def test_spectacular_not_configured__the_schema_still_works(site):
    found = site("spectacular_not_configured")

    assert found["schema"] == 200
    assert found["paths"] > 10


def test_swapped_product__is_served_by_its_own_primary_key(site):
    found = site("swapped_product")

    assert [product["id"] for product in found["list"]] == ["A.1"]
    assert found["list"][0]["price"] == {"amount": "39.00", "currency": "EUR"}
    assert found["list"][0]["url"] == "http://testserver/articles/A.1/"
    assert found["one"] == "Longsleeve"
    assert found["hidden"] == 404
    assert found["filtered"] == []
    assert found["type"] == "string"


def test_changed_api__uses_the_classes_of_the_documentation(site):
    found = site("changed_api")

    assert found["anonymous"] == [401, "NotAuthenticated", 401]
    status, code, content_type = found["wrong token"]
    assert (status, content_type) == (401, "application/problem+json")
    assert code in {"TokenNotValid", "NotAuthenticated"}  # with simplejwt, and without
    assert (found["requested"], found["retry"]) == (202, 403)
    assert found["page"] == ["count", "next", "previous", "results"]
    assert found["stock"] is True
    assert found["cursor"] == [
        400,
        {"cursor": ["Unknown query parameter. Known here: page."]},
    ]
    assert found["currency"] == 200
    assert found["schema"] == [True, False]
    assert found["throttled"] == [429, "Throttled"]


@pytest.mark.parametrize(
    ("views", "message"),
    [
        ({"tryons": "shop.TryOns"}, "Did you mean: try-ons?"),
        ({"hotspots": "rest_framework.views.APIView"}, "must be a subclass of"),
        ({"hotspots": "django_outfitanyone.api.views.MAY_WRITE"}, "must be a subclass of"),
    ],
)
def test_api_views__that_cannot_work_are_refused(configure, views, message):
    configure(API_VIEWS=views)
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        view_of("hotspots")


@pytest.mark.django_db
def test_root__links_to_every_list_and_the_schema(client):
    addresses = client.get("/api/outfitanyone/v1/", headers={"accept": "application/json"}).json()

    assert list(addresses) == [
        "products",
        "garments",
        "model-images",
        "try-ons",
        "batches",
        "hotspots",
        "schema",
    ]
    assert {client.get(address).status_code for address in addresses.values()} == {200}


def test_url_names__can_be_reversed():
    assert reverse("outfitanyone_api:try-on-detail", args=[7]) == "/api/outfitanyone/v1/try-ons/7/"
    assert reverse("outfitanyone_api:schema") == "/api/outfitanyone/v1/schema/"
