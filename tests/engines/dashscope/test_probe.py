from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from django_outfitanyone.engines.dashscope.probe import region_of, remote_time
from django_outfitanyone.exceptions import RequestNotSent
from tests.engines.dashscope.conftest import unused_port

SOON = (1.0, 1.0)


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("https://dashscope.aliyuncs.com/api/v1", "Beijing"),
        ("https://ws-1.cn-beijing.maas.aliyuncs.com/api/v1", "Beijing"),
        ("https://dashscope-intl.aliyuncs.com/api/v1", "Singapore"),
        ("https://cn-hongkong.dashscope.aliyuncs.com/api/v1", "Hong Kong"),
        ("https://dashscope.aliyuncs.com.evil.test/api/v1", ""),
        ("https://evildashscope.aliyuncs.com/api/v1", ""),
        ("http://127.0.0.1:8765/api/v1", ""),
        ("", ""),
    ],
)
def test_region_of__depends_on_the_host(url, region):
    assert region_of(url) == region


def test_remote_time__needs_no_key(remote):
    moment = remote_time(remote.base_url, timeout=SOON)

    assert abs(moment - datetime.now(timezone.utc)) < timedelta(seconds=5)


def test_remote_time__refused_connection_sends_nothing():
    with pytest.raises(RequestNotSent):
        remote_time(f"http://127.0.0.1:{unused_port()}/api/v1", timeout=SOON)


@pytest.mark.parametrize("date", ["", "yesterday", "Sat, 99 Nov 2026 06:00:00 GMT"])
def test_remote_time__is_none_without_a_valid_date(monkeypatch, remote, date):
    monkeypatch.setattr("outfitanyone_local.sandbox.app.http_date", lambda _seconds: date)

    assert remote_time(remote.base_url, timeout=SOON) is None
