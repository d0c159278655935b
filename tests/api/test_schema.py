"""The OpenAPI schema: without a warning, the same words everywhere, and as it was last read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from django.utils import translation

from django_outfitanyone.choices import ClothesType, GarmentKind, Review, Status
from tests.api import contract

SNAPSHOT = Path(__file__).parents[2] / "docs" / "openapi.yaml"
REFRESH = (
    "DJANGO_SETTINGS_MODULE=tests.settings python -m django spectacular"
    " --generator-class django_outfitanyone.api.schema.Generator --file docs/openapi.yaml"
)
GENERATOR = "django_outfitanyone.api.schema.Generator"


def generated(path, **options):
    with translation.override("en"):
        call_command("spectacular", file=str(path), validate=True, fail_on_warn=True, **options)
    return path.read_text()


def test_schema__of_this_api_is_valid_and_as_documented(tmp_path):
    text = generated(tmp_path / "openapi.yaml", generator_class=GENERATOR)

    assert text == SNAPSHOT.read_text(), f"The API has changed. If that is meant: {REFRESH}"


def test_schema__of_a_site_that_mounts_it_has_no_warning(tmp_path):
    text = generated(tmp_path / "openapi.yaml", urlconf="tests.api.urls")

    assert "/api/outfitanyone/v1/try-ons/{id}/cancel/:" in text


def test_schema__names_do_not_clash_with_those_of_the_shop():
    components = contract.schema()["components"]["schemas"]
    operations = [
        operation["operationId"]
        for path in contract.schema()["paths"].values()
        for operation in path.values()
    ]

    assert all(re.match("(Paginated|Patched)?Outfit", name) for name in components)
    assert all(name.startswith("outfit_") for name in operations)
    assert len(set(operations)) == len(operations)


@pytest.mark.parametrize("words", [Status, Review, GarmentKind, ClothesType])
def test_schema__each_list_of_words_is_one_component(words):
    component = contract.schema()["components"]["schemas"][f"Outfit{words.__name__}"]

    assert component == {"type": "string", "enum": words.values}


def test_schema__reading_is_open_and_writing_is_not():
    for path in contract.schema()["paths"].values():
        for method, operation in path.items():
            assert ({} in operation["security"]) == (method == "get")


def test_schema__every_operation_says_what_may_go_wrong_in_one_form():
    for path in contract.schema()["paths"].values():
        for operation in path.values():
            errors = {
                status: response["content"]["application/json"]["schema"]["$ref"]
                for status, response in operation["responses"].items()
                if int(status) >= 400
            }
            assert errors
            assert set(errors.values()) == {"#/components/schemas/OutfitProblem"}


def test_schema_view__serves_this_api_as_it_is_mounted(visitor):
    answer = visitor.get("schema/")
    served = yaml.safe_load(answer.content)

    assert answer.status_code == 200
    assert served["servers"] == [{"url": "/api/outfitanyone/v1/"}]
    assert set(served["paths"]) == set(contract.schema()["paths"])
    assert visitor.get("schema/", HTTP_ACCEPT="application/json").json() == served
