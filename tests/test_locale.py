"""The translations are complete, compiled, and those of the current source texts."""

from __future__ import annotations

import re
import shutil
from functools import cache
from pathlib import Path

import polib
import pytest
from django.core.management import call_command
from django.template import Context, Template
from django.urls import reverse
from django.utils import translation
from django.utils.html import strip_tags

import django_outfitanyone
from django_outfitanyone.choices import Status
from django_outfitanyone.engines.dashscope.error_table import ERRORS
from django_outfitanyone.error_help import FIXED_BY, error_help_for
from django_outfitanyone.models.remote_job import UNCLEAR
from tests.factories import (
    make_garment,
    make_hotspot,
    make_model_image,
    make_product,
    make_published,
    make_try_on,
)

PACKAGE = Path(django_outfitanyone.__file__).parent
CATALOGUES = sorted((PACKAGE / "locale").glob("*/LC_MESSAGES/django.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|<[^>]+>|`[^`]+`")
QUOTED = re.compile(r"“([^”%]+)”")
ENDS = {"…": "…", ".": ".。", ":": ":\uff1a"}
"""The end of a text, and the ends that its translation may have."""

every_language = pytest.mark.parametrize(
    "catalogue", CATALOGUES, ids=[path.parts[-3] for path in CATALOGUES]
)


def translations(entry):
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


def key(entry):
    return (entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


def test_languages__are_the_documented_ones():
    assert {path.parts[-3] for path in CATALOGUES} == {"de", "fr", "zh_Hans", "ja"}


@every_language
def test_catalogue__is_complete(catalogue):
    texts = polib.pofile(catalogue)
    assert texts.percent_translated() == 100
    assert [entry.msgid for entry in texts if entry.fuzzy or entry.obsolete] == []
    assert [entry.msgid for entry in texts if not all(translations(entry))] == []


def placeholders(text):
    return sorted(PLACEHOLDER.findall(text))


@every_language
def test_catalogue__keeps_placeholders_tags_and_commands(catalogue):
    for entry in polib.pofile(catalogue):
        singular, wanted = map(placeholders, (entry.msgid, entry.msgid_plural or entry.msgid))
        first, *others = translations(entry)
        assert placeholders(first) == wanted or (others and placeholders(first) == singular), first
        for text in others:
            assert placeholders(text) == wanted, text


@every_language
def test_catalogue__texts_end_as_in_the_source(catalogue):
    for entry in polib.pofile(catalogue):
        for text in translations(entry):
            last = entry.msgid[-1]
            assert last not in ENDS or text[-1] in ENDS[last], entry.msgid


@every_language
def test_catalogue__quotes_the_exact_labels(catalogue):
    entries = polib.pofile(catalogue)
    labels = {entry.msgid: entry.msgstr for entry in entries if not entry.msgid_plural}
    sentences = 0
    for entry in entries:
        for label in QUOTED.findall(entry.msgid):
            if label in labels:
                sentences += 1
                for text in translations(entry):
                    assert re.search(rf"[“„«「]\s?{re.escape(labels[label])}\s?[”“»」]", text), text
    assert sentences > 5


@every_language
def test_catalogue__has_as_many_plurals_as_the_language(catalogue):
    texts = polib.pofile(catalogue)
    count = int(re.match(r"nplurals=(\d)", texts.metadata["Plural-Forms"])[1])
    assert {len(entry.msgstr_plural) for entry in texts if entry.msgid_plural} == {count}


@every_language
def test_compiled__has_the_texts_of_the_catalogue(catalogue):
    texts = {key(entry): translations(entry) for entry in polib.pofile(catalogue)}
    compiled = polib.mofile(catalogue.with_suffix(".mo"))
    assert {key(entry): translations(entry) for entry in compiled} == texts


@pytest.mark.skipif(not shutil.which("xgettext"), reason="needs GNU gettext")
def test_catalogues__have_the_texts_of_the_source(tmp_path, monkeypatch):
    copy = tmp_path / PACKAGE.name
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("sandbox", "*.pyc", "locale"))
    (copy / "locale").mkdir()
    monkeypatch.chdir(copy)
    call_command("makemessages", locale=["de"], verbosity=0)

    source = {key(entry) for entry in polib.pofile(copy / "locale/de/LC_MESSAGES/django.po")}
    for catalogue in CATALOGUES:
        known = {key(entry) for entry in polib.pofile(catalogue)}
        assert known ^ source == set(), "run makemessages, then translate the new texts"


@cache
def english_texts(language):
    """Return each text that its translation does not contain, with the pattern that finds it."""
    texts = polib.pofile(PACKAGE / f"locale/{language}/LC_MESSAGES/django.po")
    return [
        (entry.msgid, re.compile(rf"(?i)\b{re.escape(entry.msgid)}\b"))
        for entry in texts
        if len(entry.msgid) > 6
        and entry.msgid.casefold() not in " ".join(translations(entry)).casefold()
    ]


def leftovers(html, language):
    """Return the app's texts that a page in this language shows in English."""
    shown = strip_tags(re.sub(r"(?s)<script.*?</script>", "", html))
    return [text for text, pattern in english_texts(language) if pattern.search(shown)]


def test_leftovers__are_found():
    english = "<p>Worn together <b>recalculate</b>"
    assert leftovers(english, "de") == ["Worn together", "Recalculate"]
    assert leftovers("<p>Zusammen getragen</p>", "de") == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ["Kleidungsstücke", "Modelfotos", "beste Qualität", "Diese Bilder erstellen"]),
        ("fr", ["Vêtements", "Photos de mannequin", "meilleure qualité", "Créer ces images"]),
        ("zh-hans", ["服装", "模特照片", "最佳质量", "生成这些图片"]),
        ("ja", ["服", "モデル写真", "最高品質", "これらの画像を生成"]),
    ],
)
def test_admin__try_on_form_is_in_the_language_of_the_user(admin_client, language, words):
    make_model_image(name="Anna")
    product = make_product(title="Kostüm")
    garments = [make_garment(kind, product=product) for kind in ("top", "bottom")]
    page = admin_client.get(
        reverse("admin:django_outfitanyone_tryonresult_add"),
        {"garments": ",".join(str(garment.pk) for garment in garments)},
        headers={"Accept-Language": language},
    ).content.decode()

    for word in words:
        assert word in page
    assert leftovers(page, translation.to_locale(language)) == []


ERRORS_OF = {Status.FAILED: {"error_code": "InvalidPerson"}, Status.NEEDS_ATTENTION: UNCLEAR}


@pytest.mark.django_db
@pytest.mark.parametrize("status", Status)
def test_admin__result_pages_are_in_german(admin_client, status):
    garments = [make_garment(product=make_product(title="Ringelshirt"))]
    with translation.override("de"):  # the worker of a German shop stores it in German
        error = ERRORS_OF.get(status, {})
        try_on = make_try_on(status=status, garments=garments, **error)
    if status == Status.SUCCEEDED:
        make_hotspot(try_on)
    for page in ("tryonresult_change", "tryonresult_batch"):
        argument = try_on.pk if page == "tryonresult_change" else try_on.batch
        response = admin_client.get(
            reverse(f"admin:django_outfitanyone_{page}", args=[argument]),
            headers={"Accept-Language": "de"},
        )
        assert response.status_code == 200
        assert leftovers(response.content.decode(), "de") == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "label", "alt", "stock"),
    [
        ("de", "KI-generiertes Bild", "Model trägt Ringelshirt", "Vorrätig"),
        ("fr", "Image générée par IA", "Mannequin portant Ringelshirt", "En stock"),
        ("zh-hans", "AI 生成的图片", "模特身穿Ringelshirt", "有货"),
        ("ja", "AI 生成画像", "Ringelshirtを着用したモデル", "在庫あり"),
    ],
)
def test_storefront__is_in_the_language_of_the_visitor(language, label, alt, stock):
    product = make_product(title="Ringelshirt")
    look = make_published(garments=[make_garment(product=product)])
    make_hotspot(look, product=product)
    with translation.override(language):
        tag = "{% load outfitanyone %}{% outfit_hotspots picture %}"
        html = Template(tag).render(Context({"picture": look}))

    assert label in html
    assert f'alt="{alt}"' in html
    assert stock in html
    assert leftovers(html, translation.to_locale(language)) == []


@pytest.mark.parametrize("language", ["de", "fr", "zh-hans", "ja"])
def test_error_help__is_translated(language):
    english = {fixed_by: str(person) for fixed_by, person in FIXED_BY.items()}
    with translation.override(language):
        for kind in ERRORS:
            found = error_help_for(kind.codes[0] if kind.codes else "Unheard.Of")
            assert found.text != kind.help
            assert translation.gettext(kind.help) != kind.help
            assert found.person != english[found.fixed_by]
