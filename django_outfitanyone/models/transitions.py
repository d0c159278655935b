"""How a job goes from one status to the next; ``choices.MAY_FOLLOW`` says which may follow which.

A worker moves the jobs that it has leased (``mark_...``). A person may move a job that a
worker has leased, which ends the lease (``give_up``, ``start_over``, ``collect_again``).
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from contextlib import nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from django_outfitanyone.choices import FINAL, MAY_FOLLOW, OPEN, UNSENT, Status
from django_outfitanyone.models.account import LONG_AGO
from django_outfitanyone.models.database import atomic, on_commit
from django_outfitanyone.signals import status_changed

logger = logging.getLogger("django_outfitanyone")

NO_ERROR = {"error_code": "", "error_message": ""}
NO_LEASE: dict[str, Any] = {"lease_token": "", "lease_expires_at": LONG_AGO}
UNTRIED: dict[str, Any] = {"attempts": 0, **NO_ERROR}
MOVED = ("status", "lease_token", "lease_expires_at")
"""What decides whether the holder of an instance may move the row."""


def fresh_columns(now: datetime) -> dict[str, Any]:
    """Return the columns of a job that is queued as if it had been requested now."""
    return {
        "due_at": now,
        "queued_at": now,
        "submitted_at": None,
        "finished_at": None,
        "remote_answer": {},
        "uploads_renewed": False,
    }


class Transitions:
    """The moves of a ``RemoteJob``. ``columns`` are written in the same UPDATE."""

    if TYPE_CHECKING:
        pk: Any
        status: str
        error_code: str
        error_message: str
        request_id: str
        _meta: Any

        def write(self, **columns: Any) -> None: ...

    def mark_preparing(self, **columns: Any) -> None:
        self._move(Status.PREPARING, **columns)

    def mark_submitting(self, **columns: Any) -> None:
        self._move(Status.SUBMITTING, **columns)

    def mark_running(self, **columns: Any) -> None:
        self._move(Status.RUNNING, **columns)

    def mark_collecting(self, **columns: Any) -> None:
        self._move(Status.COLLECTING, **columns)

    def mark_succeeded(self, **columns: Any) -> None:
        self._move(Status.SUCCEEDED, **columns)

    def mark_failed(self, **columns: Any) -> None:
        self._move(Status.FAILED, **columns)

    def mark_canceled(self, **columns: Any) -> None:
        self._move(Status.CANCELED, **columns)

    def mark_needs_attention(self, **columns: Any) -> None:
        self._move(Status.NEEDS_ATTENTION, **columns)

    def give_up(self) -> bool:
        """Cancel a job of which nothing was sent, or whose outcome is unclear."""
        return self._override(UNSENT | {Status.NEEDS_ATTENTION}, Status.CANCELED, due_at=None)

    def start_over(self, **columns: Any) -> bool:
        """Queue a finished job again, as if it had been requested now."""
        may_restart = {old for old in FINAL if Status.QUEUED in MAY_FOLLOW[old]}
        fresh = fresh_columns(timezone.now())
        return self._override(may_restart, Status.QUEUED, **{**fresh, **columns})

    def collect_again(self) -> bool:
        """Download the result of a failed job that was paid for once more."""
        return self._override(
            {Status.FAILED}, Status.COLLECTING, due_at=timezone.now(), finished_at=None
        )

    @property
    def place(self) -> dict[str, Any]:
        """The status and lease of this instance, for ``undo_move``."""
        return {name: getattr(self, name) for name in MOVED}

    def undo_move(self, before: Mapping[str, Any]) -> None:
        """Set status and lease of this instance back after its transaction was rolled back."""
        for name, value in before.items():
            setattr(self, name, value)

    def announce(self, old: Status) -> None:
        """Log the change of status, and send ``status_changed`` on commit."""
        new = Status(self.status)
        ended_badly = new in FINAL and self.error_code
        logger.info(
            "%s %s: %s -> %s%s",
            self._meta.model_name,
            self.pk,
            old.value,
            new.value,
            f" ({self.error_code}: {self.error_message})" if ended_badly else "",
            extra={
                "event": "status_changed",
                "job": self._meta.model_name,
                "job_id": self.pk,
                "old": old.value,
                "new": new.value,
                "error_code": self.error_code,
                "request_id": self.request_id,
            },
        )
        on_commit(lambda: status_changed.send_robust(type(self), job=self, old=old, new=new))

    def _move(self, new: Status, **columns: Any) -> None:
        """Move as the holder of the lease; ``LeaseLost`` if another worker has it by now.

        The same UPDATE ends the lease of a job that has ended, because no step follows.
        """
        old, before = Status(self.status), self.place
        if new not in MAY_FOLLOW[old]:
            raise ValueError(f"{old} is never followed by {new}")
        if new in FINAL:
            columns = {"finished_at": timezone.now(), "due_at": None, **NO_LEASE, **columns}
        if new not in {Status.PREPARING, Status.SUBMITTING}:
            columns = {**UNTRIED, **columns}  # progress: earlier errors no longer matter
        try:
            with atomic() if self._has_others(new) else nullcontext():
                self.write(status=new, **{**columns, **self._follow_up(new)})
                self._update_others(new)
        except Exception:
            self.undo_move(before)
            raise
        self.announce(old)

    def _override(self, old: Collection[Status], new: Status, **columns: Any) -> bool:
        """Move without a lease; return False if the job has left the ``old`` statuses."""
        row: Any = self
        before = Status(self.status)
        fixed: dict[str, Any] = {"finished_at": timezone.now(), **UNTRIED, **NO_LEASE}
        rows = type(row)._default_manager.filter(pk=self.pk, status__in=old)
        with atomic():
            changed = rows.update(status=new, **{**fixed, **self._follow_up(new), **columns})
            if changed:
                self._update_others(new)
            if changed and new in OPEN:
                self._open_again()
        row.refresh_from_db()
        if changed:
            self.announce(before)
        return bool(changed)

    def _follow_up(self, new: Status) -> dict[str, Any]:  # noqa: ARG002
        """Return further columns that this status implies."""
        return {}

    def _has_others(self, new: Status) -> bool:  # noqa: ARG002
        """Return whether this status may mean something for other rows."""
        return False

    def _update_others(self, new: Status) -> None:
        """Write what this status means for other rows; called in the transaction of the move."""

    def _open_again(self) -> None:
        """Write what it means for other rows that a person has opened this job again."""
