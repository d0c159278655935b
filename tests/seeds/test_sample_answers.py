"""The client reads the sample answers, which a local server gives byte for byte."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from django_outfitanyone.engines.base import ParsedArea, Picture, RemoteState, Result
from django_outfitanyone.engines.dashscope import failure_of
from django_outfitanyone.exceptions import AccountProblem, InputRejected
from tests.orders import try_on_order
from tests.seeds import samples

TRY_ON_PATH = "/api/v1/services/aigc/image2image/image-synthesis"
PARSING_PATH = "/api/v1/services/vision/image-process/process"
ORDER = try_on_order(model="aitryon-plus", person="https://s.example/p", top="https://s.example/t")
RESULTS = "http://dashscope-result-sh.oss-cn-shanghai.aliyuncs.com"


def parse(client):
    return client.parse(Picture(url="https://s.example/p"), ["upper"], model="aitryon-parsing-v1")


def utc(*fields):
    return datetime(*fields, tzinfo=timezone.utc)


def test_submit__reads_the_sample_answer(client, vendor):
    vendor.answer("POST", TRY_ON_PATH, samples.answer("106-submitted"))

    report = client.submit(ORDER)

    assert report.handle == "0385dc79-5ff8-4d82-bcb6-xxxxxx"
    assert report.state is RemoteState.WAITING
    assert report.request_id == "4909100c-7b5a-9f92-bfe5-xxxxxx"


def test_submit__reads_the_sample_error(client, vendor):
    vendor.answer("POST", TRY_ON_PATH, samples.answer("107-refused"), status=401)

    with pytest.raises(AccountProblem) as caught:
        client.submit(ORDER)

    assert (caught.value.code, caught.value.message) == ("InvalidApiKey", "No API-key provided.")
    assert caught.value.request_id == "7438d53d-6eb8-4596-8835-xxxxxx"


def test_query__reads_the_sample_of_success(client, vendor):
    task_id = "15991992-1487-40d4-ae66-xxxxxx"
    vendor.answer("GET", f"/api/v1/tasks/{task_id}", samples.answer("120-succeeded"))

    report = client.query(task_id)

    assert (report.handle, report.state) == (task_id, RemoteState.SUCCEEDED)
    assert report.request_id == "98d46cd0-1f90-9231-9a6c-xxxxxx"
    assert report.submitted_at == utc(2025, 6, 30, 6, 37, 53, 838000)
    assert report.started_at == utc(2025, 6, 30, 6, 37, 53, 858000)
    assert report.finished_at == utc(2025, 6, 30, 6, 38, 11, 472000)
    assert report.image_url == (
        "http://dashscope-result-hz.oss-cn-hangzhou.aliyuncs.com/tryon.jpg?Expires=xxx"
    )
    assert report.image_count == 1


def test_query__reads_the_sample_of_failure(client, vendor):
    task_id = "e32bd911-5a3d-4687-bf53-xxxxxx"
    vendor.answer("GET", f"/api/v1/tasks/{task_id}", samples.answer("121-failed"))

    report = client.query(task_id)

    assert (report.handle, report.state) == (task_id, RemoteState.FAILED)
    assert report.request_id == "6bf4693b-c6d0-933a-b7b7-xxxxxx"
    assert report.code == "InvalidParameter"
    assert report.message == "The request is missing required parameters xxxxx"
    assert (report.submitted_at, report.started_at, report.finished_at) == (None, None, None)
    assert (report.image_url, report.image_count) == ("", 0)
    assert isinstance(failure_of(report), InputRejected)


def test_parse__reads_the_sample_with_clothes(client, vendor):
    vendor.answer("POST", PARSING_PATH, samples.answer("051-parsed"))

    report = parse(client)

    assert report.areas == (
        ParsedArea(
            clothes_type="upper",
            box=(331, 239, 641, 637),
            crop=Result(url=f"{RESULTS}/example_crop_img.jpg?Expires=xxxx"),
            cutout=Result(url=f"{RESULTS}/example_parsing_img.png?Expires=xxxx"),
        ),
    )
    assert (report.image_count, report.request_id) == (1, "b68147d6-e7d0-920f-b889-xxxxxx")


def test_parse__reads_the_sample_without_clothes(client, vendor):
    vendor.answer("POST", PARSING_PATH, samples.answer("052-nothing-there"))

    report = parse(client)

    assert report.areas == (None,)
    assert (report.image_count, report.request_id) == (1, "c56f62df-724e-9c19-96bd-308627cf5262")


@pytest.mark.parametrize("form", [b"[null]", b"[None]", b"null", b'["None"]', b"None"])
def test_parse__reads_each_form_of_null(client, vendor, form):
    body = samples.answer("052-nothing-there").replace(b"[null]", form)
    assert body.count(form) == 3
    vendor.answer("POST", PARSING_PATH, body)

    assert parse(client).areas == (None,)


@pytest.mark.parametrize("status", [400, 200])
def test_parse__reads_the_sample_error(client, vendor, status):
    vendor.answer("POST", PARSING_PATH, samples.answer("053-parse-refused"), status=status)

    with pytest.raises(InputRejected) as caught:
        parse(client)

    assert caught.value.code == "InvalidParameter.ClothesType"
    assert caught.value.message == (
        "The request parameter is invalid, please check the request parameter."
    )
    assert caught.value.request_id == "1d075a37-3768-9bc9-b781-xxxx"
