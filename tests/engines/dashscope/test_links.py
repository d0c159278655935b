from __future__ import annotations

from urllib.parse import urlsplit

from django_outfitanyone.engines.dashscope import OutfitAnyone

HOSTS = {"help.aliyun.com", "bailian.console.aliyun.com"}


def test_links__lead_to_the_pages_that_the_vendors_documents_name():
    names = [link.name for link in OutfitAnyone.LINKS]

    assert {"overview", "billing", "free_quota", "api_key", "faq", "try_online"} <= set(names)
    assert len(set(names)) == len(names)
    assert all(link.title for link in OutfitAnyone.LINKS)


def test_links__are_on_the_vendors_hosts_and_carry_no_tracking():
    for link in OutfitAnyone.LINKS:
        parts = urlsplit(link.url)
        assert parts.scheme == "https", link
        assert parts.hostname in HOSTS, link
        assert not {"spm", "utm", "scm"} & {part.split("=")[0] for part in parts.query.split("&")}
