"""JSON requests to one engine: a paid one is sent once, and every answer is read or refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django_outfitanyone.engines import documents, json_values
from django_outfitanyone.engines.base import SendWindow
from django_outfitanyone.engines.documents import Document
from django_outfitanyone.engines.error_kind import NO_ANSWER, OWN_CODE, UNREADABLE_ANSWER
from django_outfitanyone.engines.errors import ErrorTable
from django_outfitanyone.engines.json_values import Malformed
from django_outfitanyone.engines.transport import Answer, Transport
from django_outfitanyone.exceptions import (
    APIError,
    DownloadFailed,
    DownloadRefused,
    ForeignAnswer,
    OutcomeUnknown,
    ServerFault,
    Throttled,
)

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer and the JSON object in it, which is empty if there is none."""

    answer: Answer
    document: Document

    @property
    def is_foreign(self) -> bool:
        """Whether this is a page of a proxy or gateway, and not the beginning of an answer."""
        return not self.document and not self.is_long

    @property
    def is_long(self) -> bool:
        return self.answer.is_cut and self.answer.text.lstrip().startswith("{")

    @property
    def fault(self) -> tuple[str, str]:
        """Code and message of the error, with a code of this app if the API gave none."""
        code, message = json_values.fault(self.document)
        if self.document and not code and not self.answer.is_success:
            code = f"{OWN_CODE}.{self.answer.status}"
        return code, message

    @property
    def request_id(self) -> str:
        return json_values.text(self.document.get("request_id"), 100) or self.answer.request_id


Reader = Callable[[Reply], T]
"""Returns what an answer says; raises ``Malformed`` if it lacks a required value."""


class JsonClient:
    """The requests of one engine. Threads may share it.

    Paid requests raise ``OutcomeUnknown`` when they may have arrived but no usable answer
    came. All others may be repeated freely, and raise ``ServerFault`` in that case.
    """

    def __init__(self, transport: Transport, *, errors: ErrorTable) -> None:
        self._http = transport
        self._errors = errors

    def pay(
        self,
        path: str,
        reader: Reader[T],
        *,
        body: Mapping[str, Any] | None = None,
        form: Sequence[Any] | None = None,
        headers: Mapping[str, str] | None = None,
        window: SendWindow | None = None,
    ) -> T:
        """Send a paid request once, on a connection of its own.

        It holds a JSON object, or a multipart form as requests takes it.
        """
        content: dict[str, Any] = (
            {"files": form} if form is not None else {"json": dict(body or {})}
        )
        answer = self._http.send_apart(
            "POST", path, window=window, headers=dict(headers or {}), **content
        )
        return self._result(answer, reader, refused=self._errors.paid_error, is_paid=True)

    def ask(self, method: str, path: str, reader: Reader[T], **content: Any) -> T:
        """Send a free request."""
        try:
            answer = self._http.send(method, path, **content)
        except OutcomeUnknown as unclear:
            raise ServerFault(unclear.message, code=NO_ANSWER) from unclear
        return self._result(answer, reader, refused=self._errors.error, is_paid=False)

    def fetch(self, address: str, *, max_bytes: int) -> bytes:
        """Return a file that needs the key.

        Raises ``DownloadFailed`` where a retry may help, ``DownloadRefused`` for a file that
        is too large, and ``RequestNotSent``.
        """
        try:
            file = self._http.fetch(address, max_bytes=max_bytes)
        except OutcomeUnknown as unclear:
            raise DownloadFailed(unclear.message) from unclear
        if file.status != 200:
            raise DownloadFailed(
                f"The engine answered HTTP {file.status} instead of the picture.",
                code=str(file.status),
            )
        if len(file.data) > max_bytes:
            raise DownloadRefused(f"The picture is larger than {max_bytes} bytes.")
        return file.data

    def close(self) -> None:
        self._http.close()

    def _result(
        self,
        answer: Answer,
        reader: Reader[T],
        *,
        refused: Callable[..., APIError | OutcomeUnknown],
        is_paid: bool,
    ) -> T:
        document = documents.decode(answer.text, is_cut=answer.is_cut)
        reply = Reply(answer=answer, document=document)
        code, message = reply.fault
        if answer.is_success:
            try:
                return reader(reply)
            except Malformed as malformed:
                if not code:
                    raise _unusable(reply, str(malformed), is_paid=is_paid) from malformed
        error = refused(
            code,
            message=_foreign(answer) if reply.is_foreign else message,
            http_status=answer.status,
            request_id=reply.request_id,
        )
        if isinstance(error, Throttled):
            error.retry_after = _retry_after(answer)
        raise error


def _retry_after(answer: Answer) -> float | None:
    """Return the seconds of the header ``Retry-After``; a date in it is ignored."""
    seconds = json_values.amount(answer.headers.get("retry-after"), most=24 * 3600)
    return None if seconds is None else float(seconds)


def _foreign(answer: Answer) -> str:
    """Return the message for an answer that is none of the API's."""
    what = f"HTTP {answer.status}" + (f", {answer.content_type}" if answer.content_type else "")
    return f"This is no answer of the API ({what}): a proxy, a gateway or a login page sent it."


def _unusable(reply: Reply, reason: str, *, is_paid: bool) -> ServerFault | OutcomeUnknown:
    if reply.is_foreign:
        reason = _foreign(reply.answer)
    elif reply.is_long:
        reason = f"The answer is longer than {reply.answer.limit} bytes. {reason}"
    if not is_paid:
        error = ForeignAnswer if reply.is_foreign else ServerFault
        return error(reason, code=UNREADABLE_ANSWER, request_id=reply.request_id)
    where = f" (request {reply.request_id})" if reply.request_id else ""
    return OutcomeUnknown(f"The request may have arrived. {reason}{where}")
