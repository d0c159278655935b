from __future__ import annotations


def test_second_database__holds_rows_and_transactions(run_module):
    assert run_module("tests.second_database.scenario").endswith("fine\n")
