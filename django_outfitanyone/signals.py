"""Announcements. Receivers must not steer the work: what they raise is logged and ignored.

``status_changed``: a try-on or a search for clothes moved on. Arguments: ``job`` (the
    row), ``old`` and ``new`` (``statuses.Status``). Sent after the change is committed.
``account_stopped``: nothing more is submitted until a person resumes. Arguments:
    ``account``, ``error`` (an ``exceptions.AccountProblem``).
``budget_spent``: a paid request no longer fits into the day's or month's budget. Arguments:
    ``account``, ``error`` (an ``exceptions.BudgetSpent`` with the moment that it goes on).
``result_expiring``: something paid could not be fetched yet, and the remote copy dies soon.
    Arguments: ``job`` (its ``error_message`` says why), ``expires_at``.
``hotspots_found``: clothes were found in a picture. Arguments: ``picture`` (a
    ``ModelImage`` or a ``TryOnResult``), ``hotspots`` (a list).
"""

from __future__ import annotations

from django.dispatch import Signal

status_changed = Signal()
account_stopped = Signal()
budget_spent = Signal()
result_expiring = Signal()
hotspots_found = Signal()
