"""Writes ``docs/conformance.md`` from the table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from tests.seeds.fact import DOCUMENTS, SIDES, Fact, Proof
from tests.seeds.named_tests import ROOT

PATH = ROOT / "docs" / "conformance.md"

INTRODUCTION = """\
# Conformance

This page lists every testable fact of the engine's two documents, with the tests that prove it
in the client (`django_outfitanyone/engines/dashscope/`), in the sandbox (`local/`) and in the
app. A side that has nothing to do says why. Headings of the try-on document, which is in
Japanese, are given in English too.

The page is generated from the table in `tests/seeds/`. Change the table there, then run
`python -m tests.seeds`. The test suite fails when a row has no test, when a test does not exist,
and when this page differs from the table.
"""


def page(facts: Iterable[Fact]) -> str:
    """Return the whole page as Markdown."""
    rows = list(facts)
    parts = [INTRODUCTION, _counts(rows)]
    for document, of_document in groupby(rows, key=lambda fact: fact.document):
        parts.append(f"## {DOCUMENTS[document]}\n")
        for heading, of_section in groupby(of_document, key=lambda fact: fact.section):
            parts.append(f"### {heading}\n")
            parts += [_row(fact) for fact in of_section]
    return "\n".join(parts)


def _counts(facts: list[Fact]) -> str:
    named = {test for fact in facts for side in SIDES for test in getattr(fact, side).tests}
    lines = [f"{len(facts)} facts, {len(named)} different tests.\n", "| document | facts |"]
    lines += ["|---|---|"]
    lines += [
        f"| {title} | {sum(fact.document == document for fact in facts)} |"
        for document, title in DOCUMENTS.items()
    ]
    lines += ["", "| side | facts with a test | nothing to do |", "|---|---|---|"]
    for side in SIDES:
        found = [getattr(fact, side) for fact in facts]
        tested = sum(bool(one.tests) for one in found)
        lines.append(f"| {side} | {tested} | {sum(bool(one.reason) for one in found)} |")
    return "\n".join(lines) + "\n"


def _row(fact: Fact) -> str:
    return "\n".join([f"**{fact.number}.** {fact.text}\n", *_sides(fact)]) + "\n"


def _sides(fact: Fact) -> Iterator[str]:
    for side in SIDES:
        found: Proof = getattr(fact, side)
        if found.reason or not found.tests:
            yield f"- {side}: {found.reason or 'no test yet.'}"
        else:
            yield f"- {side}:"
            yield from (f"  - `{test}`" for test in found.tests)
