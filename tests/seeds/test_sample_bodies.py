"""The client sends the sample requests: the same path, headers, keys, values and order."""

from __future__ import annotations

import pytest

from django_outfitanyone.engines.base import Picture
from tests.orders import try_on_order
from tests.seeds import samples
from tests.seeds.conftest import KEY

TRY_ONS = [
    "100-top",
    "101-top-keep-bottom",
    "102-bottom",
    "103-bottom-keep-top",
    "104-top-and-bottom",
    "105-dress",
]
ORDER_FIELDS = {
    "person_image_url": "person",
    "top_garment_url": "top",
    "bottom_garment_url": "bottom",
}
CROP = "http://dashscope-result-sh.oss-cn-shanghai.aliyuncs.com/example_crop_img.jpg?Expires=1"


def assert_same(received, sample):
    """Compare a request with a sample, except for host, picture addresses and white space."""
    assert received.method == sample.method
    assert received.path == sample.path.rstrip("/")
    assert {name: received.headers[name] for name in sample.headers} == sample.headers
    if sample.body:
        assert samples.in_order(received.body) == samples.in_order(sample.body)


@pytest.mark.parametrize("name", TRY_ONS)
def test_submit__is_the_sample_request(client, vendor, name):
    sample = samples.request(name, key=KEY)
    path = sample.path.rstrip("/")
    vendor.answer("POST", path, samples.answer("106-submitted"))
    placeholders = {field: CROP for field, url in sample.fields.items() if "://" not in url}
    sample = sample.with_pictures(**placeholders)
    urls = {ORDER_FIELDS[field]: url for field, url in sample.fields.items()}

    client.submit(try_on_order(model="aitryon-plus", **urls))

    (received,) = vendor.received
    assert_same(received, sample)


def test_parse__is_the_sample_request(client, vendor):
    sample = samples.request("050-parse-top", key=KEY)
    vendor.answer("POST", sample.path, samples.answer("051-parsed"))

    client.parse(Picture(url=sample.fields["image_url"]), ["upper"], model="aitryon-parsing-v1")

    (received,) = vendor.received
    assert_same(received, sample)
    assert received.headers["X-DashScope-Async"] is None


def test_query__is_the_sample_request(client, vendor):
    sample = samples.request("118-query", key=KEY)
    task_id = sample.path.rpartition("/")[2]
    body = samples.answer("120-succeeded").replace(b"15991992-1487-40d4-ae66-xxxxxx", b"")
    vendor.answer("GET", sample.path, body)

    client.query(task_id)

    (received,) = vendor.received
    assert_same(received, sample)
    assert received.body == b""
