"""Judges the evidence of a round: what was lost, paid twice, or left out of the ledger."""

from __future__ import annotations

from collections import Counter
from typing import Any

from benchmarks.chaos.evidence import Evidence, Row

LIMITS = {
    "duplicates": 0,
    "lost": 0,
    "unexplained": 0,
    "task_not_offered": 0,
    "wrong_task": 0,
    "ledger_differs_by": 0,
    "parses_not_charged": 0,
    "peak_in_flight": 5,  # of one account, as the next one
    "peak_submits_per_second": 10,
    "not_exercised": 0,
}
"""The highest value of each count, which ``count`` and the round measure."""
OF_EACH_ACCOUNT = {"peak_in_flight", "peak_submits_per_second"}
"""The limits that every account has for itself; the sandbox counts over all of them."""


def count(evidence: Evidence) -> dict[str, int]:
    """Return the counts that ``LIMITS`` bounds, after all decisions."""
    decisions = evidence.decisions
    return {
        "duplicates": len(_paid_twice(evidence)),
        "lost": len(_lost_rows(evidence)) + len(_unknown_tasks(evidence)),
        "needs_attention": len(decisions),
        "unexplained": sum(not decision.is_explained for decision in decisions),
        "task_not_offered": sum(not decision.is_task_offered for decision in decisions),
        "wrong_task": len(_rows_with_a_wrong_task(evidence)),
        "ledger_differs_by": _ledger_difference(evidence),
        "parses_not_charged": max(0, evidence.answered_parses - evidence.charged_parses),
    }


def broken(counts: dict[str, Any], *, accounts: int = 1) -> list[str]:
    """Return the names of the counts that exceed their limit."""
    return [name for name in LIMITS if counts[name] > limit_of(name, accounts)]


def limit_of(name: str, accounts: int) -> int:
    """Return the highest value of a count with this number of accounts."""
    return LIMITS[name] * (accounts if name in OF_EACH_ACCOUNT else 1)


def _paid_twice(evidence: Evidence) -> list[Any]:
    """Return the requests for which more than one task was accepted and did not fail."""
    accepted = Counter(task.pictures for task in evidence.tasks if not task.has_failed)
    return [pictures for pictures, number in accepted.items() if number > 1]


def _lost_rows(evidence: Evidence) -> list[int]:
    """Return the try-ons that did not end well, and that the shop has not made impossible."""
    rows = {row.pk: row for row in evidence.rows}
    return [
        pk
        for pk in evidence.requested
        if not (_has_ended_well(rows[pk]) if pk in rows else pk in evidence.deleted)
    ]


def _has_ended_well(row: Row) -> bool:
    """Whether it has its picture, or cannot have one because its inputs were deleted."""
    if row.status == "succeeded":
        return row.has_picture
    return row.lost_its_inputs and not row.is_paid and row.status in {"failed", "canceled"}


def _unknown_tasks(evidence: Evidence) -> list[str]:
    """Return the paid tasks that neither a row nor the ledger knows."""
    known = {row.task_id for row in evidence.rows} | {*evidence.charged_tasks}
    return [task.task_id for task in evidence.tasks if task.is_billed and task.task_id not in known]


def _rows_with_a_wrong_task(evidence: Evidence) -> list[int]:
    """Return the try-ons that follow a task with other pictures."""
    pictures = {task.task_id: task.pictures for task in evidence.tasks}
    return [
        row.pk for row in evidence.rows if row.task_id and pictures.get(row.task_id) != row.pictures
    ]


def _ledger_difference(evidence: Evidence) -> int:
    """Return how many billed tasks have no charge, or charges no billed task."""
    charges = Counter(evidence.charged_tasks)
    charges.subtract(task.task_id for task in evidence.tasks if task.is_billed)
    return sum(map(abs, charges.values()))
