"""The example shop speaks the languages of the app."""

from __future__ import annotations

import re

import polib
import pytest
from django.utils.translation import trans_real
from django.utils.translation.template import templatize

from tests.example_project.conftest import EXAMPLE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop_settings")]

OTHERS = ["de", "fr", "zh-hans", "ja"]
TEMPLATES = sorted((EXAMPLE / "shop" / "templates").rglob("*.html"))
CATALOGS = sorted((EXAMPLE / "shop" / "locale").glob("*/LC_MESSAGES/django.po"))
TEXT = re.compile(r"""gettext\(u?(?:'([^']+)'|"([^"]+)")[,)]""")


@pytest.fixture(autouse=True)
def shop_catalogs(shop_settings):
    """Read the shop's catalogs, which other tests may have read without them."""
    trans_real._translations = {}
    yield
    trans_real._translations = {}


@pytest.mark.parametrize("language", OTHERS)
def test_switch__shows_the_shop_in_the_language(client, language):
    english = client.get("/").content.decode()
    client.post("/i18n/setlang/", {"language": language, "next": "/"})
    page = client.get("/").content.decode()

    assert f'<html lang="{language}">' in page
    assert "Count the outfits." in english
    assert "Count the outfits." not in page


def test_switch__keeps_the_page(client):
    response = client.post("/i18n/setlang/", {"language": "de", "next": "/clothes/tops/"})

    assert response.url == "/clothes/tops/"


def test_switch__leads_to_no_other_site(client):
    response = client.post("/i18n/setlang/", {"language": "de", "next": "https://evil.example/"})

    assert response.url == "/"


def texts(template):
    source = templatize(template.read_text("utf-8"), origin=str(template))
    return {match[1] or match[2] for match in TEXT.finditer(source)}


@pytest.mark.parametrize("catalog", CATALOGS, ids=[path.parts[-3] for path in CATALOGS])
def test_catalog__has_every_text_of_the_templates_and_is_compiled(catalog):
    entries = polib.pofile(catalog)
    compiled = polib.mofile(catalog.with_suffix(".mo"))
    wanted = set().union(*map(texts, TEMPLATES))

    assert len(wanted) > 40
    assert wanted - {entry.msgid.replace("\n", "\\n") for entry in entries} == set()
    assert entries.percent_translated() == 100
    assert {(entry.msgid, entry.msgstr, *entry.msgstr_plural.values()) for entry in entries} == {
        (entry.msgid, entry.msgstr, *entry.msgstr_plural.values()) for entry in compiled
    }
