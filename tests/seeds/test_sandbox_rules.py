"""Rules of the documents for the sandbox that no sample shows, over HTTP."""

from __future__ import annotations

import pytest
import requests

from outfitanyone_local.sandbox.options import Options
from tests.seeds.conftest import KEY

ASYNC = {"X-DashScope-Async": "enable"}


@pytest.fixture
def post(sandbox):
    """Send a body with the key and return the answer."""

    def post(path, body, **headers):
        headers = {"Authorization": f"Bearer {KEY}", **headers}
        url = f"{sandbox.base_url}/services/{path}"
        return requests.post(url, json=body, headers=headers, timeout=20)

    return post


@pytest.fixture
def parse(post, pictures):
    def parse(**body):
        document = {"model": "aitryon-parsing-v1", "input": {"image_url": pictures["image_url"]}}
        return post("vision/image-process/process", document | body)

    return parse


@pytest.fixture
def submit(post, pictures):
    def submit(**garments):
        body = {"person_image_url": pictures["person_image_url"], **garments}
        return post(
            "aigc/image2image/image-synthesis", {"model": "aitryon-plus", "input": body}, **ASYNC
        )

    return submit


def test_limits__are_the_documented_ones():
    options = Options()

    assert (options.submits_per_second, options.running_tasks) == (10, 5)


def test_parses__do_not_wait_for_a_slot(sandbox, parse, submit, pictures):
    sandbox.change_options(running_tasks=1)
    for _ in range(2):
        assert submit(top_garment_url=pictures["top_garment_url"]).status_code == 200

    answers = [parse() for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 6
    assert all(answer.json()["output"]["bbox"][0] for answer in answers)


@pytest.mark.parametrize("url", [None, "", 7])
def test_parse__needs_the_address_of_a_picture(parse, url):
    answer = parse(input={"image_url": url})

    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter")


@pytest.mark.parametrize(
    "parameters", [{}, {"parameters": {}}, {"parameters": {"clothes_type": None}}]
)
def test_clothes_type__left_out_means_the_top(parse, parameters):
    named = parse(parameters={"clothes_type": ["upper"]}).json()["output"]

    output = parse(**parameters).json()["output"]

    assert output["bbox"] == named["bbox"]
    assert len(output["crop_img_url"]) == len(output["parsing_img_url"]) == 1


def test_image_count__is_one_for_two_types(parse):
    answer = parse(parameters={"clothes_type": ["upper", "lower"]}).json()

    assert len(answer["output"]["bbox"]) == 2
    assert answer["usage"] == {"image_count": 1}


def test_request_id__is_different_each_time(parse):
    assert len({parse().json()["request_id"] for _ in range(3)}) == 3


@pytest.mark.parametrize("bottom", [{}, {"bottom_garment_url": ""}, {"bottom_garment_url": None}])
def test_dress__may_have_an_empty_bottom(sandbox, submit, pictures, bottom):
    task_id = submit(top_garment_url=pictures["top_garment_url"], **bottom).json()["output"][
        "task_id"
    ]
    sandbox.settle()
    sandbox.clock.advance(60)

    answer = requests.get(
        f"{sandbox.base_url}/tasks/{task_id}",
        headers={"Authorization": f"Bearer {KEY}"},
        timeout=20,
    )

    assert answer.json()["output"]["task_status"] == "SUCCEEDED"


def test_query__needs_the_key(sandbox):
    answer = requests.get(f"{sandbox.base_url}/tasks/some-task", timeout=20)

    assert answer.status_code == 401
    assert (answer.json()["code"], answer.json()["message"]) == (
        "InvalidApiKey",
        "No API-key provided.",
    )
