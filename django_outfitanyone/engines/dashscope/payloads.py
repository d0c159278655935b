"""Paths, headers and bodies of the requests. Sends nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from django_outfitanyone.engines.base import RefineOrder, TryOnOrder
from django_outfitanyone.exceptions import RequestRefused

from .answers import BEIJING

TRY_ON_PATH = "services/aigc/image2image/image-synthesis"
PARSING_PATH = "services/vision/image-process/process"

_LIST_SPAN = timedelta(hours=24) - timedelta(seconds=1)  # the second that rounding up may add
_PAGE_SIZE = 50

_URL_CHARACTERS = "!#$%&'()*+,/:;=?@[]~"
"""Characters of a URL beside letters and digits; ``%`` because it may be encoded already."""


@dataclass(frozen=True, kw_only=True)
class Payload:
    """One paid request."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


def try_on(order: TryOnOrder) -> Payload:
    inputs = {"person_image_url": order.person.url, **_garments(order)}
    parameters = {"resolution": order.resolution, "restore_face": order.keep_face}
    return _payload(TRY_ON_PATH, order.model, inputs, parameters, is_async=True)


def refine(order: RefineOrder) -> Payload:
    inputs = {
        "person_image_url": order.person.url,
        "coarse_image_url": order.coarse.url,
        **_garments(order),
    }
    return _payload(TRY_ON_PATH, order.model, inputs, {"gender": order.gender}, is_async=True)


def message(
    path: str,
    model: str,
    content: Sequence[Mapping[str, str]],
    parameters: Mapping[str, Any],
    *,
    addresses: Iterable[str],
) -> Payload:
    """Return a task whose pictures and text are one message, as editors take them."""
    messages = [{"role": "user", "content": [dict(part) for part in content]}]
    body = {"model": model, "input": {"messages": messages}, "parameters": dict(parameters)}
    return Payload(path=path, headers=_headers(addresses, is_async=True), body=body)


def parsing(model: str, *, image_url: str, clothes_types: Sequence[str]) -> Payload:
    if isinstance(clothes_types, str):
        raise TypeError("clothes_types must be a list such as ['upper'], not a string.")
    inputs = {"image_url": image_url}
    parameters = {"clothes_type": list(clothes_types)}
    return _payload(PARSING_PATH, model, inputs, parameters, is_async=False)


def _garments(order: TryOnOrder | RefineOrder) -> dict[str, str]:
    """Return the garments by field; a dress goes into the field of the top."""
    top, bottom = order.garment("top", "one_piece"), order.garment("bottom")
    return {
        "top_garment_url": top.picture.url if top else "",
        "bottom_garment_url": bottom.picture.url if bottom else "",
    }


def task_path(task_id: str) -> str:
    return f"tasks/{quote(task_id, safe='')}"


def task_list_queries(*, start: datetime, end: datetime, model: str) -> list[dict[str, str]]:
    """Return the queries that together list every task of that time.

    It is not documented in which time zone the API reads these times. It writes Beijing
    time. A list that is empty by mistake would make a paid request look lost, so one query
    uses Beijing time and one UTC.
    """
    if start.tzinfo is None or end.tzinfo is None:
        raise RequestRefused("The task list needs times with a time zone.")
    if not timedelta(0) < end - start <= _LIST_SPAN:
        raise RequestRefused(
            "The task list covers less than 24 hours, from a start to a later end."
        )
    filters = {"page_size": str(_PAGE_SIZE)} | ({"model_name": model} if model else {})
    return [
        {
            "start_time": _compact(start, zone),
            "end_time": _compact(end + timedelta(seconds=1), zone),
            **filters,
        }
        for zone in (BEIJING, timezone.utc)
    ]


def common_headers(workspace: str) -> dict[str, str]:
    if not workspace.isascii() or not workspace.isprintable():
        raise ValueError("The workspace contains invalid characters.")
    return {"X-DashScope-WorkSpace": workspace} if workspace else {}


def ascii_url(url: str) -> str:
    """Return the URL in ASCII, as the API needs it; an ASCII URL stays unchanged."""
    if url.isascii() and " " not in url:
        return url
    try:
        parts = urlsplit(url)
        host = parts.netloc.encode("idna").decode()
    except ValueError as error:
        raise RequestRefused(f"The address of a picture is not valid: {error}.") from error
    whole = urlunsplit((parts.scheme, host, parts.path, parts.query, parts.fragment))
    return quote(whole, safe=_URL_CHARACTERS)


def _payload(
    path: str,
    model: str,
    inputs: Mapping[str, str],
    parameters: Mapping[str, Any],
    *,
    is_async: bool,
) -> Payload:
    urls = {name: ascii_url(url) for name, url in inputs.items() if url}
    body = {"model": model, "input": urls, "parameters": dict(parameters)}
    headers = _headers(urls.values(), is_async=is_async)
    return Payload(path=path, headers=headers, body=body)


def _headers(addresses: Iterable[str], *, is_async: bool) -> dict[str, str]:
    headers = {"X-DashScope-Async": "enable"} if is_async else {}
    if any(address.startswith("oss://") for address in addresses):
        headers["X-DashScope-OssResourceResolve"] = "enable"
    return headers


def _compact(moment: datetime, zone: timezone) -> str:
    return moment.astimezone(zone).strftime("%Y%m%d%H%M%S")
