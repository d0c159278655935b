"""Sphinx builds this site; ``make docs`` treats a warning as an error."""

from __future__ import annotations

import re
from importlib.metadata import metadata
from typing import Any

PACKAGE = metadata("django-outfitanyone")
REPOSITORY = "https://github.com/django-outfitanyone/django-outfitanyone"

project = PACKAGE["Name"]
author = "The django-outfitanyone authors"
project_copyright = author
version = release = PACKAGE["Version"]

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4
suppress_warnings = ["misc.highlighting_failure"]  # commands that span lines in console examples

html_theme = "furo"
html_title = f"{project} {release}"
html_theme_options = {
    "source_repository": REPOSITORY,
    "source_branch": "main",
    "source_directory": "docs/",
}

LINK = re.compile(r"\]\(((?:\.\./)+)((?!\S+\.webp\))[^)\s]+)\)")
"""A link, not an example picture, to a file above its page."""


def link_to_repository(_app: Any, page: str, text: list[str]) -> None:
    """Point links that leave ``docs/`` to the repository's web page."""

    def replace(link: re.Match[str]) -> str:
        leaves_docs = link[1].count("../") > page.count("/")
        return f"]({REPOSITORY}/blob/main/{link[2]})" if leaves_docs else link[0]

    text[0] = LINK.sub(replace, text[0])


def setup(app: Any) -> None:
    """Register the change of links."""
    app.connect("source-read", link_to_repository)
