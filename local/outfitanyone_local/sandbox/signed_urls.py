"""Signed result URLs and the signatures of upload policies."""

from __future__ import annotations

import base64
import hmac
import secrets
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

RESULT_PATH = "/dashscope-result/"
ACCESS_KEY_ID = "OUTFITANYONESANDBOX"


class Signer:
    """Signer like the vendor's object store, with the sandbox's own secret."""

    def __init__(self, secret_file: Path) -> None:
        """Read the secret, or create it. It is kept with the files, so URLs survive a restart."""
        if not secret_file.exists():
            secret_file.write_text(secrets.token_hex(32), "ascii")
        self._secret = secret_file.read_text("ascii").encode()

    def sign(self, text: str) -> str:
        digest = hmac.digest(self._secret, text.encode("utf-8", "surrogatepass"), "sha1")
        return base64.b64encode(digest).decode()

    def verify(self, text: str, signature: str) -> bool:
        return hmac.compare_digest(self.sign(text).encode(), signature.encode("utf-8", "replace"))

    def result_url(self, key: str, *, host_url: str, expires: int) -> str:
        query = {
            "Expires": expires,
            "OSSAccessKeyId": ACCESS_KEY_ID,
            "Signature": self.sign(f"{key}\n{expires}"),
        }
        return f"{host_url.rstrip('/')}{RESULT_PATH}{quote(key)}?{urlencode(query)}"

    def key_of(self, url: str) -> tuple[str, int] | None:
        """Return the key and expiry time of a result URL, whatever its host.

        ``None`` for any other URL and for a wrong signature.
        """
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        if not parts.path.startswith(RESULT_PATH):
            return None
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        key = unquote(parts.path.removeprefix(RESULT_PATH))
        expires = query.get("Expires", "")
        if not self.verify(f"{key}\n{expires}", query.get("Signature", "")):
            return None
        return key, int(expires)
