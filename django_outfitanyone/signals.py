"""Announcements. Receivers must not steer the work: what they raise is logged and ignored.

``status_changed``: a try-on or a search for clothes moved on. Arguments: ``job`` (the
    row), ``old`` and ``new`` (``statuses.Status``). Sent after the change is committed.
``account_stopped``: nothing more is submitted until a person resumes. Arguments:
    ``account``, ``error`` (an ``exceptions.AccountProblem``).
``hotspots_found``: clothes were found in a picture. Arguments: ``picture`` (a
    ``ModelImage`` or a ``TryOnResult``), ``hotspots`` (a list).
"""

from __future__ import annotations

from django.dispatch import Signal

status_changed = Signal()
account_stopped = Signal()
hotspots_found = Signal()
