"""The verdict of the chaos test fails for each promise that a round breaks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.chaos.evidence import Decision, Evidence, Row, Task
from benchmarks.chaos.verdict import LIMITS, broken, count

RED, BLUE = ("person", "red"), ("person", "blue")
GOOD = Evidence(
    requested={1: RED, 2: BLUE},
    rows=[Row(pk=1, pictures=RED, task_id="t-1"), Row(pk=2, pictures=BLUE, task_id="t-2")],
    tasks=[Task(task_id="t-1", pictures=RED), Task(task_id="t-2", pictures=BLUE)],
    charged_tasks=["t-1", "t-2"],
    answered_parses=2,
    charged_parses=2,
)
MEASURED_BY_THE_ROUND = {"peak_in_flight": 5, "peak_submits_per_second": 10, "not_exercised": 0}


def test_limits_of_an_account__count_for_each_and_promises_for_all():
    measured = {**count(GOOD), **MEASURED_BY_THE_ROUND, "peak_in_flight": 10, "duplicates": 1}

    assert broken(measured, accounts=2) == ["duplicates"]
    assert broken({**measured, "peak_in_flight": 11}, accounts=2) == [
        "duplicates",
        "peak_in_flight",
    ]


def verdict(evidence, **measured):
    return broken({**count(evidence), **MEASURED_BY_THE_ROUND, **measured})


def with_row(**columns):
    """Return the evidence with another first row."""
    return replace(GOOD, rows=[replace(GOOD.rows[0], **columns), GOOD.rows[1]])


def without_first_task(evidence):
    return replace(evidence, tasks=evidence.tasks[1:], charged_tasks=["t-2"])


def test_good_round__breaks_nothing():
    assert verdict(GOOD) == []


def test_second_task_for_the_same_request__is_a_duplicate():
    second = Task(task_id="t-3", pictures=RED, is_finished=False)

    assert verdict(replace(GOOD, tasks=[*GOOD.tasks, second])) == ["duplicates"]


def test_second_task_after_a_failed_one__is_none():
    failed = Task(task_id="t-0", pictures=RED, has_failed=True)

    assert verdict(replace(GOOD, tasks=[failed, *GOOD.tasks])) == []


class TestLost:
    def test_row_that_is_gone_without_a_deletion(self):
        assert verdict(replace(GOOD, rows=GOOD.rows[1:])) == ["lost"]

    def test_row_that_the_shop_deleted_is_not_lost(self):
        assert verdict(replace(GOOD, rows=GOOD.rows[1:], deleted={1})) == []

    def test_row_without_its_picture(self):
        assert verdict(with_row(has_picture=False)) == ["lost"]

    @pytest.mark.parametrize("status", ["queued", "running", "needs_attention", "failed"])
    def test_row_that_did_not_succeed(self, status):
        assert verdict(with_row(status=status)) == ["lost"]

    @pytest.mark.parametrize("status", ["failed", "canceled"])
    def test_row_whose_photo_the_shop_deleted_before_payment_is_not_lost(self, status):
        row = with_row(status=status, lost_its_inputs=True, is_paid=False, task_id=None)

        assert verdict(without_first_task(row)) == []

    def test_paid_row_whose_photo_the_shop_deleted(self):
        assert verdict(with_row(status="failed", lost_its_inputs=True)) == ["lost"]

    def test_billed_task_that_no_row_and_no_charge_knows(self):
        evidence = replace(GOOD, rows=GOOD.rows[1:], deleted={1}, charged_tasks=["t-2"])

        assert verdict(evidence) == ["lost", "ledger_differs_by"]


def test_row_with_the_task_of_another__is_a_wrong_task():
    assert verdict(with_row(task_id="t-2")) == ["wrong_task"]


class TestDecisions:
    def test_unclear_row_that_a_fault_explains_is_counted_only(self):
        evidence = replace(GOOD, decisions=[Decision(pk=1)])

        assert count(evidence)["needs_attention"] == 1
        assert verdict(evidence) == []

    def test_unclear_row_without_a_fault(self):
        evidence = replace(GOOD, decisions=[Decision(pk=1, is_explained=False)])

        assert verdict(evidence) == ["unexplained"]

    def test_person_who_was_not_offered_the_task(self):
        evidence = replace(GOOD, decisions=[Decision(pk=1, is_task_offered=False)])

        assert verdict(evidence) == ["task_not_offered"]


class TestLedger:
    def test_billed_task_without_a_charge(self):
        assert verdict(replace(GOOD, charged_tasks=["t-2"])) == ["ledger_differs_by"]

    def test_charge_of_a_task_that_was_not_billed(self):
        evidence = replace(GOOD, charged_tasks=["t-1", "t-2", "t-9"])

        assert verdict(evidence) == ["ledger_differs_by"]

    def test_task_that_was_charged_twice(self):
        evidence = replace(GOOD, charged_tasks=["t-1", "t-1", "t-2"])

        assert verdict(evidence) == ["ledger_differs_by"]

    def test_missing_and_excess_charges_do_not_cancel_out(self):
        evidence = replace(GOOD, charged_tasks=["t-2", "t-9"])

        assert count(evidence)["ledger_differs_by"] == 2

    def test_answered_parse_without_a_charge(self):
        assert verdict(replace(GOOD, charged_parses=1)) == ["parses_not_charged"]


@pytest.mark.parametrize("name", MEASURED_BY_THE_ROUND)
def test_measured_limit__is_checked(name):
    assert verdict(GOOD, **{name: LIMITS[name] + 1}) == [name]
