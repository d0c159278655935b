"""What the API reveals without a key and at no cost: its region and its clock."""

from __future__ import annotations

from datetime import datetime, timezone
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from django_outfitanyone.engines.guarded_session import GuardedSession, unsigned
from django_outfitanyone.engines.transport import date_of
from django_outfitanyone.exceptions import RequestNotSent

BEIJING = "Beijing"
REGIONS = {  # the first matching suffix wins
    "cn-hongkong.dashscope.aliyuncs.com": "Hong Kong",
    "dashscope.aliyuncs.com": BEIJING,
    "cn-beijing.maas.aliyuncs.com": BEIJING,
    "dashscope-intl.aliyuncs.com": "Singapore",
    "ap-southeast-1.maas.aliyuncs.com": "Singapore",
    "dashscope-us.aliyuncs.com": "US",
    "eu-central-1.maas.aliyuncs.com": "Frankfurt",
    "ap-northeast-1.maas.aliyuncs.com": "Tokyo",
}
"""Suffixes of host names. The try-on models exist in Beijing only."""
END_OF_MODELS = datetime(2026, 10, 10, tzinfo=timezone.utc)
"""The day on which all try-on models end, by the vendor's notice of 2026-07-10."""


def region_of(base_url: str) -> str:
    """Return the vendor's region of a URL; ``""`` for any other host."""
    host = urlsplit(base_url).hostname or ""
    regions = (name for end, name in REGIONS.items() if host == end or host.endswith(f".{end}"))
    return next(regions, "")


def remote_time(base_url: str, *, timeout: tuple[float, float]) -> datetime | None:
    """Return the API's clock in UTC from the ``Date`` header of an answer; ``None`` if absent.

    The request is unsigned, so the answer is an error and costs nothing. Raises
    ``RequestNotSent`` when there is no answer.
    """
    try:
        with (
            GuardedSession(HTTPAdapter(), headers={}) as session,
            session.get(
                f"{base_url.rstrip('/')}/tasks/0",
                auth=unsigned,
                timeout=timeout,
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            return date_of(response.headers.get("Date", ""))
    except requests.RequestException as error:
        raise RequestNotSent(f"The API cannot be reached: {type(error).__name__}.") from error
