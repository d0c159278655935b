"""Temporary uploads: the signed policy, the form post, and oss:// URLs.

The folder in a policy starts with a fingerprint of account and model, so the key of an
uploaded file says which account and model may use it.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import IO, Any

from .clock import BEIJING
from .errors import UPLOAD_FOREIGN, UPLOAD_GONE, Problem, Refused
from .file_store import FileStore
from .signed_urls import ACCESS_KEY_ID, Signer

UPLOAD_PATH = "/dashscope-file-mgr"
SCHEME = "oss://"
LIFE_SECONDS = 48 * 3600.0
POLICY_SECONDS = 300
MAX_FILE_MB = 100
MAX_FILE_BYTES = MAX_FILE_MB * 1024 * 1024
MAX_KEY_BYTES = 1023

EXPIRED = Problem(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
BAD_SIGNATURE = Problem(
    403,
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided. "
    "Check your key and signing method.",
)
UNKNOWN_ACCESS_KEY = Problem(
    403, "InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records."
)
NO_FILE = Problem(400, "InvalidArgument", "POST requires exactly one file upload per request.")
TAKEN = Problem(
    409,
    "FileAlreadyExists",
    "The object you specified already exists and can not be overwritten.",
)
TOO_LARGE = Problem(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size.")
BAD_NAME = Problem(400, "InvalidObjectName", "The specified object is not valid.")


class Uploads:
    """The object store's side of temporary uploads."""

    def __init__(self, files: FileStore, *, signer: Signer) -> None:
        self._files = files
        self._signer = signer

    def policy(
        self, *, account: str, model: str, request_id: str, host_url: str, now: float
    ) -> dict[str, Any]:
        """Return the ``data`` of a getPolicy response."""
        day = datetime.fromtimestamp(now, BEIJING).strftime("%Y-%m-%d")
        folder = f"dashscope-instant/{self._fingerprint(account, model)}/{day}/{request_id}"
        encoded = base64.b64encode(json.dumps(_policy(folder, now=now)).encode()).decode()
        return {
            "policy": encoded,
            "signature": self._signer.sign(encoded),
            "upload_dir": folder,
            "upload_host": host_url.rstrip("/") + UPLOAD_PATH,
            "expire_in_seconds": POLICY_SECONDS,
            "max_file_size_mb": MAX_FILE_MB,
            "capacity_limit_mb": 999999999,
            "oss_access_key_id": ACCESS_KEY_ID,
            "x_oss_object_acl": "private",
            "x_oss_forbid_overwrite": "true",
        }

    def store(self, fields: Mapping[str, str], file: IO[bytes] | None, *, now: float) -> None:
        """Store a posted file; raises ``Refused`` with the object store's error."""
        policy = self._checked_policy(fields, now=now)
        key = _required(fields, "key")
        if file is None:
            raise Refused(NO_FILE)
        data = file.read(MAX_FILE_BYTES + 1)
        for condition in policy["conditions"]:
            _check(condition, fields, size=len(data))
        if not 0 < len(key.encode("utf-8", "replace")) <= MAX_KEY_BYTES:
            raise Refused(BAD_NAME)
        if not self._files.add(key, data, now=now):
            raise Refused(TAKEN)

    def resolve(self, url: str, *, account: str, model: str, now: float) -> bytes:
        """Return the file of an oss:// URL; raises ``Refused`` for another account or model."""
        key = url.removeprefix(SCHEME)
        if not key.startswith(f"dashscope-instant/{self._fingerprint(account, model)}/"):
            raise Refused(UPLOAD_FOREIGN)
        data = self._files.read(key, added_after=now - LIFE_SECONDS)
        if data is None:
            raise Refused(UPLOAD_GONE)
        return data

    def _fingerprint(self, account: str, model: str) -> str:
        return uuid.uuid5(uuid.NAMESPACE_OID, f"{account}/{model}").hex

    def _checked_policy(self, fields: Mapping[str, str], *, now: float) -> dict[str, Any]:
        if _required(fields, "OSSAccessKeyId") != ACCESS_KEY_ID:
            raise Refused(UNKNOWN_ACCESS_KEY)
        encoded = _required(fields, "policy")
        if not self._signer.verify(encoded, _required(fields, "Signature")):
            raise Refused(BAD_SIGNATURE)
        policy: dict[str, Any] = json.loads(base64.b64decode(encoded))
        if now >= datetime.fromisoformat(policy["expiration"].replace("Z", "+00:00")).timestamp():
            raise Refused(EXPIRED)
        return policy


def _policy(folder: str, *, now: float) -> dict[str, Any]:
    expires = datetime.fromtimestamp(now + POLICY_SECONDS, timezone.utc)
    return {
        "expiration": expires.strftime("%Y-%m-%dT%H:%M:%S.")
        + f"{expires.microsecond // 1000:03d}Z",
        "conditions": [
            ["content-length-range", 0, MAX_FILE_BYTES],
            ["starts-with", "$key", folder],
            {"bucket": UPLOAD_PATH.strip("/")},
            {"x-oss-object-acl": "private"},
            {"x-oss-forbid-overwrite": "true"},
        ],
    }


def _check(condition: Any, fields: Mapping[str, str], *, size: int) -> None:
    if isinstance(condition, dict):
        ((name, expected),) = condition.items()
        if name != "bucket" and fields.get(name) != expected:
            raise Refused(_condition_failed(["eq", f"${name}", expected]))
    elif condition[0] == "starts-with":
        if not fields.get("key", "").startswith(condition[2] + "/"):
            raise Refused(_condition_failed(condition))
    elif size > condition[2]:
        raise Refused(TOO_LARGE)


def _condition_failed(condition: list[Any]) -> Problem:
    text = f"Invalid according to Policy: Policy Condition failed: {json.dumps(condition)}"
    return Problem(403, "AccessDenied", text)


def _required(fields: Mapping[str, str], name: str) -> str:
    if name not in fields:
        text = f"Bucket POST must contain a field named '{name}'."
        raise Refused(Problem(400, "InvalidArgument", text))
    return fields[name]
