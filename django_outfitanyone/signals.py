"""Signals. Exceptions of receivers are logged and ignored, so receivers cannot stop the work.

``status_changed``: the status of a try-on or a clothes parse changed. Arguments: ``job`` (the
    row), ``old`` and ``new`` (``choices.Status``). Sent after the change is committed.
``account_stopped``: nothing is submitted until the account is resumed. Arguments:
    ``account``, ``error`` (an ``exceptions.AccountProblem``).
``budget_spent``: the next paid request exceeds the budget of the day or month. Arguments:
    ``account``, ``error`` (an ``exceptions.BudgetSpent`` with the time at which work resumes).
``account_resumed``: a person ended a stop or pause. Argument: ``account``.
``result_expiring``: a paid result is not stored yet, and its remote copy expires soon or the
    retries have ended. Sent once. Arguments: ``job``, ``error``, ``expires_at``.
``review_changed``: a picture was approved, rejected, published or unpublished. Arguments:
    ``try_on``, ``old`` and ``new`` (``choices.Review``), ``published`` (whether it is now).
``batch_finished``: no try-on of a batch is open any more. Argument: ``batch`` (a
    ``models.Batch``). Sent again if try-ons of it are retried and finish; a worker that is
    killed while it sends sends again.
``hotspots_found``: a clothes parse found hotspots in a picture. Arguments: ``picture`` (a
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
batch_finished = Signal()
hotspots_found = Signal()
