from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parents[2] / "example_project"
sys.path.insert(0, str(EXAMPLE))
ENVIRONMENT = [
    "DEMO_DIR",
    "DEMO_LANGUAGE",
    "DATABASE_URL",
    "Q_BROKER",
    "OUTFITANYONE_BASE_URL",
    "DASHSCOPE_API_KEY",
]


@pytest.fixture
def read_settings(monkeypatch, tmp_path):
    """Read the example's settings with this environment only."""

    def read(**environment):
        for name in ENVIRONMENT:
            monkeypatch.delenv(name, raising=False)
        for name, value in {"DEMO_DIR": str(tmp_path), **environment}.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(EXAMPLE / "config" / "settings.py"))

    return read


@pytest.fixture
def shop_settings(settings, read_settings):
    """Settings of the test project, changed into those of the example shop."""
    example = read_settings(DASHSCOPE_API_KEY=os.environ.get("DASHSCOPE_API_KEY", "sk-test"))
    kept = "ROOT_URLCONF MIDDLEWARE OUTFITANYONE DEMO_DIR SANDBOX_ADDRESS IS_SANDBOX"
    for name in [*kept.split(), "BASE_URL"]:
        setattr(settings, name, example[name])
    (templates,) = example["TEMPLATES"]
    options = {**templates["OPTIONS"], "libraries": {"shop": "shop.templatetags.shop"}}
    folders = [EXAMPLE / "shop" / "templates"]
    settings.TEMPLATES = [{**templates, "DIRS": folders, "OPTIONS": options}]
    settings.LANGUAGE_CODE, settings.LANGUAGES = example["LANGUAGE_CODE"], example["LANGUAGES"]
    settings.LOCALE_PATHS = [EXAMPLE / "shop" / "locale"]
    return settings
