"""The themes are the dependency group "themes" in pyproject.toml."""

from __future__ import annotations

import importlib.util

import django
import pytest

from tests.admin_themes.themes import THEMES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(django.VERSION >= (6,), reason="the themes are tested with Django 5.2"),
]


@pytest.mark.parametrize("name", THEMES)
def test_theme__shows_and_does_all_that_matters(run_module, name):
    missing = [app for app in THEMES[name].apps if importlib.util.find_spec(app) is None]
    if missing:
        pytest.skip(f"{missing[0]} is not installed; make test-browser installs the themes")
    assert run_module("tests.admin_themes.scenario", name).endswith("fine\n")
