from __future__ import annotations

import pytest

from django_outfitanyone.choices import Severity
from django_outfitanyone.picture_findings import (
    TEXTS,
    Finding,
    from_json,
    size_findings,
    to_json,
)
from outfitanyone_local.engine.checks.findings import GARMENT_CODES, PERSON_CODES


def codes(findings):
    return [finding.code for finding in findings]


def test_texts__exist_for_every_code_of_the_local_engine():
    assert {*PERSON_CODES, *GARMENT_CODES, "picture_small", "photo_narrow"} <= set(TEXTS)


@pytest.mark.parametrize("code", TEXTS)
def test_texts__are_sentences(code):
    finding = Finding(code, Severity.REFUSES)

    for text in (finding.reason, finding.remedy):
        assert text[0].isupper()
        assert text.endswith(".")


def test_unknown_code__of_a_newer_engine_is_still_shown():
    finding = Finding("upside_down", Severity.REFUSES)

    assert "upside_down" in finding.reason
    assert finding.remedy


def test_json__survives_a_round_trip_with_the_worst_first():
    found = [Finding("dark", Severity.MAY_SPOIL), Finding("seated", Severity.REFUSES)]

    assert from_json(to_json(found)) == [found[1], found[0]]


@pytest.mark.parametrize(
    "stored",
    [
        5,
        "code",
        [{"code": "x", "severity": ["refuses"]}],
        None,
        [],
        ["dark"],
        [{}],
        [{"code": "dark"}],
        [{"code": "dark", "severity": "x"}],
    ],
)
def test_json__that_holds_no_finding_is_ignored(stored):
    assert from_json(stored) == []


@pytest.mark.parametrize(
    ("size", "is_person", "expected"),
    [
        ((600, 800), True, []),
        ((599, 800), True, ["photo_narrow"]),
        ((299, 800), True, ["picture_small"]),
        ((800, 299), True, ["picture_small"]),
        ((300, 300), False, []),
        ((151, 151), False, ["picture_small"]),
    ],
)
def test_size__is_judged_without_the_engine(size, is_person, expected):
    found = size_findings(*size, is_person=is_person)

    assert codes(found) == expected
    assert not any(finding.refuses for finding in found)


def test_worn_garment__has_another_remedy_if_it_cannot_be_cut_out():
    mild, refusing = (
        Finding("worn", severity) for severity in (Severity.MAY_SPOIL, Severity.REFUSES)
    )

    assert "make one out of what this photo shows" in mild.remedy
    assert "cannot be cut out" in refusing.reason
    assert "make one" not in refusing.remedy
