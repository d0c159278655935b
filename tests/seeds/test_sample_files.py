"""The samples stay as the documents print them, white space included."""

from __future__ import annotations

import hashlib
import json

import pytest

from tests.seeds import samples
from tests.seeds.conftest import KEY

HASHES = {
    "050-parse-top.sh": "a31b27abe83b93a0",
    "051-parsed.json": "3ecbfea56e637ab6",
    "052-nothing-there.json": "0f70343627a21cc1",
    "053-parse-refused.json": "08f27d4fa1868fda",
    "100-top.sh": "24e1b97777dac385",
    "101-top-keep-bottom.sh": "868100b87a84f31d",
    "102-bottom.sh": "58b665b229e95f35",
    "103-bottom-keep-top.sh": "c6861fc8348a4d85",
    "104-top-and-bottom.sh": "b73d1b1d843c3218",
    "105-dress.sh": "9ea48d8dbddb1e1a",
    "106-submitted.json": "02e8cef8b8309568",
    "107-refused.json": "231511b1a259c41f",
    "118-query.sh": "93acb067148a5682",
    "120-succeeded.json": "e1d4f1e26fda88cb",
    "121-failed.json": "e3d2b2b1b86767c3",
}
"""The first digits of each file's SHA-256, taken when it was compared with its document."""


def test_files__are_those_that_were_compared_with_the_documents():
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        for path in samples.FOLDER.iterdir()
    }

    assert found == HASHES


def test_request__is_read_as_a_shell_reads_it():
    request = samples.request("100-top", key=KEY)

    assert (request.method, request.path) == (
        "POST",
        "/api/v1/services/aigc/image2image/image-synthesis/",
    )
    assert request.headers == {
        "X-DashScope-Async": "enable",
        "Authorization": f"Bearer {KEY}",
        "Content-Type": "application/json",
    }
    assert request.body.startswith(b'{\n    "model": "aitryon-plus",\n')
    assert request.body.endswith(b"\n }")


@pytest.mark.parametrize("name", [name for name in HASHES if name.endswith(".json")])
def test_addresses__are_all_that_is_replaced(name):
    name = name.partition(".")[0]
    url = "http://127.0.0.1/new.jpg"
    fields = {"image_url": url, "crop_img_url": url, "parsing_img_url": url}
    before = samples.text(name)
    after = samples.answer(name, **fields).decode()

    assert samples.replace_addresses(before) == before
    assert samples.shape(json.loads(after)) == samples.shape(json.loads(before))
    assert (url in after) == ("://" in before)
    assert "aliyuncs" not in after
