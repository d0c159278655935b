"""Downloads of the pictures in a request: URLs, redirects, time and size limits."""

from __future__ import annotations

import time

import pytest

from drawing.noise import picture_bytes
from outfitanyone_local.sandbox import downloads
from outfitanyone_local.sandbox.options import Options

INVALID_URL = (
    "InvalidURL",
    (
        "The request URL is invalid, please check the request URL is available and the request "
        "image format is one of the following types: JPEG, JPG, PNG, BMP, and WEBP."
    ),
)
TIMEOUT = (
    "InvalidParameter",
    "Download the media resource timed out during the data inspection process.",
)


@pytest.fixture
def problem(api, garment):
    """Code and message of a try-on whose model photo has this URL."""

    def ask(url):
        output = api.finished(api.submitted(person_image_url=url, top_garment_url=garment))
        return output.get("code"), output.get("message")

    return ask


@pytest.mark.parametrize(
    "url",
    [
        "C:\\person.jpg",
        "/etc/passwd",
        "file:///etc/passwd",
        "ftp://127.0.0.1/a.jpg",
        "data:image/png;base64,AAAA",
        "person.jpg",
        "http://",
        "http:///a.jpg",
        "http://[::1",
        "http://127.0.0.1:99999/a.jpg",
        "http://127.0.0.1:9/a.jpg",
        "http://name.invalid/a.jpg",
        "http://127.0.0.1:9/bild-ü.jpg",
    ],
)
def test_url__unusable(problem, url):
    assert problem(url) == INVALID_URL


@pytest.mark.parametrize(
    ("url", "finding", "part"),
    [
        ("file:///etc/passwd", "url_malformed", "http or https"),
        ("http://127.0.0.1:9/a.jpg", "url_unreachable", "cannot be reached"),
        ("{shop}/gone.jpg", "url_unreachable", "404"),
        ("{shop}/page.jpg", "file_format", "JPEG, PNG, BMP or HEIC"),
        ("{shop}/broken.jpg", "file_unreadable", "decoded"),
    ],
)
def test_url__reason_is_in_fields_of_its_own(api, shop, garment, url, finding, part):
    shop.serve(b"<html>" * 2000, path="/page.jpg")
    shop.serve(b"\xff\xd8\xff" + b"\0" * 9000, path="/broken.jpg")
    url = url.format(shop=f"http://127.0.0.1:{shop.server_port}")
    fields = {"person_image_url": url, "top_garment_url": garment}
    output = api.finished(api.submitted(**fields))
    assert (output["code"], output["message"]) == INVALID_URL
    assert output["sandbox_findings"] == [finding]
    assert part in output["sandbox_reason"]


@pytest.mark.parametrize("status", [403, 404, 410, 500, 204])
def test_url__with_an_error_status(problem, shop, status):
    assert problem(shop.serve(b"", status=status)) == INVALID_URL


def test_url__percent_encoded_is_accepted(problem, shop):
    url = shop.serve(picture_bytes(), path="/bild-%C3%BC.png")
    assert problem(url) == (None, None)


def test_url__not_percent_encoded_is_refused(problem, shop):
    url = shop.serve(picture_bytes(), path="/bild-%C3%BC.png")
    assert problem(url.replace("%C3%BC", "ü")) == INVALID_URL


def test_redirect__is_followed(problem, shop):
    there = shop.serve(picture_bytes(), path="/there.png")
    assert problem(shop.serve(b"", status=302, headers={"Location": there})) == (None, None)


@pytest.mark.parametrize("location", ["/loop.png", "file:///etc/passwd", "gopher://x/"])
def test_redirect__to_an_unusable_url(problem, shop, location):
    url = shop.serve(b"", path="/loop.png", status=302, headers={"Location": location})
    assert problem(url) == INVALID_URL


def test_content_type__is_ignored(problem, shop):
    url = shop.serve(picture_bytes(), headers={"Content-Type": "text/html"})
    assert problem(url) == (None, None)


def test_file__too_large_stops_the_download(problem, shop):
    sent = []

    def flood(out):
        for _ in range(1000):
            out.write(bytes(1024 * 1024))
            sent.append(1)

    assert problem(shop.serve(flood))[0] == "InvalidInputLength"
    assert len(sent) < 100


def test_stalled_body__is_a_timeout(problem, shop, monkeypatch):
    monkeypatch.setattr(downloads, "SILENCE_SECONDS", 0.1)
    assert problem(shop.serve(lambda out: time.sleep(1))) == TIMEOUT


def test_stalled_response__is_a_timeout(problem, shop, monkeypatch):
    monkeypatch.setattr(downloads, "SILENCE_SECONDS", 0.1)
    monkeypatch.setattr(shop.RequestHandlerClass, "do_GET", lambda _: time.sleep(1))
    assert problem(shop.serve(b"")) == TIMEOUT


def test_slow_body__meets_the_deadline(problem, shop, monkeypatch):
    monkeypatch.setattr(downloads, "TOTAL_SECONDS", 0.3)

    def drip(out):
        for _ in range(100):
            out.write(b"\xff")
            out.flush()
            time.sleep(0.05)

    assert problem(shop.serve(drip)) == TIMEOUT


def test_parse__responds_with_the_same_error(api):
    response = api.parse("http://127.0.0.1:9/a.jpg")
    assert response.status_code == 400
    assert (response.json()["code"], response.json()["message"]) == INVALID_URL


class TestAtSubmit:
    @pytest.fixture
    def options(self):
        return Options(image_faults="submit")

    def test_image_fault__shows_in_the_submit_response(self, api, garment):
        response = api.submit(person_image_url="http://127.0.0.1:9/", top_garment_url=garment)
        assert response.status_code == 400
        assert (response.json()["code"], response.json()["message"]) == INVALID_URL
        assert api.listed().json()["total"] == 0

    def test_good_pictures__still_take_the_usual_time(self, api, server, person, garment):
        task = api.submitted(person_image_url=person, top_garment_url=garment)
        assert api.output(task)["task_status"] == "PENDING"
        assert api.finished(task)["task_status"] == "SUCCEEDED"
