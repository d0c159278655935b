"""One response format for every error."""

from __future__ import annotations

import inspect

import pytest
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import connection
from django.http import Http404
from rest_framework import exceptions as rest

from django_outfitanyone import actions, publishing
from django_outfitanyone.api import problem_details
from django_outfitanyone.api.errors import CONFLICTS, FIXED_BY_VALUES, handle_exception
from django_outfitanyone.conf import ConfigurationError
from django_outfitanyone.exceptions import (
    AccountProblem,
    OutcomeUnknown,
    PictureRefused,
    RequestRefused,
)
from django_outfitanyone.jobs import batch_changes, batches, replace_photo
from django_outfitanyone.models.deletion import NotSettled
from tests.factories import make_model_image

EARLIER = {"code", "message", "fixed_by", "advice", "field_errors"}
"""What clients of the first version read."""
STANDARD = {"type", "title", "status", "detail", "instance"}
"""The members of RFC 9457."""


@pytest.mark.parametrize(
    ("error", "status", "code", "fixed_by"),
    [
        (RequestRefused("No.", code="NoGarment"), 422, "NoGarment", "caller"),
        (RequestRefused("No.", code="TooLate"), 409, "TooLate", "caller"),
        (RequestRefused("No.", code="NoPicture"), 409, "NoPicture", "caller"),
        (PictureRefused("Small.", remedy="Grow."), 400, "PictureRefused", "shop"),
        (ConfigurationError("Set X."), 503, "NotConfigured", "developer"),
        (AccountProblem("Pay!", code="Arrearage"), 502, "Arrearage", "account"),
        (OutcomeUnknown(), 502, "OutcomeUnknown", "shop"),
        (Http404(), 404, "NotFound", "caller"),
        (PermissionDenied(), 403, "PermissionDenied", "caller"),
        (rest.NotAuthenticated(), 401, "NotAuthenticated", "caller"),
        (rest.MethodNotAllowed("PUT"), 405, "MethodNotAllowed", "caller"),
        (rest.ParseError(), 400, "ParseError", "caller"),
        (rest.UnsupportedMediaType("text/x"), 415, "UnsupportedMediaType", "caller"),
        (rest.ValidationError({"box": ["Bad."]}), 400, "Invalid", "caller"),
        (rest.Throttled(wait=5), 429, "Throttled", "nobody"),
        (rest.NotAcceptable(), 406, "NotAcceptable", "caller"),
        (rest.AuthenticationFailed(), 401, "AuthenticationFailed", "caller"),
        (RequestDataTooBig(), 413, "RequestTooLarge", "caller"),
        (TooManyFieldsSent(), 400, "ParseError", "caller"),
        (TooManyFilesSent(), 400, "ParseError", "caller"),
    ],
)
def test_every_error__has_the_same_format(error, status, code, fixed_by):
    response = handle_exception(error, {})

    assert response.status_code == status
    assert set(response.data) == {*EARLIER, *STANDARD, "request_id"}
    assert response.data["status"] == status
    assert response.data["detail"] == response.data["message"]
    assert (response.data["code"], response.data["fixed_by"]) == (code, fixed_by)
    assert response.data["message"]
    assert response.data["advice"]
    assert fixed_by in FIXED_BY_VALUES


class InvalidToken(rest.AuthenticationFailed):
    """As djangorestframework-simplejwt raises it: ``detail`` is a dict with a code."""

    default_code = "token_not_valid"

    def __init__(self, detail):
        self.detail = rest._get_error_details(detail, self.default_code)


MESSAGES = [{"token_class": "AccessToken", "message": "Token is expired"}]


@pytest.mark.parametrize(
    ("detail", "code", "message"),
    [
        (
            {"detail": "Given token not valid", "code": "token_not_valid", "messages": MESSAGES},
            "TokenNotValid",
            "Given token not valid",
        ),
        (
            {"detail": "User is inactive", "code": "user_inactive"},
            "UserInactive",
            "User is inactive",
        ),
        ({"reason": "Expired."}, "TokenNotValid", "Expired."),
        (["Bad.", "Worse."], "TokenNotValid", "Bad. Worse."),
        ({}, "TokenNotValid", ""),
    ],
)
def test_errors_of_jwt_packages__have_a_text_and_a_code(detail, code, message):
    response = handle_exception(InvalidToken(detail), {})

    assert (response.status_code, response.data["code"]) == (401, code)
    assert response.data["detail"] == response.data["message"] == message
    assert "credentials" in response.data["advice"]


def test_error_of_an_engine__has_the_vendors_id_of_the_request():
    response = handle_exception(AccountProblem("Pay!", code="Arrearage", request_id="r-7"), {})

    assert response.data["request_id"] == "r-7"


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("PictureTooSmall", "Picture too small"),
        ("NotFound", "Not found"),
        ("InvalidParameter.DataInspection", "Invalid parameter data inspection"),
    ],
)
def test_title__is_the_code_in_words(code, title):
    assert problem_details.title(code) == title


def test_instance__is_the_path_of_the_request_without_its_query(visitor):
    problem = visitor.get("garments/%C3%A9/?x=secret").json()

    assert problem["instance"] == "/api/outfitanyone/v1/garments/%C3%A9/"


def test_errors_in_the_browsable_api__stay_pages(visitor):
    response = visitor.get("garments/0/", HTTP_ACCEPT="text/html")

    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


def test_bug__is_not_handled():
    assert handle_exception(ZeroDivisionError(), {}) is None


@pytest.mark.django_db
@pytest.mark.parametrize("error", [RequestRefused(), Http404()])
def test_every_error__rolls_back_atomic_requests(monkeypatch, error):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)

    handle_exception(error, {})

    assert connection.get_rollback()
    connection.set_rollback(False)


def test_picture_refused__the_remedy_is_the_error_help():
    response = handle_exception(PictureRefused("Too small.", remedy="Use a larger one."), {})

    assert (response.data["message"], response.data["advice"]) == (
        "Too small.",
        "Use a larger one.",
    )


def test_throttled__keeps_the_retry_after_header():
    assert handle_exception(rest.Throttled(wait=5), {})["Retry-After"] == "5"


def test_invalid__nested_messages_have_a_path():
    error = rest.ValidationError({"box": {"x1": ["Bad."]}, "garments": {0: ["Worse.", "Still."]}})

    response = handle_exception(error, {})

    assert response.data["field_errors"] == {
        "box.x1": ["Bad."],
        "garments.0": ["Worse.", "Still."],
    }
    assert "box.x1, garments.0" in response.data["message"]


def test_invalid__list_items_are_numbered_and_a_bare_message_belongs_to_the_body():
    nested = handle_exception(rest.ValidationError([{"x1": ["Bad."]}, {}]), {})
    bare = handle_exception(rest.ValidationError("Bad."), {})

    assert nested.data["field_errors"] == {"0.x1": ["Bad."]}
    assert bare.data["field_errors"] == {"body": ["Bad."]}


def test_conflicts__are_codes_that_exist():
    """If a code were renamed, its status would silently change from 409 to 422."""
    modules = (actions, publishing, batches, batch_changes, replace_photo)
    source = "".join(map(inspect.getsource, modules))
    refusals = {code for code in CONFLICTS if f'code="{code}"' in source}

    assert CONFLICTS - refusals == {NotSettled.__name__}


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        ("application/json", "{", 400, "ParseError"),
        ("application/json", "[]", 400, "Invalid"),
        ("application/json", '"x"', 400, "Invalid"),
        ("text/csv", "a,b", 415, "UnsupportedMediaType"),
    ],
)
def test_body__malformed_or_unsupported(staff_with, content_type, body, status, code):
    response = staff_with("add_tryonresult").post("try-ons/", body, content_type=content_type)

    assert (response.status_code, response.json()["code"]) == (status, code)


def test_messages__are_in_the_language_of_the_request(visitor):
    make_model_image()
    english = visitor.get("model-images/0/").json()
    german = visitor.get("model-images/0/", HTTP_ACCEPT_LANGUAGE="de").json()

    assert english["code"] == german["code"] == "NotFound"
    assert german["message"] == "Nicht gefunden."
