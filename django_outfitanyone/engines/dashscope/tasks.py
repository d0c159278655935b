"""What all engines on the DashScope API share: tasks, their list, uploads and errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django_outfitanyone.engines import documents
from django_outfitanyone.engines.base import (
    Engine,
    EngineConfig,
    ErrorExplanation,
    ListedTask,
    Option,
    SendWindow,
    TaskList,
    TaskReport,
    Upload,
)
from django_outfitanyone.engines.error_kind import NO_ANSWER, UNREADABLE_ANSWER, ErrorKind
from django_outfitanyone.engines.transport import Answer, ApiKey, Transport
from django_outfitanyone.exceptions import (
    ForeignAnswer,
    OutcomeUnknown,
    RequestRefused,
    ServerFault,
)

from . import answers, payloads
from .errors import classify, error_from, paid_error_from
from .upload import USABLE_FOR, Permit, form_fields, object_key, read_permit, storage_fault

T = TypeVar("T")
Reader = Callable[[Mapping[str, Any]], T]

BASE_URL = "https://dashscope.aliyuncs.com/api/v1"
KEY_VARIABLE = "DASHSCOPE_API_KEY"
OPTIONS = {
    "WORKSPACE": Option(
        default="", expects="a string", accepts=lambda value: isinstance(value, str)
    ),
}

_PAGE_LIMIT = 100


class DashScopeEngine(Engine):
    """An engine whose remote models run as tasks on DashScope.

    No request is ever sent twice. The paid ones (``submit``, ``refine``, ``parse``) raise
    ``OutcomeUnknown`` when the request may have arrived but no usable answer came. All
    others may be repeated freely, and raise ``ServerFault`` in that case. Threads may
    share an instance.
    """

    OPTIONS = OPTIONS

    def __init__(self, config: EngineConfig) -> None:
        super().__init__(replace(config, api_key=""))
        key = ApiKey(config.api_key)
        key.check()
        base_url = config.base_url
        self._scheme = urlsplit(base_url).scheme
        if self._scheme not in {"http", "https"} or not urlsplit(base_url).hostname:
            raise ValueError("The base URL of the API must start with https:// or http://.")
        self._headers = payloads.common_headers(config.options.get("WORKSPACE", ""))
        self._http = Transport(
            base_url,
            key=key,
            connect_timeout=config.connect_timeout,
            read_timeout=config.read_timeout,
            allow_private_addresses=config.allow_private_addresses,
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._http.base_url}>"

    def __enter__(self) -> DashScopeEngine:  # noqa: PYI034  (Python 3.10 has no Self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @classmethod
    def classify(cls, code: str, message: str = "") -> ErrorExplanation:
        """Explain a stored error by the vendor's error table."""
        return cls.explanation(classify(code, message=message))

    @staticmethod
    def explanation(kind: ErrorKind, *, help_text: str = "") -> ErrorExplanation:
        """Return what a row of the error table says, with another help if one is given."""
        return ErrorExplanation(
            fixed_by=kind.fixed_by,
            help=help_text or kind.help,
            is_temporary=kind.retryable,
            may_be_lost_upload=kind.may_be_lost_upload,
            is_about_person=kind.is_about_person,
            is_about_garment=kind.is_about_garment,
        )

    def close(self) -> None:
        self._http.close()

    def query(self, handle: str) -> TaskReport:
        reader = partial(answers.task_report, task_id=handle)
        report, server_time = self._ask_dated("GET", payloads.task_path(handle), reader)
        return replace(report, server_time=server_time)

    def cancel(self, handle: str) -> None:
        """Cancel a waiting task; the API refuses to cancel any other."""
        self._ask("POST", f"{payloads.task_path(handle)}/cancel", answers.confirmed)

    def list_tasks(self, *, start: datetime, end: datetime, model: str = "") -> TaskList:
        queries = payloads.task_list_queries(start=start, end=end, model=model)
        lists = [self._all_pages(query) for query in queries]
        tasks = {task.task_id: task for found in lists for task in found.tasks}
        wanted = [
            task
            for task in tasks.values()
            if task.submitted_at is None or start <= task.submitted_at <= end
        ]
        return TaskList(
            tasks=wanted,
            server_time=lists[0].server_time,
            is_complete=all(found.is_complete for found in lists),
        )

    def upload(self, data: bytes, *, filename: str, model: str) -> Upload:
        uploaded_at = datetime.now(timezone.utc)
        permit = self._ask(
            "GET",
            "uploads",
            partial(read_permit, scheme=self._scheme),
            params={"action": "getPolicy", "model": model},
        )
        key = object_key(permit, filename=filename)
        self._store(permit, key=key, data=data)
        return Upload(url=f"oss://{key}", expires_at=uploaded_at + USABLE_FOR)

    def _all_pages(self, query: Mapping[str, str]) -> TaskList:
        found: list[ListedTask] = []
        began_at = None
        for number in range(1, _PAGE_LIMIT + 1):
            params = {**query, "page_no": str(number)}
            page, server_time = self._ask_dated("GET", "tasks", answers.task_page, params=params)
            found += page.tasks
            began_at = server_time if number == 1 else began_at
            if not page.is_complete or not page.tasks or number >= page.pages:
                return TaskList(tasks=found, server_time=began_at, is_complete=page.is_complete)
        raise RequestRefused("The task list is too long to read whole; ask for a shorter time.")

    def _store(self, permit: Permit, *, key: str, data: bytes) -> None:
        answer = self._send(
            self._http.send_unsigned,
            "POST",
            permit.host,
            data=form_fields(permit, key=key),
            files={"file": (key.rpartition("/")[2], data)},
        )
        if answer.is_success and answer.content_type == "text/html":
            raise ForeignAnswer(_foreign(answer), code=UNREADABLE_ANSWER, http_status=answer.status)
        if not answer.is_success:
            code, message, request_id = storage_fault(answer.text)
            raise error_from(
                code,
                message=message if code else _foreign(answer),
                http_status=answer.status,
                request_id=request_id,
            )

    def _pay(
        self, payload: payloads.Payload, reader: Reader[T], *, window: SendWindow | None = None
    ) -> T:
        """Send a paid request, on a connection of its own."""
        headers = {**self._headers, **payload.headers}
        answer = self._http.send_apart(
            "POST", payload.path, window=window, headers=headers, json=payload.body
        )
        return _result(answer, reader, paid=True)

    def _ask(self, method: str, path: str, reader: Reader[T], **content: Any) -> T:
        """Send a free request."""
        return self._ask_dated(method, path, reader, **content)[0]

    def _ask_dated(
        self, method: str, path: str, reader: Reader[T], **content: Any
    ) -> tuple[T, datetime | None]:
        """Send a free request, and return the API's clock with the result."""
        answer = self._send(self._http.send, method, path, headers=self._headers, **content)
        return _result(answer, reader, paid=False), answer.server_time

    def _send(
        self, send: Callable[..., Answer], method: str, address: str, **request: Any
    ) -> Answer:
        try:
            return send(method, address, **request)
        except OutcomeUnknown as unclear:
            raise ServerFault(unclear.message, code=NO_ANSWER) from unclear


def _result(answer: Answer, reader: Reader[T], *, paid: bool) -> T:
    document = documents.decode(answer.text, is_cut=answer.is_cut)
    code, message = answers.fault(document)
    request_id = answers.request_id(document) or answer.request_id
    if answer.is_success:
        try:
            return reader(document)
        except answers.Malformed as malformed:
            if not code:
                is_foreign = not document and not _is_long(answer)
                reason = _foreign(answer) if is_foreign else str(malformed)
                if _is_long(answer):
                    reason = f"The answer is longer than {answer.limit} bytes. {reason}"
                raise _unusable(
                    reason, is_foreign=is_foreign, request_id=request_id, paid=paid
                ) from malformed
    refused = paid_error_from if paid else error_from
    raise refused(
        code,
        message=message if document else _foreign(answer),
        http_status=answer.status,
        request_id=request_id,
    )


def _is_long(answer: Answer) -> bool:
    """Whether this is the beginning of an answer of the API, and not of a page."""
    return answer.is_cut and answer.text.lstrip().startswith("{")


def _foreign(answer: Answer) -> str:
    """Return the message for an answer that is none of the API's."""
    what = f"HTTP {answer.status}" + (f", {answer.content_type}" if answer.content_type else "")
    return f"This is no answer of the API ({what}): a proxy, a gateway or a login page sent it."


def _unusable(
    reason: str, *, is_foreign: bool, request_id: str, paid: bool
) -> ServerFault | OutcomeUnknown:
    if not paid:
        error = ForeignAnswer if is_foreign else ServerFault
        return error(reason, code=UNREADABLE_ANSWER, request_id=request_id)
    where = f" (request {request_id})" if request_id else ""
    return OutcomeUnknown(f"The order may have been taken. {reason}{where}")
