"""Write the picture guide as a page of the documentation.

python -m benchmarks.guide_pictures.page docs/pictures.md
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import fill

from django.conf import settings

from django_outfitanyone.picture_guide import GARMENTS, PEOPLE, Example, PictureGuide

STATIC = "../django_outfitanyone/static/"
"""The static files, as seen from the folder of the page."""
COLUMNS = 4
INTRODUCTION = """\
# Take pictures that work

The try-on can only be as good as its two pictures: the photo of a person and the picture of the
garment. The admin shows this guide where you upload them. To change it for your shop, override the
template `admin/django_outfitanyone/includes/picture_guide.html`; the texts are in the module
`django_outfitanyone.picture_guide`.

<!-- Generated from django_outfitanyone/picture_guide.py: run `make guide-page` to refresh it. -->
"""
HEADINGS = {PEOPLE.code: "Model photos", GARMENTS.code: "Garment pictures"}


def page() -> str:
    """Return the page as Markdown, in the current language."""
    parts = [INTRODUCTION, *(part for guide in (PEOPLE, GARMENTS) for part in _section(guide))]
    return "\n".join(parts)


def _section(guide: PictureGuide) -> Iterator[str]:
    yield f"## {HEADINGS[guide.code]}\n"
    yield f"{_wrapped(guide.summary)}\n"
    yield from (_wrapped(rule.text, bullet="- ") for rule in guide.rules)
    yield "\n### These pictures work\n"
    yield _table(guide.good, "✓")
    yield "### These pictures do not work well\n"
    yield _table(guide.bad, "✕")
    for answer in guide.answers:
        yield f"### {answer.question}\n"
        yield f"{_wrapped(answer.text)}\n"


def _table(examples: Sequence[Example], mark: str) -> str:
    """Return a table of the pictures, captions below them, as many as fit beside each other."""
    rows = [examples[at : at + COLUMNS] for at in range(0, len(examples), COLUMNS)]
    width = min(COLUMNS, len(examples))
    lines = [_row([""] * width), _row(["---"] * width)]
    for row in rows:
        empty = [""] * (width - len(row))
        lines.append(_row([*(f"![{one.alt}]({STATIC}{one.path})" for one in row), *empty]))
        lines.append(_row([*(f"{mark} {one.caption}" for one in row), *empty]))
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _wrapped(text: object, *, bullet: str = "") -> str:
    return fill(str(text), 100, initial_indent=bullet, subsequent_indent=" " * len(bullet))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path)
    arguments = parser.parse_args()
    settings.configure(USE_I18N=False)
    arguments.file.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
