from __future__ import annotations

import pytest

from django_outfitanyone.catalogue import safe_url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "\x01\x1f javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "filesystem:x",
        "http://[",
        "/half-\ud800",
        "",
        None,
    ],
)
def test_safe_url__is_empty_for_all_that_no_page_may_link_to(url):
    assert safe_url(url) == ""


@pytest.mark.parametrize("url", ["/a", "a?b=c:d", "//x.test/a:b", "HTTPS://x.test", "?q=1", "/é ü"])
def test_safe_url__is_unchanged_otherwise(url):
    assert safe_url(url) == url
