"""What the errors of the engines with error tables mean, by code and by HTTP status."""

from __future__ import annotations

import pytest

from django_outfitanyone.engines.errors import BY_STATUS, OWN
from django_outfitanyone.exceptions import (
    AccountProblem,
    ForeignAnswer,
    InputRejected,
    OutcomeUnknown,
    ServerFault,
    Throttled,
)
from tests.engines.cases import FASHN, FLUX_VTO, P_IMAGE, each_engine
from tests.engines.dashscope.listener import answers, response

FASHN_API = {
    "BadRequest": (400, InputRejected),
    "UnauthorizedAccess": (401, AccountProblem),
    "NotFound": (404, InputRejected),
    "RateLimitExceeded": (429, Throttled),
    "ConcurrencyLimitExceeded": (429, Throttled),
    "OutOfCredits": (429, AccountProblem),
    "InternalServerError": (500, ServerFault),
}
BY_HTTP_STATUS = {
    401: AccountProblem,
    402: AccountProblem,
    403: AccountProblem,
    422: InputRejected,
    429: Throttled,
}


@pytest.mark.parametrize("code", FASHN_API)
def test_submit__errors_of_fashn_have_known_meanings(listen, engine_at, code):
    status, error = FASHN_API[code]
    answer = response({"error": code, "message": "m"}, status=status)

    with pytest.raises(error) as caught:
        engine_at(FASHN, listen(answers(answer))).submit(FASHN.order, key="1")

    assert (caught.value.code, caught.value.message) == (code, "m")
    assert caught.value.http_status == status


@pytest.mark.parametrize("case", [FLUX_VTO, P_IMAGE], ids=lambda case: case.name)
@pytest.mark.parametrize("status", BY_HTTP_STATUS)
def test_submit__errors_without_a_code_are_known_by_their_status(listen, engine_at, case, status):
    answer = response({"detail": "m"}, status=status)

    with pytest.raises(BY_HTTP_STATUS[status]) as caught:
        engine_at(case, listen(answers(answer))).submit(case.order, key="1")

    assert (caught.value.code, caught.value.message) == (f"API.{status}", "m")
    kept = case.engine_class.classify(caught.value.code, "m")
    assert kept == case.engine_class.classify(f"API.{status}", "")


@pytest.mark.parametrize("case", [FLUX_VTO, P_IMAGE], ids=lambda case: case.name)
def test_submit__500_of_an_api_that_promises_nothing_is_unclear(listen, engine_at, case):
    answer = response({"detail": "failed"}, status=500)

    with pytest.raises(OutcomeUnknown):
        engine_at(case, listen(answers(answer))).submit(case.order, key="1")


@pytest.mark.parametrize(
    ("code", "fixed_by"),
    [
        ("PoseError", "shop"),
        ("ImageLoadError", "shop"),
        ("ContentModerationError", "shop"),
        ("InputValidationError", "shop"),
        ("PipelineError", "nobody"),
        ("ThirdPartyError", "nobody"),
        ("3rdPartyProviderError", "nobody"),
        ("InternalServerError", "nobody"),
        ("PollingTimeout", "nobody"),
    ],
)
def test_failed_task_of_fashn__temporary_ones_are_retried(listen, engine_at, code, fixed_by):
    failed = {"id": "t-1", "status": "failed", "error": {"name": code, "message": "m"}}

    report = engine_at(FASHN, listen(answers(response(failed)))).query("t-1")
    found = FASHN.engine_class.classify(report.code, report.message)

    assert (report.state.value, report.code, report.message) == ("failed", code, "m")
    assert found.fixed_by == fixed_by
    assert found.is_temporary is (fixed_by == "nobody")


@pytest.mark.parametrize(
    ("status", "code", "fixed_by"),
    [
        ("Request Moderated", "RequestModerated", "shop"),
        ("Content Moderated", "ContentModerated", "shop"),
        ("Error", "TaskError", "shop"),
    ],
)
def test_failed_task_of_flux__is_not_retried_because_it_may_be_charged(
    listen, engine_at, status, code, fixed_by
):
    failed = {"id": "t-1", "status": status, "details": {"Moderation Reasons": ["Nudity", "Child"]}}

    report = engine_at(FLUX_VTO, listen(answers(response(failed)))).query("t-1")
    found = FLUX_VTO.engine_class.classify(report.code, report.message)

    assert (report.state.value, report.code) == ("failed", code)
    assert report.message == "Nudity; Child"
    assert (found.fixed_by, found.is_temporary) == (fixed_by, False)


@pytest.mark.parametrize(
    ("message", "label"),
    [
        ("NSFW content detected", "moderation"),
        ("could not download https://shop.example/t.jpg", "could not load a picture"),
        ("CUDA error", "could not make this picture"),
    ],
)
def test_failed_task_of_p_image__is_explained_by_its_message(listen, engine_at, message, label):
    failed = {"id": "t-1", "status": "failed", "error": message}

    report = engine_at(P_IMAGE, listen(answers(response(failed)))).query("t-1")
    found = P_IMAGE.engine_class.classify(report.code, report.message)

    assert (report.state.value, report.code, report.message) == ("failed", "TaskFailed", message)
    assert label in found.help
    assert (found.fixed_by, found.is_temporary) == ("shop", False)


@each_engine
@pytest.mark.parametrize("row", [*OWN, *BY_STATUS], ids=lambda row: row.label)
def test_table__app_codes_mean_the_same_for_every_engine(case, row):
    for code in row.codes:
        if "." not in code and row in OWN:
            assert case.engine_class.ERRORS.kind_of(code) is row
    assert case.engine_class.classify("NoSuchCode").fixed_by == "developer"


@each_engine
def test_error__code_of_this_app_from_outside_is_an_api_error(listen, engine_at, case):
    """Only this app may say that nothing was sent."""
    answer = response({"error": "RequestNotSent", "message": "m"}, status=400)

    with pytest.raises(InputRejected):
        engine_at(case, listen(answers(answer))).submit(case.order, key="1")


@each_engine
def test_query__page_of_a_proxy_is_foreign(listen, engine_at, case):
    with pytest.raises(ForeignAnswer, match="text/html"):
        engine_at(
            case, listen(answers(response(b"<html>", headers=("Content-Type: text/html",))))
        ).query("t-1")
