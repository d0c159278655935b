from __future__ import annotations

import json

import pytest

from django_outfitanyone.engines import documents

ANSWER = {"request_id": "r-1", "output": {"task_id": "t-1"}, "usage": {"image_count": 1}}


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ('{"a": 1, "b": 2', {"a": 1}),
        ('{"a": 1, "b": "te', {"a": 1}),
        ('{"a": {"b": "c", "d": "e', {"a": {"b": "c"}}),
        ('{"a": {"b": [1, 2], "c": [3, 4', {"a": {"b": [1, 2]}}),
        ('{"a": {"b": 1}', {"a": {"b": 1}}),
        ('{"a": 1, "b": [{"c": 2}, {"d"', {"a": 1}),
        ('{"a": 1, "b": ' + "[" * 100_000, {"a": 1}),
        ('{"a": "]},{[", "b', {"a": "]},{["}),
        ('{"a', {}),
        ("[1, 2", {}),
        ("<html>", {}),
        ("", {}),
    ],
    ids=lambda value: str(value)[:30],
)
def test_decode__of_a_cut_text_keeps_what_is_complete(text, complete):
    document = documents.decode(text, is_cut=True)

    assert document == complete
    assert document.is_cut


def test_excerpt__of_a_usual_answer_is_the_whole_answer():
    assert documents.excerpt(ANSWER) == ANSWER


@pytest.mark.parametrize(
    "junk",
    ["x" * 2_000_000, ["x"] * 500_000, [0] * 500_000, {str(n): n for n in range(200_000)}],
    ids=["text", "texts", "numbers", "object"],
)
def test_excerpt__of_a_long_answer_is_short(junk):
    kept = documents.excerpt({**ANSWER, "junk": junk, "nested": [[[junk]]]})

    assert len(json.dumps(kept)) < 100_000
    assert kept["output"] == ANSWER["output"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>Bad Gateway</html>",
        "null",
        "[]",
        '"text"',
        "{",
        '{"a": 1',
        "[" * 100_000,
        '{"a":' * 50_000,
        "1" * 5000,
    ],
)
def test_decode__is_empty_for_everything_but_an_object(text):
    assert documents.decode(text) == {}


def test_decode__keeps_only_values_that_a_database_can_store():
    text = r'{"a\u0000b": ["x\u0000y", "\ud800", NaN, Infinity, 1.5, true, null, "𝄞é"]}'

    assert documents.decode(text) == {"ab": ["xy", "?", None, None, 1.5, True, None, "𝄞é"]}


def test_decode__reads_none_as_null_except_in_texts():
    text = '{"bbox": [None, [1, 2]], "url": [ None ], "None": "a [None] \\" None", "x": None}'

    assert documents.decode(text) == {
        "bbox": [None, [1, 2]],
        "url": [None],
        "None": 'a [None] " None',
        "x": None,
    }


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("1e999", None),
        ("-1e999", None),
        ("1e-999", 0.0),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775807", 1 - 2**63),
        ("9223372036854775808", None),
        ("9" * 5000, None),
    ],
    ids=lambda value: str(value)[:25],
)
def test_decode__drops_numbers_that_a_database_cannot_store(number, value):
    assert documents.decode(f'{{"a": {number}, "b": 1}}') == {"a": value, "b": 1}


@pytest.mark.parametrize("depth", [19, 20, 40, 100_000])
def test_decode__cuts_what_is_nested_too_deep_and_keeps_the_rest(depth):
    deep = "[" * depth + '"]}[{"' + "]" * depth
    text = f'{{"a": {deep}, "b": "[[[", "c": [{{}}]}}'

    document = documents.decode(text)

    assert (document["b"], document["c"]) == ("[[[", [{}])
    inner = document["a"]
    for _ in range(19):
        assert len(inner) == 1
        inner = inner[0]
    assert inner == ("]}[{" if depth == 19 else None)


def test_decode__is_fast_for_an_endless_text():
    """Each quotation mark could start another pass through all that follows."""
    assert documents.decode('"' + '\\"' * 500_000) == {}
