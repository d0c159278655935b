from __future__ import annotations

import re

import pytest

from django_outfitanyone.engines.dashscope.answers import Malformed
from django_outfitanyone.engines.dashscope.upload import (
    form_fields,
    object_key,
    read_permit,
    storage_fault,
)

DATA = {
    "policy": "eyJleHBpcmF0aW9uIjoi",
    "signature": "g5K1cNSVrc=",
    "upload_dir": "dashscope-instant/52afe077fb48/2026-03-01/7574ee8f",
    "upload_host": "https://files.example",
    "expire_in_seconds": 300,
    "max_file_size_mb": 100,
    "oss_access_key_id": "LTAI0000",
    "x_oss_object_acl": "private",
    "x_oss_forbid_overwrite": "true",
}


def permit(*, scheme="https", **fields):
    return read_permit({"request_id": "r", "data": {**DATA, **fields}}, scheme=scheme)


def test_form_fields__come_from_the_permit_in_a_fixed_order():
    assert list(form_fields(permit(), key="dir/a.jpg").items()) == [
        ("OSSAccessKeyId", "LTAI0000"),
        ("policy", "eyJleHBpcmF0aW9uIjoi"),
        ("Signature", "g5K1cNSVrc="),
        ("key", "dir/a.jpg"),
        ("x-oss-object-acl", "private"),
        ("x-oss-forbid-overwrite", "true"),
        ("success_action_status", "200"),
    ]


def test_permit__uploads_are_private_by_default():
    fields = form_fields(permit(x_oss_object_acl=None, x_oss_forbid_overwrite=None), key="k")

    assert fields["x-oss-object-acl"] == "private"
    assert fields["x-oss-forbid-overwrite"] == "true"


@pytest.mark.parametrize(
    "document",
    [{}, {"data": None}, {"data": []}]
    + [
        {"data": {**DATA, name: value}}
        for name in ("policy", "signature", "upload_dir", "upload_host", "oss_access_key_id")
        for value in (None, "", 7)
    ],
)
def test_permit__that_is_incomplete_is_malformed(document):
    with pytest.raises(Malformed):
        read_permit(document, scheme="https")


@pytest.mark.parametrize(
    "host",
    ["http://files.example", "ftp://files.example", "files.example", "https://", "file:///x"],
)
def test_permit__of_an_https_api_needs_an_https_host(host):
    with pytest.raises(Malformed):
        permit(upload_host=host)


@pytest.mark.parametrize("host", ["http://127.0.0.1:9000", "https://files.example"])
def test_permit__of_an_http_sandbox_may_have_an_http_host(host):
    assert permit(scheme="http", upload_host=host).host == host


@pytest.mark.parametrize(
    ("filename", "suffix"),
    [
        ("photo.JPG", ".jpg"),
        ("Fräulein Müller.png", ".png"),
        ("noname", ""),
        ("../../etc/passwd", ""),
        ("a.jpg/../b", ""),
        ('a.j"pg', ""),
        ("a.jpégg", ""),
    ],
)
def test_object_key__keeps_only_the_suffix(filename, suffix):
    key = object_key(permit(), filename=filename)

    assert re.fullmatch(re.escape(DATA["upload_dir"]) + r"/[0-9a-f]{32}" + re.escape(suffix), key)


def test_object_key__is_new_each_time():
    assert object_key(permit(), filename="a.jpg") != object_key(permit(), filename="a.jpg")


def test_storage_fault__is_read_from_xml():
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n  <Code>AccessDenied</Code>\n'
        "  <Message>Invalid according to Policy: &quot;x&quot; expired.</Message>\n"
        "  <RequestId>65E0A</RequestId>\n  <HostId>files.example</HostId>\n</Error>"
    )

    assert storage_fault(text) == (
        "AccessDenied",
        'Invalid according to Policy: "x" expired.',
        "65E0A",
    )


@pytest.mark.parametrize("text", ["", "<html>502</html>", "<Code>never closed", "<Code></Code>"])
def test_storage_fault__is_empty_for_everything_else(text):
    assert storage_fault(text) == ("", "", "")
