"""Upload of a picture: a permit, a form for the object storage, and an ``oss://`` URL.

The vendor offers this for tests: an upload is valid for one model only, cannot be
downloaded again, and expires after 48 hours.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePath
from typing import Any
from urllib.parse import SplitResult, urlsplit
from uuid import uuid4

from django_outfitanyone.storable_text import storable

from .answers import Malformed

USABLE_FOR = timedelta(hours=47)
"""Of 48 hours; the last hour is reserved for requests that wait in the vendor's queue."""

_FOLDER_LIMIT = 400
"""Characters; the address of an upload is stored."""
_NEEDED = ("policy", "signature", "upload_dir", "upload_host", "oss_access_key_id")


@dataclass(frozen=True, kw_only=True)
class Permit:
    """Permission to put files into one folder of the object storage, for five minutes."""

    host: str
    folder: str
    access_key_id: str
    policy: str
    signature: str
    acl: str
    forbid_overwrite: str


def read_permit(document: Mapping[str, Any], *, scheme: str) -> Permit:
    """Read a permit. ``scheme`` is that of the API: over TLS, uploads must use TLS too."""
    data = document.get("data")
    if not isinstance(data, dict) or not all(_is_filled(data.get(name)) for name in _NEEDED):
        raise Malformed("The upload permit is incomplete.")
    if len(data["upload_dir"]) > _FOLDER_LIMIT:
        raise Malformed("The upload permit names too long a folder.")
    host = _split(data["upload_host"])
    if not host.netloc or host.scheme not in {"https", scheme}:
        raise Malformed("The upload permit names an unsafe host.")
    return Permit(
        host=data["upload_host"],
        folder=data["upload_dir"],
        access_key_id=data["oss_access_key_id"],
        policy=data["policy"],
        signature=data["signature"],
        acl=_text(data.get("x_oss_object_acl"), "private"),
        forbid_overwrite=_text(data.get("x_oss_forbid_overwrite"), "true"),
    )


def object_key(permit: Permit, *, filename: str) -> str:
    """Return an unused name; only the suffix of ``filename`` is sent."""
    suffix = PurePath(filename).suffix.lower()
    known = suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix) else ""
    return f"{permit.folder}/{uuid4().hex}{known}"


def form_fields(permit: Permit, *, key: str) -> dict[str, str]:
    """Return all form fields but the file, which must come last."""
    return {
        "OSSAccessKeyId": permit.access_key_id,
        "policy": permit.policy,
        "Signature": permit.signature,
        "key": key,
        "x-oss-object-acl": permit.acl,
        "x-oss-forbid-overwrite": permit.forbid_overwrite,
        "success_action_status": "200",
    }


def storage_fault(text: str) -> tuple[str, str, str]:
    """Return code, message and request id of the object storage's XML.

    Three flat elements need no XML parser, which entity attacks could exploit.
    """
    code, message, request_id = (_element(text, name) for name in ("Code", "Message", "RequestId"))
    return code[:100], message, request_id[:100]


def _element(text: str, name: str) -> str:
    found = re.search(rf"<{name}>([^<]{{0,2000}})</{name}>", text)
    return storable(html.unescape(found[1])).strip() if found else ""


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:  # such as http://[
        raise Malformed("The upload permit names no host.") from error


def _is_filled(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _text(value: object, default: str) -> str:
    return value if isinstance(value, str) else default
