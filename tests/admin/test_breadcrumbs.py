"""The breadcrumbs of our own pages: as Django makes them in this version."""

from __future__ import annotations

import re

import pytest

from tests.admin.pages import address, text_of
from tests.factories import make_try_on

pytestmark = pytest.mark.django_db


def crumbs_on(response):
    """Return the tag around the breadcrumbs, and each of them as title and URL."""
    tag, inside = re.search(
        r'<(ol|div) class="breadcrumbs">(.*?)</\1>', text_of(response), re.DOTALL
    ).groups()
    parts = re.split(r"&rsaquo;|</li>", inside)
    crumbs = [
        (re.sub(r"<[^>]*>", "", part).strip(), (re.findall(r'href="([^"]*)"', part) or [""])[0])
        for part in parts
    ]
    return tag, [crumb for crumb in crumbs if crumb[0]]


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("tryonresult_add", "Try on garments"),
        ("tryonresult_batch", "Review try-on pictures"),
        ("tryonresult_refine", "Refine pictures"),
        ("tryonresult_export", "Export pictures"),
    ],
)
def test_breadcrumbs__lead_to_the_app_and_the_try_ons(site, page, title):
    try_on = make_try_on()
    own = site.get(page, *([try_on.batch] if page.endswith("batch") else []))
    djangos = site.get("tryonresult_delete", try_on.pk)

    tag, crumbs = crumbs_on(own)
    expected_tag, expected = crumbs_on(djangos)
    assert tag == expected_tag
    assert crumbs == [*expected[:3], (title, "")]
    assert crumbs[2] == ("Try-on results", address("tryonresult_changelist"))


def test_breadcrumbs__of_a_row_are_shown_once(site):
    page = text_of(site.get("tryonresult_change", make_try_on().pk))

    assert page.count('class="breadcrumbs"') == 1
