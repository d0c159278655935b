"""Which addresses in an answer may be requested with the API key: only the vendor's own.

An answer is not trusted. An address in a private network, or of a stranger, must get neither
a request nor the key.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_PLAIN = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]!$&'()*+,;=%]+")
"""Characters of a URL without ``@``: parsers of URLs disagree on where it ends the user's name."""


class OwnAddresses:
    """The addresses of one configured engine.

    These are the addresses on the host of its base URL and, if that is the vendor's, those
    of the vendor's ``domain`` and its subdomains over https: vendors answer with the address
    of the region that does the work.
    """

    def __init__(self, base_url: str, *, domain: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._base = urlsplit(self._base_url)
        self._origin = _origin(self._base)
        self._domain = domain if _is_within(self._base.hostname or "", domain) else ""

    def absolute(self, address: str) -> str:
        """Return the whole address; a relative one is below the base URL."""
        if address.startswith("//"):
            return f"{self._base.scheme}:{address}"
        if not address.startswith("/"):
            return address
        is_whole_path = self._base.path and address.startswith(f"{self._base.path}/")
        start = f"{self._base.scheme}://{self._base.netloc}" if is_whole_path else self._base_url
        return f"{start}{address}"

    def own(self, address: str) -> str:
        """Return the whole address if it may be requested with the key, else ``""``."""
        whole = self.absolute(address)
        if not _PLAIN.fullmatch(whole):
            return ""
        try:
            parts = urlsplit(whole)
            origin = _origin(parts)
        except ValueError:  # such as a port that is no number
            return ""
        is_vendors = (
            bool(self._domain)
            and origin[0] == "https"
            and origin[2] == 443
            and _is_within(origin[1], self._domain)
        )
        return whole if origin == self._origin or is_vendors else ""


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    return parts.scheme, parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme)


def _is_within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")
