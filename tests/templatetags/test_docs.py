"""docs/storefront.md says what the tag, the stylesheet and the script do."""

from __future__ import annotations

import ast
import re

from django.template import Template

from django_outfitanyone.templatetags.outfitanyone import HEADING_LEVELS, OPTIONS
from tests.test_docs import ROOT, rows

PAGE = (ROOT / "docs/storefront.md").read_text("utf-8")
STATIC = ROOT / "django_outfitanyone/static/django_outfitanyone"
STYLES = (STATIC / "hotspots.css").read_text("utf-8")


def test_options__are_all_listed_with_their_defaults():
    listed = {
        name: ast.literal_eval(default)
        for name, default, _meaning in rows("docs/storefront.md")
        if not name.startswith("--")
    }
    assert listed == OPTIONS
    assert str(HEADING_LEVELS[-1]) in PAGE


def test_properties__are_read_by_the_stylesheet_with_these_defaults():
    for name, default, _meaning in rows("docs/storefront.md"):
        if name.startswith("--"):
            used = f"var({name}, {default})" in STYLES or f"{name}: {default};" in STYLES
            assert used, name


def test_events__are_those_of_the_script():
    script = (STATIC / "hotspots.js").read_text("utf-8")
    announced = set(re.findall(r'"(outfit:[\w-]+)"', script))
    assert announced == set(re.findall(r"`(outfit:[\w-]+)`", PAGE))


def test_templates__are_all_named():
    folder = ROOT / "django_outfitanyone/templates/django_outfitanyone"
    assert {path.name for path in folder.iterdir()} <= set(re.findall(r"`(\w+\.html)`", PAGE))


def test_examples__are_templates_that_compile():
    for example in re.findall(r"```html\+django\n(.*?)```", PAGE, re.DOTALL):
        if "{% load" in example or "{% outfit_hotspots" in example:
            Template("{% load outfitanyone %}" + example)


def test_smaller_copies__have_the_widths_that_are_named():
    from django_outfitanyone.pictures.renditions import WIDTHS as RENDITION_WIDTHS

    assert f"{RENDITION_WIDTHS[0]} to {RENDITION_WIDTHS[-1]} pixels" in PAGE
