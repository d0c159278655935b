"""The OpenAPI schema: no warnings, consistent names, and equal to its snapshot."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from django.utils import translation

from django_outfitanyone.choices import ClothesType, GarmentKind, Review, Status
from django_outfitanyone.picture_guide import GARMENTS, PEOPLE
from tests.api import contract

SNAPSHOT = Path(__file__).parents[2] / "docs" / "openapi.yaml"
GENERATOR = "django_outfitanyone.api.schema.Generator"


def generated(path, **options):
    with translation.override("en"):
        call_command("spectacular", file=str(path), validate=True, fail_on_warn=True, **options)
    return path.read_text()


def test_schema__is_valid_and_matches_the_snapshot(tmp_path):
    text = generated(tmp_path / "openapi.yaml", generator_class=GENERATOR)

    assert text == SNAPSHOT.read_text(), (
        f"The schema has changed. To accept it, run: {contract.REFRESH}"
    )


def test_schema__of_a_site_has_no_warning(tmp_path):
    text = generated(tmp_path / "openapi.yaml", urlconf="tests.api.urls")

    assert "/api/outfitanyone/v1/try-ons/{id}/cancel/:" in text


def test_schema__names_do_not_clash_with_the_shops_own():
    components = contract.schema()["components"]["schemas"]
    operations = [
        operation["operationId"]
        for path in contract.schema()["paths"].values()
        for operation in path.values()
    ]

    assert all(re.match("(Paginated|Patched)?Outfit", name) for name in components)
    assert all(name.startswith("outfit_") for name in operations)
    assert len(set(operations)) == len(operations)


@pytest.mark.parametrize("enum", [Status, Review, GarmentKind, ClothesType])
def test_schema__each_enum_is_one_component(enum):
    component = contract.schema()["components"]["schemas"][f"Outfit{enum.__name__}"]

    assert component == {"type": "string", "enum": enum.values}


@pytest.mark.parametrize(
    ("component", "guide"),
    [("OutfitGarmentRequest", GARMENTS), ("OutfitModelImageRequest", PEOPLE)],
)
def test_schema__says_what_an_uploaded_picture_must_show(component, guide):
    schemas = contract.schema()["components"]["schemas"]

    for name in (component, f"Patched{component}"):
        assert schemas[name]["properties"]["image"]["description"] == str(guide)


def test_schema__only_reading_is_public():
    for path in contract.schema()["paths"].values():
        for method, operation in path.items():
            assert ({} in operation["security"]) == (method == "get")


def test_schema__every_operation_lists_its_errors_in_one_format():
    for path in contract.schema()["paths"].values():
        for operation in path.values():
            errors = {
                status: response["content"]["application/problem+json"]["schema"]["$ref"]
                for status, response in operation["responses"].items()
                if int(status) >= 400
            }
            assert errors
            assert set(errors.values()) == {"#/components/schemas/OutfitProblem"}


def test_schema_view__has_the_mounted_path_as_server(visitor):
    response = visitor.get("schema/")
    served = yaml.safe_load(response.content)

    assert response.status_code == 200
    assert served["servers"] == [{"url": "/api/outfitanyone/v1/"}]
    assert set(served["paths"]) == set(contract.schema()["paths"])
    assert visitor.get("schema/", HTTP_ACCEPT="application/json").json() == served
