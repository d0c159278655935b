"""The documentation says what the code does."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from django_outfitanyone import checks
from django_outfitanyone.choices import Status
from django_outfitanyone.conf import known_settings
from django_outfitanyone.engine_entry import known_engine_settings
from tests.pages import PAGES, ROOT, rows
from tests.permission_rules import RULES, Rule


def test_settings_page__lists_every_setting_with_its_default():
    listed = {row[0]: row[1] for row in rows("docs/settings.md") if len(row) == 3}
    known = known_settings() | known_engine_settings()

    assert set(listed) == set(known)
    for name, default in listed.items():
        assert eval(default, {"Decimal": Decimal}) == known[name].default, name


def test_settings_page__lists_every_check():
    listed = {
        row[0].rpartition(".")[2]: row[1] for row in rows("docs/settings.md") if len(row) == 2
    }

    assert listed == checks.IDS


REPOSITORY = "https://github.com/django-outfitanyone/django-outfitanyone/blob/main/"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages__absolute_links_into_the_repository_name_files_that_exist(page):
    for target in re.findall(rf"{re.escape(REPOSITORY)}([^)#\s]+)", page.read_text("utf-8")):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages__link_to_files_that_exist(page):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages__name_make_targets_that_exist(page):
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"`make ([\w-]+)", page.read_text("utf-8")))

    assert named <= targets


def test_operations_page__lists_every_event():
    """Monitoring relies on the names of log events."""
    code = [path.read_text("utf-8") for path in (ROOT / "django_outfitanyone").rglob("*.py")]
    written = set(re.findall(r'"event": "(\w+)"|\bevent="(\w+)"', "".join(code)))
    listed = {row[0] for row in rows("docs/operations.md") if len(row) == 4}

    assert listed == {name for pair in written for name in pair if name}


def test_operations_page__lists_every_status():
    listed = {row[0] for row in rows("docs/operations.md") if len(row) == 3}

    assert listed == set(Status.values)


def test_permissions_page__has_the_tested_rules():
    lines = (ROOT / "docs/permissions.md").read_text("utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    listed = {
        row[0]: Rule(tuple(re.findall(r"`(\w+)`", row[3])), row[4].strip("`"))
        for row in cells
        if len(row) == 5 and row[4].startswith("`")
    }

    assert listed == RULES


def test_translated_tutorial__has_the_same_files_and_commands():
    originals, translated = (
        re.findall(r"```\S+\n.*?```", (ROOT / "docs" / name).read_text("utf-8"), re.DOTALL)
        for name in ("tutorial.md", "tutorial.zh-hans.md")
    )

    assert originals
    assert translated == originals
