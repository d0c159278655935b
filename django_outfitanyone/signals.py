"""Announcements. Receivers must not steer the work: what they raise is logged and ignored.

``status_changed``: a try-on or a search for clothes moved on. Arguments: ``job`` (the
    row), ``old`` and ``new`` (``statuses.Status``). Sent after the change is committed.
``account_stopped``: nothing more is submitted until a person resumes. Arguments:
    ``account``, ``error`` (an ``exceptions.AccountProblem``).
``budget_spent``: a paid request no longer fits into the day's or month's budget. Arguments:
    ``account``, ``error`` (an ``exceptions.BudgetSpent`` with the moment that it goes on).
``account_resumed``: a person has lifted a stop or pause. Argument: ``account``.
``result_expiring``: something paid was not fetched yet, and the remote copy dies soon or
    nobody tries any more. Sent once. Arguments: ``job``, ``error``, ``expires_at``.
``review_changed``: a picture was approved, rejected, published or taken back. Arguments:
    ``try_on``, ``old`` and ``new`` (``statuses.Review``), ``published`` (whether it is now).
``hotspots_found``: clothes were found in a picture. Arguments: ``picture`` (a
    ``ModelImage`` or a ``TryOnResult``), ``hotspots`` (a list).
"""

from __future__ import annotations

from django.dispatch import Signal

status_changed = Signal()
account_stopped = Signal()
budget_spent = Signal()
account_resumed = Signal()
result_expiring = Signal()
review_changed = Signal()
hotspots_found = Signal()
