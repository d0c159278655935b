"""What a benchmark says about a bar, alone and repeated."""

from __future__ import annotations

import json

import pytest

from benchmarks.report import merged, print_measure, table, verdict


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.9, 1.0], True),
        ([1.1, 1.2], False),
        ([0.9, 1.1], None),
        ([1.0], True),
        ([1.01], False),
    ],
)
def test_verdict__is_open_if_the_bar_lies_within_the_spread(values, expected):
    assert verdict(values, 1.0) is expected


def test_print_measure__says_whether_its_bar_holds(capsys):
    print_measure("pages", 1.23456, "s", bar=2)
    printed = json.loads(capsys.readouterr().out)
    assert printed == {"measure": "pages", "value": 1.2346, "unit": "s", "bar": 2, "holds": True}


def test_print_measure__judges_by_all_repeats():
    line = print_measure("pages", 1.0, "s", values=[0.9, 1.0, 2.1], bar=2)
    assert line["spread"] == [0.9, 2.1]
    assert line["holds"] is None


def test_print_measure__takes_a_verdict_of_the_benchmark():
    assert print_measure("pages", 3.0, "s", bar=2, holds=None)["holds"] is None


def line(value, *, bar=1.0, **more):
    return print_measure("pages", value, "s", bar=bar, **more)


def test_merged__is_the_median_with_its_spread():
    (found,) = merged([[line(0.8)], [line(0.9)], [line(0.7)]])
    assert (found["value"], found["spread"], found["holds"]) == (0.8, [0.7, 0.9], True)


def test_merged__is_undecided_if_one_repeat_misses():
    (found,) = merged([[line(0.8)], [line(0.9)], [line(1.1)]])
    assert found["holds"] is None


def test_merged__counts_the_spread_within_each_repeat():
    (found,) = merged([[line(0.8, values=[0.7, 1.2])], [line(0.9, values=[0.8, 0.9])]])
    assert (found["spread"], found["holds"]) == ([0.7, 1.2], None)


def test_merged__keeps_the_only_line_of_a_measure_and_its_verdict():
    only = line(3.0, holds=None)
    assert merged([[only]]) == [only]


def test_merged__keeps_words():
    said = print_measure("kind", "none")
    assert merged([[said], [said]]) == [said]


def test_table__shows_spread_and_verdicts():
    lines = [
        line(0.8, plan="Seq Scan"),
        line(1.5),
        line(1.0, values=[0.9, 1.0, 1.1], load=2),
        print_measure("queries", 4),
    ]
    rows = table(lines).splitlines()
    assert "≤ 1.0 ✓" in rows[2]
    assert "Seq Scan" not in rows[2]
    assert "≤ 1.0 ✗" in rows[3]
    assert "1.0 (0.9 to 1.1)" in rows[4]
    assert "≤ 1.0 undecided" in rows[4]
    assert "load 2" in rows[4]
    assert "≤" not in rows[5]
