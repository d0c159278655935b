"""docs/storefront.md matches the tag, the stylesheet and the script."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from django.template import Template

from django_outfitanyone.templatetags.outfitanyone import HEADING_LEVELS, OPTIONS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/storefront.md").read_text("utf-8")
STATIC = ROOT / "django_outfitanyone/static/django_outfitanyone"
STYLES = (STATIC / "hotspots.css").read_text("utf-8")
ROWS = re.findall(r"^\| `(.+?)` \| `(.*?)` \| (.+?) \|$", PAGE, re.MULTILINE)
"""Name, default and meaning of each option and property."""


def test_options__are_all_listed_with_their_defaults():
    listed = {
        name: ast.literal_eval(default)
        for name, default, _meaning in ROWS
        if not name.startswith("--")
    }
    assert listed == OPTIONS
    assert str(HEADING_LEVELS[-1]) in PAGE


def test_properties__have_the_defaults_of_the_stylesheet():
    for name, default, _meaning in ROWS:
        if name.startswith("--"):
            used = f"var({name}, {default})" in STYLES or f"{name}: {default};" in STYLES
            assert used, name


def test_events__match_the_script():
    script = (STATIC / "hotspots.js").read_text("utf-8")
    announced = set(re.findall(r'"(outfit:[\w-]+)"', script))
    assert announced == set(re.findall(r"`(outfit:[\w-]+)`", PAGE))


def test_templates__are_all_listed():
    folder = ROOT / "django_outfitanyone/templates/django_outfitanyone"
    assert {path.name for path in folder.glob("*.html")} <= set(re.findall(r"`(\w+\.html)`", PAGE))


def test_examples__compile():
    for example in re.findall(r"```html\+django\n(.*?)```", PAGE, re.DOTALL):
        if "{% load" in example or "{% outfit_hotspots" in example:
            Template("{% load outfitanyone %}" + example)


def test_smaller_copies__have_the_documented_widths():
    from django_outfitanyone.pictures.renditions import WIDTHS as RENDITION_WIDTHS

    assert f"{RENDITION_WIDTHS[0]} to {RENDITION_WIDTHS[-1]} pixels" in PAGE
