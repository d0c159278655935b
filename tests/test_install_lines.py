"""What the README tells people to install reads every documented picture format."""

from __future__ import annotations

import re

from tests.distributions import ROOT

HEIC_READER = "pillow-heif"


def requirements(pyproject, name):
    """The entries of a list in a pyproject.toml, as written there."""
    text = (ROOT / pyproject).read_text("utf-8")
    listed = re.search(rf"^{name} = \[(.*?)\](?: *#.*)?$", text, re.DOTALL | re.MULTILINE)
    return re.findall(r'"([^"]+)"', listed[1])


def test_readme__installs_the_reader_of_heic():
    readme = (ROOT / "README.md").read_text("utf-8")
    (extra,) = re.findall(r"^pip install \"django-outfitanyone\[(\w+)\]\"", readme, re.MULTILINE)

    assert requirements("pyproject.toml", extra)[0].startswith("outfitanyone-local")
    assert any(
        each.startswith(HEIC_READER)
        for each in requirements("local/pyproject.toml", "dependencies")
    )


def test_app__asks_for_the_same_version_of_the_reader():
    (wanted,) = requirements("pyproject.toml", "heif")

    assert wanted in requirements("local/pyproject.toml", "dependencies")
    assert requirements("local/pyproject.toml", "heif") == []
