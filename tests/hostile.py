"""Hostile products, and a check that a page shows them without harm."""

from __future__ import annotations

from html.parser import HTMLParser

from django_outfitanyone.catalogue import CatalogueAdapter

TITLE = (
    "</script></style></title></textarea><x-hostile onload=hostile()></x-hostile>"
    "\"'`><script>hostile()</script>&lt;{{ 7|add:7 }}"
)
URLS = (
    "javascript:hostile()",
    "JaVaScRiPt:hostile()",
    " \tjavascript:hostile()",
    "\x01javascript:hostile()",
    "java\r\nscript:hostile()",
    "data:text/html,<script>hostile()</script>",
    "vbscript:hostile()",
    "blob:https://shop.test/hostile",
    "file:///etc/hostile",
    '"><x-hostile onload=hostile()>',
    "/x'onmouseover='hostile()",
    "http://[hostile",
)
"""URLs that no page may link to, or that break out of an attribute unless they are escaped."""

ADDRESSES = {"href", "src", "action", "formaction", "poster", "data", "srcset", "xlink:href"}
LINKABLE = ("http", "https")


class HostileCatalogue(CatalogueAdapter):
    """An adapter that checks nothing: it returns what the row holds."""

    def title(self, product, request=None):
        return product.title

    def url(self, product, request=None):
        return product.url

    def image_url(self, product, request=None):
        return product.url


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.faults = []
        self._script = False

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "x-hostile":
            self.faults.append(f"markup: {attrs}")
        is_data = values.get("type", "").endswith("json")
        self._script = tag == "script" and not is_data
        for name, value in attrs:
            if name.startswith("on"):
                self.faults.append(f"handler: <{tag} {name}={value!r}>")
            if name in ADDRESSES and _is_unsafe(value or ""):
                self.faults.append(f"address: <{tag} {name}={value!r}>")

    def handle_endtag(self, tag):
        self._script = False

    def handle_data(self, data):
        if self._script and "hostile" in data:
            self.faults.append(f"script: {data[:80]!r}")


def _is_unsafe(url):
    plain = "".join(sign for sign in url if sign > " ").lower()
    scheme, colon, _rest = plain.partition(":")
    return bool(colon) and scheme.isalnum() and scheme not in LINKABLE


def faults_on(html):
    """Return what a browser would run or follow although it came from outside."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.faults
