"""The columns of an engine's error table, and the codes of this app. Imports no Django."""

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

FixedBy = Literal["shop", "account", "developer", "nobody"]
"""``shop`` chose the pictures, ``account`` owns the API key and pays its bills,
``developer`` runs the site, ``nobody`` means that a retry helps."""

# Codes of this app for errors without a code of the API
NO_ANSWER = "NoAnswer"
UNREADABLE_ANSWER = "UnreadableAnswer"
TASK_GONE = "TaskGone"
NO_CODE = "HTTP"  # followed by the status: HTTP.404
OWN_CODE = "API"  # the same for an answer of the API itself that has no code: API.422


def gettext_noop(text: str) -> str:
    """Mark a text for translation; ``error_help`` translates it when it is shown."""
    return text


@dataclass(frozen=True, kw_only=True)
class ErrorKind:
    """One kind of error. An empty criterion matches everything."""

    label: str
    error: type[OutfitAnyoneError]
    fixed_by: FixedBy
    help: str
    codes: tuple[str, ...] = ()
    """Each includes the codes nested below it, as ``Throttling.RateQuota`` below
    ``Throttling``, because the API adds new ones."""
    statuses: Container[int | None] | None = None
    """HTTP statuses: 200 for an error inside a finished task, ``None`` if there was no answer."""
    says: tuple[str, ...] = ()
    """Parts of the message in lower case, for codes with several meanings."""
    may_be_lost_upload: bool = False
    """The API could not read a picture's address, which it may have forgotten."""
    may_have_arrived: bool = False
    """The server that answered may have passed the request on before."""
    is_about_person: bool = False
    """The photo of the person cannot be used, whatever the garments are."""
    is_about_garment: bool = False
    """The picture of a garment cannot be used, whatever the photo of the person is."""

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed later without anybody changing anything."""
        return issubclass(self.error, (RequestNotSent, Throttled, ServerFault))

    def matches(self, code: str, *, http_status: int | None, message: str) -> bool:
        if self.codes and not any(_is_within(code, family) for family in self.codes):
            return False
        if self.statuses is not None and http_status not in self.statuses:
            return False
        return not self.says or any(piece in message.casefold() for piece in self.says)


def _is_within(code: str, family: str) -> bool:
    """Compare without case, because the API's own documents mix it."""
    return f"{code}.".casefold().startswith(f"{family}.".casefold())
