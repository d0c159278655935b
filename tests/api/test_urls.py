"""The API on sites that have less, or other things, installed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from django.urls import reverse

ROOT = Path(__file__).parents[2]


def site(name):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.api.sites", name],
        cwd=ROOT,
        env={"PATH": "", "DATABASE_URL": "sqlite://:memory:"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_without_spectacular__all_but_the_schema_works():
    found = site("without_spectacular")

    assert found == {"imported": [], "products": 200, "try-ons": [], "schema": 404}


def test_opinionated_site__changes_nothing_but_how_to_log_in():
    assert site("opinionated") == {
        "picture": "http://testserver/media/",
        "amount": "39.90",
        "page": ["next", "previous", "results"],
        "parameters": ["cursor", "page_size"],
        "unknown": "NotFound",
        "stranger": [401, "NotAuthenticated"],
        "form": ["product", "image"],
    }


def test_spectacular_not_set_up__the_schema_works_all_the_same():
    found = site("spectacular_not_set_up")

    assert found["schema"] == 200
    assert found["paths"] > 10


def test_swapped_product__is_served_by_its_own_key():
    found = site("swapped_product")

    assert [product["id"] for product in found["list"]] == ["A.1"]
    assert found["list"][0]["price"] == {"amount": "39", "currency": "EUR"}
    assert found["list"][0]["url"] == "http://testserver/articles/A.1/"
    assert found["one"] == "Longsleeve"
    assert found["hidden"] == 404
    assert found["narrowed"] == []
    assert found["type"] == "string"


def test_names__can_be_reversed_by_the_site():
    assert reverse("outfitanyone_api:try-on-detail", args=[7]) == "/api/outfitanyone/v1/try-ons/7/"
    assert reverse("outfitanyone_api:schema") == "/api/outfitanyone/v1/schema/"
