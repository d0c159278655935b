"""The vendor's SDK from PyPI against the sandbox."""

from __future__ import annotations

import dashscope
import pytest
import requests

from drawing.noise import picture_bytes
from outfitanyone_local.sandbox.options import Options

RESOLVE = {"X-DashScope-OssResourceResolve": "enable"}
PARSING = "aitryon-parsing-v1"
SYNTHESIS = {"task_group": "aigc", "task": "image2image", "function": "image-synthesis"}
PROCESS = {"task_group": "vision", "task": "image-process", "function": "process"}


@pytest.fixture
def options():
    return Options(speed=1000, api_keys=("sk-sdk",))


@pytest.fixture(autouse=True)
def sdk(server, monkeypatch):
    server.clock.resume()
    monkeypatch.setattr(dashscope, "base_http_api_url", server.base_url)
    monkeypatch.setattr(dashscope, "api_key", "sk-sdk")


@pytest.fixture
def fields(person, garment):
    return {"person_image_url": person, "top_garment_url": garment}


@pytest.fixture
def upload(tmp_path):
    def send(model, *, seed=1):
        path = tmp_path / f"picture-{seed}.png"
        path.write_bytes(picture_bytes(seed=seed))
        from dashscope.utils.oss_utils import OssUtils

        url, _ = OssUtils.upload(model=model, file_path=str(path))
        return url

    return send


def submit(fields, **parameters):
    """Submit with the class from the vendor's examples for other models; it sends no prompt."""
    from dashscope.client.base_api import BaseAsyncApi

    parameters.setdefault("model", "aitryon-plus")
    return BaseAsyncApi.async_call(input=fields, **SYNTHESIS, **parameters)


@pytest.fixture
def wait(server):
    """The SDK sleeps a second or more between polls, so the picture is ready before the first."""

    def until_done(task):
        from dashscope import ImageSynthesis

        server.settle()
        server.clock.advance(1)
        return ImageSynthesis.wait(task)

    return until_done


def test_submit_and_wait__by_the_image_synthesis_class(fields):
    """This class always sends a prompt, even to a model without one."""
    from dashscope import ImageSynthesis

    task = ImageSynthesis.async_call(
        "aitryon-plus",
        prompt="x",
        task="image2image",
        extra_input=fields,
        resolution=-1,
        restore_face=True,
    )
    assert task.status_code == 200
    assert task.output.task_status == "PENDING"
    done = ImageSynthesis.wait(task)
    assert done.output.task_status == "SUCCEEDED"
    assert done.usage["image_count"] == 1
    assert requests.get(done.output["image_url"], timeout=5).content[:3] == b"\xff\xd8\xff"


def test_submit_and_wait__by_the_generic_class(fields, wait):
    task = submit(fields, resolution=1024)
    assert wait(task).output["task_status"] == "SUCCEEDED"


def test_wait__skips_statuses_unknown_to_the_sdk(server, fields, wait):
    server.set_progression([("PRE-PROCESSING", 1)], unit="queries")
    task = submit(fields)
    server.settle()
    assert wait(task).output["task_status"] == "SUCCEEDED"


def test_wait__failed_task_carries_code_and_message(wait):
    done = wait(submit({"person_image_url": "http://127.0.0.1:9/p", "top_garment_url": "x"}))
    assert (done.status_code, done.output["task_status"]) == (200, "FAILED")
    assert done.output["code"] == "InvalidURL"


def test_fetch__unknown_task(server):
    from dashscope import ImageSynthesis

    assert ImageSynthesis.fetch("1111").output["task_status"] == "UNKNOWN"


def test_list__finds_the_task(fields):
    from dashscope import ImageSynthesis

    task = submit(fields)
    listed = ImageSynthesis.list(model_name="aitryon-plus", page_size=5)
    assert listed.status_code == 200
    assert [entry["task_id"] for entry in listed.output["data"]] == [task.output["task_id"]]
    assert listed.output["total"] == 1


def test_cancel__while_pending_and_too_late(server, fields, wait):
    from dashscope import ImageSynthesis

    server.set_progression([("PENDING", 60)])
    task = submit(fields)
    assert ImageSynthesis.cancel(task).status_code == 200
    again = ImageSynthesis.cancel(task)
    assert (again.status_code, again.code) == (400, "UnsupportedOperation")
    assert wait(task).output["task_status"] == "CANCELED"


def test_upload__then_try_on(upload, wait):
    fields = {
        "person_image_url": upload("aitryon-plus", seed=1),
        "top_garment_url": upload("aitryon-plus", seed=2),
    }
    assert wait(submit(fields, headers=RESOLVE)).output["task_status"] == "SUCCEEDED"


def test_parse__by_the_generic_class(upload, person):
    from dashscope.client.base_api import BaseApi

    for options in ({"image_url": person}, {"image_url": upload(PARSING)}):
        response = BaseApi.call(
            model=PARSING,
            input=options,
            clothes_type=["upper"],
            headers=RESOLVE,
            **PROCESS,
        )
        assert response.status_code == 200
        assert response.output["bbox"] == [[75, 80, 225, 200]]
        assert response.usage["image_count"] == 1


def test_parse__nothing_found_becomes_none(person):
    from dashscope.client.base_api import BaseApi

    response = BaseApi.call(
        model=PARSING, input={"image_url": person}, clothes_type=["dress"], **PROCESS
    )
    assert response.output["crop_img_url"] == [None]


def test_refiner__after_a_try_on(fields, wait):
    coarse = wait(submit(fields)).output["image_url"]
    task = submit({**fields, "coarse_image_url": coarse}, model="aitryon-refiner", gender="woman")
    assert wait(task).output["task_status"] == "SUCCEEDED"


def test_error__is_filled_from_the_flat_body(fields):
    response = submit(fields, api_key="sk-wrong")
    assert (response.status_code, response.code) == (401, "InvalidApiKey")
    assert response.message == "Invalid API-key provided."
    assert response.request_id


def test_error__throttling(server, fields):
    server.faults.add("error", code="Throttling", endpoint="submit")
    response = submit(fields)
    assert (response.status_code, response.code) == (429, "Throttling")


def test_workspace__is_accepted(fields):
    assert submit(fields, workspace="llm-x").status_code == 200


def test_dropped_connection__makes_the_sdk_pay_twice(server, fields):
    """The SDK repeats a POST by itself; the counters show the second task."""
    server.faults.add("drop-after", endpoint="submit")
    assert submit(fields).status_code == 200
    assert (server.stats["submits"], server.stats["accepted"]) == (2, 2)


def test_version_2_client__creates_a_task(fields, request):
    from dashscope.v2.resources._jobs import Jobs

    client = dashscope.Client(api_key="sk-sdk", base_url=dashscope.base_http_api_url)
    request.addfinalizer(client.close)
    jobs = Jobs(client, "aigc/image2image/image-synthesis", "aigc")
    job = jobs.create(
        model="aitryon-plus", input=fields, parameters={"resolution": -1, "restore_face": True}
    )
    assert job.output["task_id"]
