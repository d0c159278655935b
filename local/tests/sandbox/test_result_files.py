"""Result files: signed URLs, a life of one day, XML errors."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest
import requests

DAY = 24 * 3600


@pytest.fixture
def url(api, person, garment):
    task = api.submitted(person_image_url=person, top_garment_url=garment)
    return api.finished(task)["image_url"]


def problem(response):
    assert response.headers["Content-Type"] == "application/xml"
    error = ET.fromstring(response.content)
    return response.status_code, error.findtext("Code"), error.findtext("Message")


def test_url__is_plain_http_on_the_sandbox_with_a_signature(url, server):
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}" == server.root_url
    assert re.fullmatch(r"/dashscope-result/\d{8}/[0-9a-f-]{36}\.jpg", parts.path)
    assert list(parse_qs(parts.query)) == ["Expires", "OSSAccessKeyId", "Signature"]


def test_url__expires_24_hours_after_the_task_ended(api, server, person, garment):
    task = api.submitted(person_image_url=person, top_garment_url=garment)
    output = api.finished(task)
    expires = int(parse_qs(urlsplit(output["image_url"]).query)["Expires"][0])
    assert expires == pytest.approx(server.clock.now() - 60 + 17 + DAY, abs=3)


def test_file__needs_no_key(url):
    response = requests.get(url, timeout=5)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/jpeg")
    assert int(response.headers["Content-Length"]) == len(response.content) > 5000


def test_file__head_has_no_body(url):
    response = requests.head(url, timeout=5)
    assert (response.status_code, response.content) == (200, b"")
    assert int(response.headers["Content-Length"]) > 5000


def test_file__lives_for_a_day(url, server):
    server.clock.advance(DAY - 60)
    assert requests.get(url, timeout=5).status_code == 200
    server.clock.advance(120)
    response = problem(requests.get(url, timeout=5))
    assert response == (403, "AccessDenied", "Request has expired.")


def test_url__forged(url):
    later = re.sub(r"Expires=\d+", "Expires=9999999999", url)
    other = url.replace("/dashscope-result/", "/dashscope-result/x")
    bare = url.partition("?")[0]
    for forged in (later, other, bare, f"{bare}?Expires=x&Signature=%ff"):
        assert problem(requests.get(forged, timeout=5))[:2] == (403, "AccessDenied")


def test_file__deleted(url, server):
    server.sandbox.storage.results.clear()
    assert problem(requests.get(url, timeout=5))[:2] == (404, "NoSuchKey")


def test_file__is_purged_after_its_url_expired(url, server, api):
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


def test_parsed_files__live_for_a_day(api, server, person):
    output = api.parse(person).json()["output"]
    urls = [output[name][0] for name in ("crop_img_url", "parsing_img_url")]
    server.clock.advance(DAY - 1)
    assert [requests.get(url, timeout=5).status_code for url in urls] == [200, 200]
    server.clock.advance(2)
    assert [requests.get(url, timeout=5).status_code for url in urls] == [403, 403]
