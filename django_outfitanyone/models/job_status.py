"""What the status of a job says, without a query."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django_outfitanyone.choices import FINAL, IN_FLIGHT, OPEN, UNSENT, UNSETTLED, Status

BLOCKED = "SearchNeedsAttention"
"""Error code of an open try-on that waits for a person's decision about a clothes parse."""

REPLACED = "Replaced"
"""Error code of a canceled try-on in whose place another picture was requested."""


class JobStatus:
    """The status of a ``RemoteJob`` in words."""

    if TYPE_CHECKING:
        status: str
        due_at: datetime | None
        lease_token: str
        error_code: str

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_finished(self) -> bool:
        return self.status in FINAL

    @property
    def is_unsent(self) -> bool:
        return self.status in UNSENT

    @property
    def is_in_flight(self) -> bool:
        return self.status in IN_FLIGHT

    @property
    def is_unsettled(self) -> bool:
        """Whether the engine may bill the job, which has no charge yet."""
        return self.status in UNSETTLED

    @property
    def is_leased(self) -> bool:
        """Whether the holder of this instance has leased the row."""
        return bool(self.lease_token)

    @property
    def is_submitting(self) -> bool:
        return self.status == Status.SUBMITTING

    @property
    def is_running(self) -> bool:
        return self.status == Status.RUNNING

    @property
    def is_collecting(self) -> bool:
        return self.status == Status.COLLECTING

    @property
    def has_succeeded(self) -> bool:
        return self.status == Status.SUCCEEDED

    @property
    def has_failed(self) -> bool:
        return self.status == Status.FAILED

    @property
    def is_canceled(self) -> bool:
        return self.status == Status.CANCELED

    @property
    def is_replaced(self) -> bool:
        """Whether another picture was requested in its place."""
        return self.status == Status.CANCELED and self.error_code == REPLACED

    @property
    def is_blocked(self) -> bool:
        """Whether the open job waits for a person's decision about another job."""
        return self.status == Status.PREPARING and self.error_code == BLOCKED

    @property
    def is_paused(self) -> bool:
        """Whether nothing of the unsent job is due, because a person has paused its batch."""
        return self.status in UNSENT and self.due_at is None

    @property
    def needs_attention(self) -> bool:
        return self.status == Status.NEEDS_ATTENTION
