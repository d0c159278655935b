"""The emulator of Qwen-Image: documented rules, answers, errors and faults."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

from drawing.noise import picture_bytes
from outfitanyone_local.sandbox.options import Options
from outfitanyone_local.sandbox.remote_models import IMAGE_GENERATION
from outfitanyone_local.sandbox.vendors.dashscope.qwen_image import SYNCHRONOUS_PATH

ASYNC = {"X-DashScope-Async": "enable"}
PROMPT = "The person of image 1 wears the top of image 2 and the skirt of image 3"


def data_url(seed=1):
    return f"data:image/png;base64,{base64.b64encode(picture_bytes(seed=seed)).decode()}"


@pytest.fixture
def edit(api, person, garment):
    """Send a request whose parts can be replaced."""

    def send(
        *, path=IMAGE_GENERATION, headers=ASYNC, model="qwen-image-3.0", images=None, text=PROMPT,
        body=None, **parameters
    ):  # fmt: skip
        images = [person, garment, garment] if images is None else images
        content = [*({"image": image} for image in images), {"text": text}]
        messages = [{"role": "user", "content": content}]
        whole = {"model": model, "input": {"messages": messages}, "parameters": parameters}
        return api.call("POST", path, json=body or whole, headers=headers)

    return send


@pytest.fixture
def finished(api, edit, server):
    def done(**options):
        response = edit(**options)
        assert response.status_code == 200, response.text
        server.settle()
        server.clock.advance(120)
        return api.query(response.json()["output"]["task_id"]).json()

    return done


def error(response):
    body = response.json()
    return response.status_code, body["code"], body["message"]


def opened(api, url):
    return Image.open(io.BytesIO(api.call("GET", url).content))


def test_task__brings_choices_and_usage(api, finished):
    body = finished(size="576*768", n=2)
    (choice,) = body["output"]["choices"]
    urls = [part["image"] for part in choice["message"]["content"]]
    assert len(set(urls)) == 2
    assert all(opened(api, url).size == (576, 768) for url in urls)
    assert opened(api, urls[0]).format == "PNG"
    assert body["usage"] == {
        "output_height": 768,
        "output_width": 576,
        "input_image_count": 3,
        "input_image_type": "qima_input_1k",
        "output_image_count": 2,
        "output_image_type": "qima_output_1k",
    }
    assert "image_url" not in body["output"]


def test_task__large_pictures_have_their_own_tier(finished):
    assert finished(size="1600*1600")["usage"]["output_image_type"] == "qima_output_2k"


def test_size__is_rounded_to_steps_of_16(finished):
    usage = finished(size="570*770")["usage"]
    assert (usage["output_width"], usage["output_height"]) == (576, 768)


def test_task__takes_data_urls(finished):
    images = [data_url(1), data_url(2)]
    assert finished(images=images)["output"]["task_status"] == "SUCCEEDED"


def test_task__takes_uploads_with_the_header(api, finished):
    images = [api.upload(picture_bytes(seed=n), model="qwen-image-3.0") for n in (1, 2)]
    headers = ASYNC | {"X-DashScope-OssResourceResolve": "enable"}
    assert finished(images=images, headers=headers)["output"]["task_status"] == "SUCCEEDED"
    assert finished(images=images)["output"]["task_status"] == "FAILED"


def test_task__is_in_the_task_list(api, edit):
    task_id = edit().json()["output"]["task_id"]
    (line,) = api.listed(model_name="qwen-image-3.0").json()["data"]
    assert line["task_id"] == task_id
    assert "image-generation:generation" in line["user_api_unique_key"]


def test_garments__go_where_the_prompt_says(finished, server, engine):
    finished(text="Image 1 wears the skirt of image 2 and the top of image 3")
    assert engine.calls[-1] == ("try_on", True, True, [])
    finished(text="wears the skirt of image 2", images=None)
    assert engine.tops[-1] is not None


def test_synchronous_call__brings_the_picture_at_once(api, edit, person, garment):
    response = edit(path=SYNCHRONOUS_PATH, headers={}, images=[person, garment], size="512*512")
    body = response.json()
    url = body["output"]["choices"][0]["message"]["content"][0]["image"]
    assert opened(api, url).size == (512, 512)
    assert body["usage"]["input_image_count"] == 2


def test_mode__must_fit_the_path(edit):
    assert error(edit(headers={}))[1:] == (
        "AccessDenied",
        "current user api does not support synchronous calls.",
    )
    assert error(edit(path=SYNCHRONOUS_PATH))[0] == 403


def test_model__must_fit_the_path(edit):
    assert error(edit(model="aitryon-plus"))[2] == "url error, please check url！"
    assert error(edit(model="qwen-image-9"))[2] == "Model not exist."
    assert error(edit(model="aitryon", path=SYNCHRONOUS_PATH, headers={}))[0] == 400


MANY = ["http://127.0.0.1:9/"] * 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": MANY}, "Model 'qwen-image-3.0' supports 0~3 image content items."),
        ({"images": []}, "must contain 1~3 image content items"),
        ({"images": ["ftp://x/"]}, "neither a URL nor base64"),
        ({"images": ["data:image/png;base64,!!!"]}, "neither a URL nor base64"),
        ({"images": ["data:text/html;base64,AAAA"]}, "neither a URL nor base64"),
        ({"text": " "}, "exactly one text"),
        ({"size": "1K"}, "Expected format: '<width>*<height>'"),
        ({"size": "100*100"}, "Image area must be between 262144"),
        ({"size": "4096*2048"}, "4194304 (2048x2048)"),
        ({"size": "3000*300"}, "between 1:8 and 8:1"),
        ({"n": 7}, "n must be"),
        ({"n": "2"}, "n must be"),
        ({"n": True}, "n must be"),
        ({"seed": -1}, "seed must be"),
        ({"watermark": "no"}, "watermark must be a bool"),
        ({"negative_prompt": "x" * 501}, "at most 500"),
    ],
)
def test_field__is_refused_at_once(server, edit, change, message):
    status, code, text = error(edit(**change))
    assert (status, code) == (400, "InvalidParameter")
    assert message in text
    assert server.stats["accepted"] == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"messages": []},
        {"messages": [{"role": "system", "content": [{"text": "x"}]}]},
        {"messages": [{"role": "user", "content": "x"}]},
        {"messages": [{"role": "user", "content": [{"text": "x"}]}] * 2},
    ],
)
def test_messages__are_exactly_one_of_a_user(edit, fields):
    assert (
        "exactly one message" in error(edit(body={"model": "qwen-image-3.0", "input": fields}))[2]
    )


def test_unknown_parameters__are_ignored(edit):
    assert edit(is_async=True, enable_thinking=False).status_code == 200


def test_limit__counts_per_model(edit):
    statuses = [edit().status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]
    assert edit(model="qwen-image-3.0-pro").status_code == 200


def test_fault__task_failed(server, finished):
    server.faults.add("task-failed", code="DataInspectionFailed", engine="qwen_image")
    output = finished()["output"]
    assert (output["task_status"], output["code"]) == ("FAILED", "DataInspectionFailed")


def test_picture_without_a_person__fails_the_task_in_an_editors_words(finished, shop, garment):
    file = io.BytesIO()
    Image.new("RGB", (400, 500), "white").save(file, "BMP")
    output = finished(images=[shop.serve(file.getvalue()), garment])["output"]
    assert (output["task_status"], output["code"]) == ("FAILED", "InvalidParameter")
    assert "no person" in output["sandbox_reason"]


class TestKey:
    @pytest.fixture
    def options(self):
        return Options(api_keys=("sk-right",))

    def test_key__is_checked(self, new_api, edit):
        assert edit().status_code == 401
