"""The form of a row of the error table."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Literal

from django_outfitanyone.exceptions import (
    OutfitAnyoneError,
    RequestNotSent,
    ServerFault,
    Throttled,
)

Mender = Literal["shop", "account", "developer", "nobody"]
"""``shop`` chose the pictures, ``account`` owns the API key and pays its bill,
``developer`` set the shop up, ``nobody`` means that waiting helps."""

# Our own words, where the API gave none
NO_ANSWER = "NoAnswer"
UNREADABLE_ANSWER = "UnreadableAnswer"
TASK_GONE = "TaskGone"
NO_CODE = "HTTP"  # followed by the status: HTTP.404


def gettext_noop(text: str) -> str:
    """Mark a text for translation; whoever shows it passes it through gettext."""
    return text


@dataclass(frozen=True, kw_only=True)
class ErrorKind:
    """One kind of error. A criterion left empty is not looked at."""

    label: str
    error: type[OutfitAnyoneError]
    fixed_by: Mender
    advice: str
    codes: tuple[str, ...] = ()
    """Each with all that is nested below it, as ``Throttling.RateQuota`` below
    ``Throttling``: the API invents new ones."""
    statuses: Container[int | None] | None = None
    """HTTP statuses; an error inside a finished task has 200, one without an answer ``None``."""
    says: tuple[str, ...] = ()
    """Pieces of the message in lower case, for codes that mean several things."""
    may_have_arrived: bool = False
    """Whoever answered may have passed the request on before."""

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed later without anybody doing anything."""
        return issubclass(self.error, (RequestNotSent, Throttled, ServerFault))

    def matches(self, code: str, *, http_status: int | None, message: str) -> bool:
        if self.codes and not any(_is_within(code, family) for family in self.codes):
            return False
        if self.statuses is not None and http_status not in self.statuses:
            return False
        return not self.says or any(piece in message.casefold() for piece in self.says)


def _is_within(code: str, family: str) -> bool:
    """Upper and lower case are not told apart: the API's own documents mix them."""
    return f"{code}.".casefold().startswith(f"{family}.".casefold())
