"""The vendors' SDKs from PyPI against the emulators of image editors."""

from __future__ import annotations

import base64
import io

import dashscope
import openai
import pytest
import requests
from PIL import Image

from drawing.noise import picture_bytes
from outfitanyone_local.sandbox.options import Options

PROMPT = "The person of image 1 wears the top of image 2"


@pytest.fixture
def options():
    return Options(speed=1000, api_keys=("sk-sdk",))


@pytest.fixture
def pictures():
    return [(f"{n}.png", picture_bytes(seed=n), "image/png") for n in (1, 2)]


@pytest.fixture
def client(server):
    url = server.urls["images_edits"]
    with openai.OpenAI(api_key="sk-sdk", base_url=url, max_retries=0) as made:
        yield made


class TestOpenAI:
    def test_edit__brings_pictures(self, client, pictures):
        answer = client.images.edit(
            model="gpt-image-2.6-flare",
            image=pictures,
            prompt=PROMPT,
            n=2,
            size="1024x1536",
            quality="high",
            input_fidelity="high",
        )
        images = [Image.open(io.BytesIO(base64.b64decode(one.b64_json))) for one in answer.data]
        assert [image.size for image in images] == [(1024, 1536)] * 2
        assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens
        assert answer.usage.input_tokens_details.image_tokens > 0

    def test_edit__of_one_picture(self, client, pictures):
        answer = client.images.edit(model="own-model", image=pictures[0], prompt="Image 1")
        assert answer.data[0].b64_json

    def test_models__are_listed(self, client):
        assert "gpt-image-2.6-sunburst" in [model.id for model in client.models.list()]

    def test_error__of_a_field(self, client, pictures):
        with pytest.raises(openai.BadRequestError) as caught:
            client.images.edit(model="m", image=pictures, prompt=PROMPT, size="7x7")
        assert caught.value.code == "invalid_value"

    @pytest.mark.parametrize(
        ("code", "error"),
        [
            ("insufficient_quota", openai.RateLimitError),
            ("invalid_api_key", openai.AuthenticationError),
            ("model_not_found", openai.NotFoundError),
            ("moderation_blocked", openai.BadRequestError),
            ("server_error", openai.InternalServerError),
        ],
    )
    def test_error__has_the_sdks_class(self, server, client, pictures, code, error):
        server.faults.add("error", code=code)
        with pytest.raises(error) as caught:
            client.images.edit(model="m", image=pictures, prompt=PROMPT)
        assert caught.value.code == code

    def test_retries__make_the_sdk_pay_more_than_once(self, server, client, pictures):
        """The SDK repeats a paid POST by itself after an error; the counters show it."""
        server.faults.add("drop-after", endpoint="submit")
        again = client.with_options(max_retries=2)
        assert again.images.edit(model="m", image=pictures, prompt=PROMPT).data
        assert server.stats["engines"]["images_edits"]["submits"] == 2
        assert server.stats["succeeded"] == 2


class TestDashScope:
    @pytest.fixture(autouse=True)
    def sdk(self, server, monkeypatch):
        server.clock.resume()
        monkeypatch.setattr(dashscope, "base_http_api_url", server.urls["qwen_image"])
        monkeypatch.setattr(dashscope, "api_key", "sk-sdk")

    @pytest.fixture
    def messages(self):
        from dashscope.api_entities.dashscope_response import Message

        images = [base64.b64encode(picture_bytes(seed=n)).decode() for n in (1, 2)]
        content = [{"image": f"data:image/png;base64,{image}"} for image in images]
        return [Message(role="user", content=[*content, {"text": PROMPT}])]

    def test_task__by_the_image_generation_class(self, server, messages):
        from dashscope.aigc.image_generation import ImageGeneration

        task = ImageGeneration.async_call(
            model="qwen-image-3.0", messages=messages, n=1, size="512*768"
        )
        assert task.output.task_status == "PENDING"
        server.settle()
        server.clock.advance(1)
        done = ImageGeneration.wait(task)
        assert done.output.task_status == "SUCCEEDED"
        (choice,) = done.output.choices
        url = choice["message"]["content"][0]["image"]
        image = Image.open(io.BytesIO(requests.get(url, timeout=5).content))
        assert image.size == (512, 768)
        assert done.usage["input_image_count"] == 2

    def test_call__by_the_image_generation_class(self, messages):
        from dashscope.aigc.image_generation import ImageGeneration

        answer = ImageGeneration.call(model="qwen-image-3.0-pro", messages=messages)
        assert answer.status_code == 200
        assert answer.output.choices[0]["message"]["content"][0]["image"]

    def test_call__by_the_conversation_class_with_files(self, tmp_path):
        """The SDK uploads files, and sends their oss:// addresses with the header for it."""
        paths = [tmp_path / f"{n}.png" for n in (1, 2)]
        for n, path in enumerate(paths):
            path.write_bytes(picture_bytes(seed=n))
        content = [*({"image": f"file://{path}"} for path in paths), {"text": PROMPT}]
        answer = dashscope.MultiModalConversation.call(
            model="qwen-image-3.0", messages=[{"role": "user", "content": content}]
        )
        assert answer.status_code == 200, answer.message
        assert answer.output.choices[0].message.content[0]["image"]

    def test_error__is_filled_from_the_flat_body(self, messages):
        from dashscope.aigc.image_generation import ImageGeneration

        answer = ImageGeneration.async_call(model="qwen-image-3.0", messages=messages, size="1K")
        assert (answer.status_code, answer.code) == (400, "InvalidParameter")
