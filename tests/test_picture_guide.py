"""The picture guide has every rule of the engine's documentation, and its pictures."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.utils import translation
from PIL import Image

import django_outfitanyone
from benchmarks.guide_pictures.page import page
from django_outfitanyone.picture_guide import FOLDER, GARMENTS, GUIDES, PEOPLE
from tests.pages import ROOT

PICTURES = Path(django_outfitanyone.__file__).parent / "static" / FOLDER
EXAMPLES = [example for guide in GUIDES for example in guide.examples]
MOST_BYTES = 8_000
MOST_BYTES_IN_ALL = 90_000

RULES_ON_PEOPLE = {
    "one_person": ["exactly one person", "head to feet"],
    "front": ["upright", "face the camera"],
    "light": ["even light"],
    "sharp": ["sharp"],
    "hands": ["hands visible"],
    "arms": ["not cross the arms"],
    "nothing_held": ["bags", "umbrellas"],
    "fills_frame": ["most of the height"],
    "clothes": ["close-fitting", "T-shirt", "shorts", "long dresses", "wide sleeves", "layers"],
    "anyone": ["any gender", "skin colour", "6 years"],
}
RULES_ON_GARMENTS = {
    "one_garment": ["exactly one garment", "from the front"],
    "flat": ["flat", "without folds or creases", "nothing on top"],
    "background": ["plain, clean background", "one colour"],
    "shadow": ["without hard shadows"],
    "fills_frame": ["fill the picture"],
    "resolution": ["large, sharp"],
    "kinds": ["Tops", "bottoms", "dresses", "jumpsuits", "suit"],
    "not_supported": ["Underwear", "wedding dresses", "special costumes"],
}
ANSWERS = {
    "why_flat": ["cut, pattern and silhouette"],
    "no_flat": ["floor", "wall", "from above", "model or mannequin", "whole garment is visible"],
    "poor_result": ["too small", "folded", "at an angle"],
}
FAULTS = {
    "people": {"several", "seated", "half", "bag", "dark", "blurred", "small"},
    "garments": {"several", "angle", "folded", "creased", "busy", "shadow", "small", "cut-off"},
}


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (PEOPLE.rules, RULES_ON_PEOPLE),
        (GARMENTS.rules, RULES_ON_GARMENTS),
        (GARMENTS.answers, ANSWERS),
        (PEOPLE.answers, {"model_photos": ["outfitanyone_samples"]}),
    ],
    ids=["people", "garments", "answers on garments", "answers on people"],
)
def test_rules__are_those_of_the_documentation(parts, expected):
    texts = {part.code: str(part.text) for part in parts}

    assert set(texts) == set(expected)
    for code, words in expected.items():
        for word in words:
            assert word in texts[code], code


def test_guide__as_text_holds_the_short_form_and_every_rule():
    for guide in GUIDES:
        text = str(guide)
        assert text.startswith(str(guide.summary))
        assert all(str(rule.text) in text for rule in guide.rules)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.code)
def test_examples__show_each_fault_and_what_works(guide):
    faults = {example.picture.partition("-")[2] for example in guide.bad}

    assert faults == FAULTS[guide.code]
    assert len(guide.good) == 3


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.picture)
def test_example__is_a_small_picture_with_a_text_that_describes_it(example):
    data = Path(finders.find(example.path)).read_bytes()

    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.size) == ("WEBP", (180, 240))
        assert not image.getexif()
    assert len(data) <= MOST_BYTES
    assert str(example.alt).endswith(".")
    assert str(example.caption) not in {"", str(example.alt)}


def test_examples__are_all_that_is_shipped_and_small_together():
    shipped = list(PICTURES.iterdir())

    assert {file.stem for file in shipped} == {example.picture for example in EXAMPLES}
    assert sum(file.stat().st_size for file in shipped) < MOST_BYTES_IN_ALL


@pytest.mark.parametrize("what", ["caption", "alt"])
def test_examples__have_texts_of_their_own(what):
    for guide in GUIDES:
        texts = [str(getattr(example, what)) for example in guide.examples]
        assert len(set(texts)) == len(texts)


def test_page__is_written_from_the_guide():
    with translation.override("en"):
        assert (ROOT / "docs/pictures.md").read_text("utf-8") == page(), "run `make guide-page`"


def test_page__is_linked_from_the_index_and_the_readme():
    readme = (ROOT / "README.md").read_text("utf-8")
    (admins,) = (line for line in readme.splitlines() if line.startswith("| a shop admin |"))

    assert "docs/pictures.md" in admins
    assert "\npictures\n" in (ROOT / "docs/index.md").read_text("utf-8")
