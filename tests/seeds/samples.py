"""The sample requests and answers of the two documents, from the files in ``samples/``.

The files hold the documents' own text. Only host, key and picture addresses are replaced
before a request is sent, or before an answer is served.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

FOLDER = Path(__file__).parent / "samples"
DOCUMENTED_HOST = "https://dashscope.aliyuncs.com"
ADDRESS = re.compile(r'("(\w+_url)": *\[?)"([^"]*)"')
"""A field with the address of a picture, alone or first in a list."""


@dataclass(frozen=True)
class Request:
    """One sample request; ``body`` holds the bytes that curl would send."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def fields(self) -> dict[str, str]:
        """The picture addresses of the body, by the name of their field."""
        return {name: url for _, name, url in ADDRESS.findall(self.body.decode())}

    def with_pictures(self, **addresses: str) -> Request:
        """Return the request with these addresses; all other bytes stay."""
        body = replace_addresses(self.body.decode(), **addresses)
        return Request(self.method, self.path, self.headers, body.encode())


def text(name: str) -> str:
    """Return the sample as the document prints it."""
    (path,) = FOLDER.glob(f"{name}.*")
    return path.read_text("utf-8").rstrip("\n")


def request(name: str, *, key: str) -> Request:
    """Read a curl command of a document, as a shell and curl would."""
    command = text(name).replace("$DASHSCOPE_API_KEY", key).replace("\\\n", " ")
    words = shlex.split(command)[1:]
    headers, method, url, body = {}, "GET", "", b""
    while words:
        word = words.pop(0)
        if word == "--header":
            header, _, value = words.pop(0).partition(": ")
            headers[header] = value
        elif word == "--data":
            method, body = "POST", words.pop(0).encode()
        elif word == "-X":
            method = words.pop(0)
        elif word != "--location":
            url = word
    assert url.startswith(DOCUMENTED_HOST)
    return Request(method, urlsplit(url).path, headers, body)


def answer(name: str, **addresses: str) -> bytes:
    """Return a sample answer with these picture addresses; all other bytes stay."""
    return replace_addresses(text(name), **addresses).encode()


def replace_addresses(body: str, **addresses: str) -> str:
    """Replace the addresses of the named fields, and no other character."""

    def replaced(found: re.Match[str]) -> str:
        return f'{found[1]}"{addresses.get(found[2], found[3])}"'

    return ADDRESS.sub(replaced, body)


def in_order(body: bytes | str) -> Any:
    """Decode JSON with objects as lists of pairs, so that the order of keys counts."""
    return json.loads(body, object_pairs_hook=list)


def shape(value: Any) -> Any:
    """Return the keys of an answer in their order, with the types of its values."""
    if isinstance(value, dict):
        return [(key, shape(item)) for key, item in value.items()]
    if isinstance(value, list):
        return [shape(item) for item in value]
    return type(value).__name__
