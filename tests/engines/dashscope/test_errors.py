"""Every error of the protocol, and its meaning for the shop."""

from __future__ import annotations

import pytest

from django_outfitanyone.engines.base import RemoteState, TaskReport
from django_outfitanyone.engines.dashscope.error_table import ERRORS
from django_outfitanyone.engines.dashscope.errors import (
    classify,
    error_from,
    failure_of,
    paid_error_from,
)
from django_outfitanyone.exceptions import (
    AccountProblem,
    APIError,
    ForeignAnswer,
    InputRejected,
    OutcomeUnknown,
    RequestNotSent,
    ServerFault,
    TaskGone,
    Throttled,
)
from tests.engines.dashscope.documented_errors import DOCUMENTED


@pytest.mark.parametrize(("status", "code", "message", "error", "fixed_by"), DOCUMENTED)
def test_documented_errors__have_one_meaning(status, code, message, error, fixed_by):
    raised = error_from(code, message=message, http_status=status, request_id="r-1")

    assert type(raised) is error
    assert (raised.code, raised.http_status, raised.request_id) == (code, status, "r-1")
    assert raised.message == message or not message
    assert classify(code, http_status=status, message=message).fixed_by == fixed_by


@pytest.mark.parametrize(("status", "code", "message", "error", "fixed_by"), DOCUMENTED)
def test_documented_errors__are_not_classified_by_their_status(
    status, code, message, error, fixed_by
):
    label = classify(code, http_status=status, message=message).label

    assert not label.startswith("http-")
    assert label != "unknown"


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "SomethingNew", InputRejected),
        (422, "SomethingNew", InputRejected),
        (404, "SomethingNew", InputRejected),
        (401, "SomethingNew", AccountProblem),
        (403, "SomethingNew", AccountProblem),
        (401, "", ForeignAnswer),
        (403, "", ForeignAnswer),
        (407, "", ForeignAnswer),
        (511, "", ForeignAnswer),
        (429, "SomethingNew", Throttled),
        (500, "SomethingNew", ServerFault),
        (503, "SomethingNew", ServerFault),
        (404, "", ForeignAnswer),
        (302, "", ForeignAnswer),
        (429, "", Throttled),
        (400, "", ForeignAnswer),
        (500, "", ServerFault),
        (200, "SomethingNew", InputRejected),
    ],
)
def test_unknown_codes__are_classified_by_their_status(status, code, error):
    assert type(error_from(code, message="?", http_status=status)) is error


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("Throttling.AnythingNew", "throttled"),
        ("throttling.ratequota", "throttled"),
        ("InvalidPerson.TooFar", "person"),
        ("InvalidURLs", "unknown"),
    ],
)
def test_codes__include_the_codes_nested_below_them(code, label):
    assert classify(code, http_status=400).label == label


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (408, "RequestTimeOut"),
        (500, "RequestTimeOut"),
        (500, "InternalError.Timeout"),
        (502, ""),
        (504, ""),
        (502, "InternalError"),
        (504, "Throttling"),
        (500, ""),
        (503, ""),
        (599, ""),
        (400, ""),
        (401, ""),
        (403, ""),
        (404, ""),
    ],
)
def test_paid_requests__outcome_is_unknown_if_a_gateway_may_have_passed_them_on(status, code):
    raised = paid_error_from(code, message="gave up", http_status=status, request_id="r-1")

    assert type(raised) is OutcomeUnknown
    assert "gave up" in raised.message
    assert "r-1" in raised.message
    assert isinstance(error_from(code, message="gave up", http_status=status), APIError)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (429, "Throttling", Throttled),
        (500, "InternalError", ServerFault),
        (500, "InternalError.Algo", ServerFault),
        (500, "SomethingNew", ServerFault),
        (503, "ServiceUnavailable", ServerFault),
        (400, "InvalidPerson", InputRejected),
        (401, "InvalidApiKey", AccountProblem),
        (429, "", Throttled),
        (301, "", ForeignAnswer),
        (407, "", ForeignAnswer),
        (511, "", ForeignAnswer),
    ],
)
def test_paid_requests__other_errors_are_clear_refusals(status, code, error):
    assert type(paid_error_from(code, message="no", http_status=status)) is error


def test_failed_task__is_classified_by_the_same_table():
    report = TaskReport(
        handle="t",
        state=RemoteState.FAILED,
        code="InvalidPerson",
        message="The input image has no human body.",
        request_id="r-2",
    )

    error = failure_of(report)

    assert type(error) is InputRejected
    assert (error.code, error.http_status, error.request_id) == ("InvalidPerson", 200, "r-2")


def test_failed_task__timeout_is_a_fault_of_the_server():
    report = TaskReport(handle="t", state=RemoteState.FAILED, code="InternalError.Timeout")

    assert type(failure_of(report)) is ServerFault


def test_failed_task__without_a_reason_is_final():
    error = failure_of(TaskReport(handle="t", state=RemoteState.FAILED))

    assert type(error) is InputRejected
    assert error.code == "HTTP.200"
    assert "without a reason" in error.message


def test_unknown_task__is_gone():
    error = failure_of(TaskReport(handle="t", state=RemoteState.GONE, request_id="r-3"))

    assert type(error) is TaskGone
    assert error.request_id == "r-3"


@pytest.mark.parametrize("error", [RequestNotSent, OutcomeUnknown])
def test_own_codes__have_help_too(error):
    assert classify(error().code).error is error


def test_own_codes__have_no_meaning_in_an_answer():
    """Otherwise an answer could make the client submit twice."""
    assert type(error_from("RequestNotSent", message="", http_status=400)) is InputRejected


@pytest.mark.parametrize("code", ["", "SomethingNew", "InvalidPerson", "Throttling"])
@pytest.mark.parametrize("status", [200, 302, 400, 401, 404, 429, 500, 502])
def test_stored_errors__are_classified_as_when_they_were_raised(code, status):
    raised = error_from(code, message="", http_status=status)

    again = classify(raised.code, http_status=raised.http_status, message=raised.message)

    assert again is classify(code, http_status=status)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 407, 429, 500, 502, 511])
def test_stored_errors__without_a_code_need_no_status(status):
    raised = error_from("", message="", http_status=status)

    assert classify(raised.code) is classify("", http_status=status)


def test_table__is_retryable_exactly_where_a_retry_helps():
    retryable = {row.error for row in ERRORS if row.retryable}

    assert retryable == {RequestNotSent, Throttled, ServerFault, ForeignAnswer}


def test_table__has_unique_labels_and_whole_sentences():
    labels = [row.label for row in ERRORS]

    assert len(labels) == len(set(labels))
    assert all(row.help[0].isupper() and row.help.endswith(".") for row in ERRORS)
    assert all(len(row.help) < 200 for row in ERRORS)


def test_table__every_row_can_be_reached():
    """For each row there is an error that is classified by it."""
    for row in ERRORS:
        statuses = [None, 200, *range(300, 600)] if row.statuses is None else row.statuses
        examples = [
            (code, status, message)
            for code in row.codes or ("AnythingElse", "")
            for status in statuses
            for message in row.says or ("",)
        ]
        assert any(
            classify(code, http_status=status, message=message) is row
            for code, status, message in examples
        ), row.label
