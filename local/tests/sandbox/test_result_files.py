"""Result files: signed addresses, a day of life, XML errors."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest
import requests

DAY = 24 * 3600


@pytest.fixture
def address(api, person, garment):
    task = api.submitted(person_image_url=person, top_garment_url=garment)
    return api.finished(task)["image_url"]


def problem(answer):
    assert answer.headers["Content-Type"] == "application/xml"
    error = ET.fromstring(answer.content)
    return answer.status_code, error.findtext("Code"), error.findtext("Message")


def test_address__is_plain_http_on_the_sandbox_with_a_signature(address, server):
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}" == server.root_url
    assert re.fullmatch(r"/dashscope-result/\d{8}/[0-9a-f-]{36}\.jpg", parts.path)
    assert list(parse_qs(parts.query)) == ["Expires", "OSSAccessKeyId", "Signature"]


def test_address__expires_24_hours_after_the_task_ended(api, server, person, garment):
    task = api.submitted(person_image_url=person, top_garment_url=garment)
    output = api.finished(task)
    expires = int(parse_qs(urlsplit(output["image_url"]).query)["Expires"][0])
    assert expires == pytest.approx(server.clock.now() - 60 + 17 + DAY, abs=3)


def test_file__is_fetched_without_a_key(address):
    answer = requests.get(address, timeout=5)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    assert int(answer.headers["Content-Length"]) == len(answer.content) > 5000


def test_file__head_has_no_body(address):
    answer = requests.head(address, timeout=5)
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 5000


def test_file__is_there_for_a_day(address, server):
    server.clock.advance(DAY - 60)
    assert requests.get(address, timeout=5).status_code == 200
    server.clock.advance(120)
    answer = problem(requests.get(address, timeout=5))
    assert answer == (403, "AccessDenied", "Request has expired.")


def test_address__that_was_changed(address):
    later = re.sub(r"Expires=\d+", "Expires=9999999999", address)
    other = address.replace("/dashscope-result/", "/dashscope-result/x")
    bare = address.partition("?")[0]
    for forged in (later, other, bare, f"{bare}?Expires=x&Signature=%ff"):
        assert problem(requests.get(forged, timeout=5))[:2] == (403, "AccessDenied")


def test_file__that_is_gone(address, server):
    server.sandbox.storage.results.clear()
    assert problem(requests.get(address, timeout=5))[:2] == (404, "NoSuchKey")


def test_file__is_purged_when_nobody_can_fetch_it_any_more(address, server, api):
    folder = server.sandbox.storage.results._folder
    assert len(list(folder.iterdir())) == 1
    server.clock.advance(DAY + 2 * 3600)
    for _ in range(100):
        if not list(folder.iterdir()):
            break
        api.listed()
        server.clock.advance(1)
    assert list(folder.iterdir()) == []
    assert len(server.sandbox.tasks) == 0


def test_parsed_files__live_as_long(api, server, person):
    crop = api.parse(person).json()["output"]["crop_img_url"][0]
    server.clock.advance(DAY - 1)
    assert requests.get(crop, timeout=5).status_code == 200
    server.clock.advance(2)
    assert requests.get(crop, timeout=5).status_code == 403
