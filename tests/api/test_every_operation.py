"""Rules that hold for every operation of the schema, also for those that are added later."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from rest_framework.exceptions import ValidationError as Invalid

from django_outfitanyone.api.fields import VisibleField
from django_outfitanyone.models import Product
from tests.api import contract
from tests.api.client import Client
from tests.api.every_operation import make_rows, operations, request_components
from tests.factories import make_staff

WRITES = {"post", "patch"}
OFTEN = {"400", "401", "403", "406", "429"}


@pytest.fixture
def superuser(db):
    client = Client(raise_request_exception=False)
    client.force_authenticate(make_staff(is_superuser=True))
    return client


def assert_problem(response, status, where):
    assert response.status_code == status, (where, response.status_code, response.content[:300])
    assert response["Content-Type"] == "application/problem+json", where
    problem = response.json()
    contract.validator("#/components/schemas/OutfitProblem").validate(problem)
    assert problem["status"] == status, where
    assert problem["detail"] == problem["message"] != "", where
    assert problem["type"].endswith(problem["code"]), where
    assert problem["advice"], where
    return problem


def send(client, one, path, body=None):
    options = {} if one.method == "get" else {"format": "json"}
    return getattr(client, one.method)(path, body, **options)


def test_documented_errors__follow_from_path_and_method():
    for one in operations():
        documented = set(one.about["responses"])
        expected = OFTEN | ({"404"} if one.is_of_row or "cursor" in one.parameters else set())
        expected |= {"413", "415"} if one.method in WRITES else set()
        assert expected <= documented, (one, expected - documented)


def test_bodies__are_described_as_strictly_as_they_are_read():
    components = request_components()
    assert {"OutfitTryOnRequest", "OutfitBoxRequest"} <= set(components)
    for name, component in components.items():
        if "enum" in component:
            continue
        assert component["additionalProperties"] is False, name
        for field, schema in component["properties"].items():
            where = f"{name}.{field}"
            if schema.get("type") == "array":
                assert {"minItems", "maxItems"} <= set(schema), where
            if schema.get("type") == "string":
                assert {"maxLength", "format", "enum"} & set(schema), where


def test_unknown_query_parameter__is_refused_and_the_known_ones_are_named(superuser):
    rows = make_rows()
    for one in operations():
        path = f"{one.address(rows)}?colour=red"
        problem = assert_problem(send(superuser, one, path), 400, one)
        (message,) = problem["field_errors"]["colour"]
        assert all(name in message for name in one.parameters), (one, message)


def test_empty_filter__is_refused(superuser):
    for one in operations():
        for name in one.parameters - {"cursor"}:
            problem = assert_problem(superuser.get(f"{one.address(pk=1)}?{name}="), 400, one)
            assert list(problem["field_errors"]) == [name]


def test_malformed_filter__is_refused(superuser):
    for one in operations():
        for name in one.parameters - {"cursor"}:
            for value in ("x-y", "%ED%A0%80", "1.5"):
                response = superuser.get(f"{one.address(pk=1)}?{name}={value}")
                assert_problem(response, 400, (one, name, value))


def test_malformed_id_in_a_filter__of_a_model_with_another_kind_of_key(db, rf):
    """A UUID raises Django's ValidationError, which REST framework does not expect."""

    class Rows:
        def get(self, **_lookup):
            raise ValidationError("not a UUID")

    field = VisibleField(lambda _user, _request: Rows(), Product)
    field._context = {"request": rf.get("/")}
    field.context["request"].user = None
    with pytest.raises(Invalid, match="does not exist"):
        field.to_internal_value("x")


def test_unknown_field__is_refused_also_where_no_body_is_read(superuser):
    rows = make_rows()
    for one in operations():
        if one.method not in WRITES:
            continue
        response = send(superuser, one, one.address(rows), {"colour": "red"})
        problem = assert_problem(response, 400, one)
        assert problem["field_errors"]["colour"] == ["Unknown field."], one


@pytest.mark.parametrize(
    "pk", ["abc", "1.5", "-1", "9" * 40, "0x1", "1%0A", "a%2Fb", "é", "0" * 300, "%00"]
)
def test_malformed_id_in_a_path__is_not_found(superuser, pk):
    for one in operations():
        if one.is_of_row:
            assert_problem(send(superuser, one, one.address(pk=pk)), 404, one)


def test_paths_below_a_resource__that_do_not_exist_are_not_found_in_the_same_form(superuser):
    for resource, pk in make_rows().items():
        assert_problem(superuser.get(f"{resource}/{pk}/nothing/here/"), 404, resource)


def test_other_formats__are_refused_in_the_same_form(superuser):
    rows = make_rows()
    for one in operations():
        path = one.address(rows)
        response = superuser.generic(one.method.upper(), path, HTTP_ACCEPT="text/csv")
        assert_problem(response, 406, one)
        if one.method in WRITES:
            response = superuser.generic(one.method.upper(), path, "a,b", content_type="text/csv")
            assert_problem(response, 415, one)


def test_other_methods__are_refused_in_the_same_form(superuser):
    rows = make_rows()
    for one in operations():
        assert_problem(superuser.put(one.address(rows), {}, format="json"), 405, one)


def test_large_json__is_refused_with_413(superuser, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    rows = make_rows()
    for one in operations():
        if one.method in WRITES:
            response = send(superuser, one, one.address(rows), {"colour": "x" * 1000})
            problem = assert_problem(response, 413, one)
            assert problem["code"] == "RequestTooLarge"


def test_wrong_credentials__are_refused_in_the_same_form(db):
    stranger = Client(HTTP_AUTHORIZATION="Basic bm9ib2R5OndyaXRlcw==")
    rows = make_rows()
    for one in operations():
        response = send(stranger, one, one.address(rows))
        assert_problem(response, 403, one)  # session authentication comes first in REST framework
