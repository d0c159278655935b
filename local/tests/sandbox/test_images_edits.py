"""The emulator of ``/v1/images/edits``: documented rules, answers, errors and faults."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

from drawing.noise import picture_bytes
from outfitanyone_local.sandbox.options import Options
from outfitanyone_local.sandbox.pictures import read_picture

EDITS = "/images-edits/v1/images/edits"
PROMPT = "The person of image 1 wears the top of image 2."


@pytest.fixture
def edit(api):
    """Send a form; ``None`` leaves a field out."""

    def send(*, images=2, field="image[]", files=None, method="POST", **fields):
        form = {"model": "gpt-image-2.6-flare", "prompt": PROMPT, **fields}
        form = {name: value for name, value in form.items() if value is not None}
        parts = [(field, (f"{n}.png", picture_bytes(seed=n), "image/png")) for n in range(images)]
        return api.call(method, EDITS, data=form, files=files or parts)

    return send


def opened(item):
    return Image.open(io.BytesIO(base64.b64decode(item["b64_json"])))


def error(response):
    body = response.json()["error"]
    assert set(body) == {"message", "type", "param", "code"}
    return response.status_code, body["code"] or body["type"], body["message"]


def test_edit__brings_base64_and_usage(edit, server):
    body = edit(size="512x768", n="2").json()
    first, second = map(opened, body["data"])
    assert first.size == second.size == (512, 768)
    assert (first.format, body["size"], body["output_format"]) == ("PNG", "512x768", "png")
    usage = body["usage"]
    details = usage["input_tokens_details"]
    assert details["text_tokens"] + details["image_tokens"] == usage["input_tokens"]
    assert usage["input_tokens"] + usage["output_tokens"] == usage["total_tokens"]
    assert server.stats["engines"]["images_edits"] == {"submits": 1, "succeeded": 1}


def test_edit__keeps_the_persons_size_by_default(edit):
    person = read_picture(picture_bytes(seed=0))
    assert opened(edit().json()["data"][0]).size == person.size


@pytest.mark.parametrize("field", ["image", "image[]"])
def test_edit__takes_both_names_of_the_field(edit, field):
    assert edit(field=field).status_code == 200


def test_edit__takes_up_to_sixteen_pictures(edit):
    assert edit(images=16).status_code == 200
    assert error(edit(images=17))[1] == "invalid_value"


def test_edit__by_url_needs_the_key(edit, api):
    (item,) = edit(response_format="url", output_format="webp").json()["data"]
    assert item["url"].startswith("/images-edits/v1/images/")
    answer = api.call("GET", item["url"])
    assert Image.open(io.BytesIO(answer.content)).format == "WEBP"
    del api.session.headers["Authorization"]
    assert api.call("GET", item["url"]).status_code == 401


def test_content__that_is_gone(api):
    assert error(api.call("GET", "/images-edits/v1/images/x/content"))[0] == 404


def test_edit__says_what_it_could_not_put_on(edit):
    body = edit(prompt="Image 1 wears the shoes of image 2").json()
    assert body["sandbox_findings"] == ["not_worn"]


def test_models__are_listed(api):
    body = api.call("GET", "/images-edits/v1/models").json()
    assert body["object"] == "list"
    assert body["data"][0]["id"] == "gpt-image-2.6-flare"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"prompt": " "}, "missing_required_parameter"),
        ({"prompt": "x" * 32_001}, "invalid_value"),
        ({"n": "0"}, "invalid_value"),
        ({"n": "11"}, "invalid_value"),
        ({"n": "many"}, "invalid_value"),
        ({"size": "512*768"}, "invalid_value"),
        ({"size": "500x768"}, "invalid_value"),
        ({"size": "8192x8192"}, "invalid_value"),
        ({"quality": "best"}, "invalid_value"),
        ({"output_format": "gif"}, "invalid_value"),
        ({"response_format": "xml"}, "invalid_value"),
        ({"files": [("mask", ("m.png", b"x"))]}, "missing_required_parameter"),
        ({"files": [("image", ("m.png", b"no picture"))]}, "invalid_image_file"),
    ],
)
def test_field__is_refused(edit, change, code):
    assert error(edit(**change))[:2] == (400, code)


def test_unknown_fields__are_ignored(edit):
    assert edit(num_inference_steps="40", seed="7", model=None).status_code == 200


def test_body__that_is_no_form(api):
    assert error(api.call("POST", EDITS, json={}))[1] == "invalid_request_error"
    headers = {"Content-Type": "multipart/form-data"}
    assert error(api.call("POST", EDITS, data=b"x", headers=headers))[0] == 400


def test_path__that_does_not_exist(api):
    assert error(api.call("GET", EDITS))[0] == 405
    assert error(api.call("GET", "/images-edits/v1/nowhere"))[0] == 404


def test_picture_without_a_person__is_refused(edit):
    file = io.BytesIO()
    Image.new("RGB", (300, 400), "white").save(file, "PNG")
    files = [("image", ("p.png", file.getvalue())), ("image", ("g.png", picture_bytes()))]
    status, code, message = error(edit(files=files))
    assert (status, code) == (400, "invalid_image_file")
    assert "no person" in message


def test_limit__names_the_pause(edit):
    answers = [edit() for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert error(answers[-1])[1] == "rate_limit_exceeded"
    assert answers[-1].headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("insufficient_quota", 429),
        ("moderation_blocked", 400),
        ("model_not_found", 404),
        ("server_error", 500),
    ],
)
def test_fault__has_the_documented_status(edit, server, code, status):
    server.faults.add("error", code=code, engine="images_edits")
    assert error(edit())[:2] == (status, code)


def test_fault__without_a_code_is_this_apis_server_error(edit, server):
    server.faults.add("error", engine="images_edits")
    assert error(edit())[:2] == (500, "server_error")


def test_fault__task_failed_refuses_the_request(edit, server):
    server.faults.add("task-failed", code="moderation_blocked")
    assert error(edit())[1] == "moderation_blocked"


class TestKey:
    @pytest.fixture
    def options(self):
        return Options(api_keys=("sk-right",))

    def test_key__is_checked(self, new_api):
        for key, code in ((None, "invalid_request_error"), ("sk-wrong", "invalid_api_key")):
            answer = new_api(key).call("POST", EDITS)
            assert error(answer)[:2] == (401, code)
