"""Every fact of the two documents has a test that exists, on every side."""

from __future__ import annotations

import pytest

from tests.seeds.fact import DOCUMENTS, PENDING, Fact, nothing, proof
from tests.seeds.named_tests import exists
from tests.seeds.page import PATH, page
from tests.seeds.table import FACTS, HOW_MANY, pending, proofs

HERE = "tests/seeds/test_table.py"
SAMPLE = Fact(
    number=1, text="A fact.", document="parsing", section="Overview",
    client=proof(HERE, "test_numbers__are_complete_and_in_order"),
    sandbox=nothing("It is about the page."), app=PENDING,
)  # fmt: skip


def test_numbers__are_complete_and_in_order():
    assert [fact.number for fact in FACTS] == list(range(1, HOW_MANY + 1))


def test_places__name_a_document_and_a_section():
    assert {fact.document for fact in FACTS} == set(DOCUMENTS)
    assert [fact.number for fact in FACTS if not fact.section] == []


def test_texts__are_sentences_of_their_own():
    assert [fact.number for fact in FACTS if not fact.text.endswith(".")] == []
    assert len({fact.text for fact in FACTS}) == len(FACTS)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.number)
def test_fact__has_a_test_or_a_reason_on_each_side(fact):
    assert pending([fact]) == [], "no test yet"
    for _, side, found in proofs([fact]):
        assert bool(found.tests) != bool(found.reason), side
        assert not found.reason or found.reason.endswith("."), side
    assert any(found.tests for _, _, found in proofs([fact])), "no side proves it"


def test_proofs__name_tests_that_exist():
    missing = [
        f"{fact.number} {side}: {test}"
        for fact, side, found in proofs()
        for test in found.tests
        if not exists(test)
    ]

    assert missing == []


def test_page__is_generated_from_the_table():
    assert PATH.read_text("utf-8") == page(FACTS), "run: python -m tests.seeds"


def test_page__has_the_place_the_fact_and_its_proofs():
    text = page([SAMPLE])

    assert f"## {DOCUMENTS['parsing']}\n\n### Overview\n\n**1.** A fact.\n" in text
    assert f"- client:\n  - `{HERE}::test_numbers__are_complete_and_in_order`\n" in text
    assert "- sandbox: It is about the page.\n- app: no test yet.\n" in text


def test_pending__names_the_row_and_the_side():
    assert pending([SAMPLE]) == ["1 app"]


@pytest.mark.parametrize(
    ("test", "found"),
    [
        (f"{HERE}::test_numbers__are_complete_and_in_order", True),
        ("tests/seeds/test_sample_requests.py::test_try_on__sample_succeeds[100-top]", True),
        ("tests/seeds/test_sample_requests.py::test_try_on__sample_succeeds[99-hat]", False),
        (f"{HERE}::test_numbers__are_complete_and_in_order[1]", False),
        (f"{HERE}::test_that_nothing_defines", False),
        (f"{HERE}::exists", False),
        (f"{HERE}", False),
        ("tests/seeds/test_missing.py::test_a", False),
        ("tests/seeds/fact.py::proof", False),
        ("local/tests/sandbox/test_image_service.py::TestParse::test_parse__creates_no_task", True),
        ("local/tests/sandbox/test_image_service.py::TestParse", False),
        ("local/tests/sandbox/test_image_service.py::test_parse__creates_no_task", False),
    ],
)
def test_exists__reads_functions_classes_and_parameters(test, found):
    assert exists(test) is found
