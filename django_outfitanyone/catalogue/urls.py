"""URLs that come from outside, before a page links to them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

LINKABLE = frozenset({"http", "https"})
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_SKIPPED_BY_BROWSERS = re.compile(r"[\x00-\x20]")


def safe_url(url: object) -> str:
    """Return a URL that an adapter gave, or ``""`` if a page must not link to it.

    That is one that a browser might run as a script instead of opening a page, or that is no
    valid URL. Every ``href`` and ``src`` with a URL from outside goes through this function.
    """
    text = str(url or "")
    scheme = _SCHEME.match(_SKIPPED_BY_BROWSERS.sub("", text))
    if scheme and scheme[1].lower() not in LINKABLE:
        return ""
    try:
        text.encode()  # no lone surrogates
        urlsplit(text)
    except ValueError:
        return ""
    return text
