"""The themes are the dependency group "themes" in pyproject.toml."""

from __future__ import annotations

import importlib.util
import os
import shutil

import django
import pytest

from tests.admin_themes.themes import THEMES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(django.VERSION >= (6,), reason="the themes are tested with Django 5.2"),
]


def _require(name):
    missing = [app for app in THEMES[name].apps if importlib.util.find_spec(app) is None]
    if missing:
        pytest.skip(f"{missing[0]} is not installed; make test-browser installs the themes")


@pytest.mark.parametrize("name", THEMES)
def test_theme__shows_and_does_all_that_matters(run_module, name):
    _require(name)
    assert run_module("tests.admin_themes.scenario", name).endswith("fine\n")


@pytest.mark.browser
@pytest.mark.parametrize("name", THEMES)
def test_theme__pages_of_a_season_fit_at_both_widths(run_module, name):
    """Nothing is missing, overlaps, is cut off, or is wider than the theme's own lists."""
    _require(name)
    pytest.importorskip("playwright", reason="make test-browser installs Playwright")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium:
        pytest.skip("Chromium is not installed; make test-browser installs it")
    done = run_module("tests.admin_themes.layout", name, seconds=280, CHROMIUM=chromium)
    assert done.endswith("fine\n")
