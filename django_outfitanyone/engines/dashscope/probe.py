"""What can be learnt of an API's gateway without a key and without paying."""

from __future__ import annotations

from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests

from django_outfitanyone.exceptions import RequestNotSent

from .transport import unsigned

BEIJING = "Beijing"
REGIONS = {  # the first end that fits
    "cn-hongkong.dashscope.aliyuncs.com": "Hong Kong",
    "dashscope.aliyuncs.com": BEIJING,
    "cn-beijing.maas.aliyuncs.com": BEIJING,
    "dashscope-intl.aliyuncs.com": "Singapore",
    "ap-southeast-1.maas.aliyuncs.com": "Singapore",
    "dashscope-us.aliyuncs.com": "US",
    "eu-central-1.maas.aliyuncs.com": "Frankfurt",
    "ap-northeast-1.maas.aliyuncs.com": "Tokyo",
}
"""Ends of host names; the try-on models exist in Beijing only."""
END_OF_MODELS = datetime(2026, 10, 10, tzinfo=timezone.utc)
"""The vendor's notice of 2026-07-10 names this day for all try-on models."""


def region_of(base_url: str) -> str:
    """The vendor's region behind an address; ``""`` for any other host."""
    host = urlsplit(base_url).hostname or ""
    fitting = (name for end, name in REGIONS.items() if host == end or host.endswith(f".{end}"))
    return next(fitting, "")


def remote_time(base_url: str, *, timeout: tuple[float, float]) -> datetime | None:
    """The gateway's clock, in UTC to the second, by the ``Date`` of an answer; ``None`` if absent.

    The request is unsigned, so the answer is an error that costs nothing. ``RequestNotSent``
    when there is no answer.
    """
    try:
        with requests.get(
            f"{base_url.rstrip('/')}/tasks/0",
            auth=unsigned,
            timeout=timeout,
            allow_redirects=False,
            stream=True,
        ) as response:
            return _moment(response.headers.get("Date", ""))
    except requests.RequestException as error:
        raise RequestNotSent(f"The API cannot be reached: {type(error).__name__}.") from error


def _moment(date: str) -> datetime | None:
    try:
        return parsedate_to_datetime(date).astimezone(timezone.utc)
    except ValueError:
        return None
