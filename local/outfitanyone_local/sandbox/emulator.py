"""What an emulator of one vendor's API is: its endpoints, its keys, and how it words errors.

The sandbox runs all of them in one process below one base path each. They share the clock,
the tasks, the files, the faults, the rate limits and the engine that makes the pictures.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from .errors import INTERNAL, NO_KEY, NOT_FOUND, WRONG_KEY, Problem, Refused
from .remote_models import MODELS

if TYPE_CHECKING:
    from .faults import Fault
    from .sandbox import Sandbox

MAX_BODY_BYTES = 1024 * 1024
INVALID_BODY = Problem(400, "invalid_request", "The body cannot be read.")
BODY_TOO_LARGE = Problem(413, "request_too_large", "The body is too large.")


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One path and method. ``name`` is in ``fault_kinds.ENDPOINTS``; ``path`` is a whole rule."""

    name: str
    path: str
    method: str
    handle: Callable[..., Response]
    """Called with a ``RequestContext`` and the variable parts of the path."""
    needs_key: bool = True
    max_body_bytes: int = MAX_BODY_BYTES


@dataclass(frozen=True, kw_only=True)
class RequestContext:
    """One request, with what the endpoints need to answer it."""

    sandbox: Sandbox
    request: Request
    endpoint: str
    request_id: str
    host_url: str
    now: float
    engine: str = ""
    account: str = ""
    fault: Fault | None = None
    skew: float = 0.0
    """Seconds by which the clock that the API shows is ahead of ``now``."""

    @property
    def shown_now(self) -> float:
        return self.now + self.skew

    def admit(self, limit: str, *, model: str = "", problem: Problem) -> None:
        """Count the request against a rate limit of its account.

        ``limit`` is the name of an option. Raises ``Refused`` above the limit.
        """
        count = getattr(self.sandbox.options, limit)
        self.admit_rate(count, seconds=1.0, model=model, problem=problem)

    def admit_rate(self, count: int, *, seconds: float, model: str = "", problem: Problem) -> None:
        """Count the request against ``count`` of its endpoint and account in any ``seconds``."""
        scope = "" if self.sandbox.options.limits_shared_by_models else model
        key = (self.endpoint, self.account, scope)
        if not self.sandbox.rates.admit(*key, count=count, seconds=seconds):
            self.sandbox.stats.count("throttled", model=model, engine=self.engine)
            raise Refused(problem)

    def is_enabled(self, header: str) -> bool:
        return bool(self.request.headers.get(header, "").strip().lower() == "enable")

    def result_url(self, key: str, *, made_at: float, life_seconds: float | None = None) -> str:
        """Return the signed URL of a result; without a life, that of the store applies."""
        results = self.sandbox.storage.results
        expires = int(made_at + (life_seconds or results.life_seconds))
        return self.sandbox.storage.signer.result_url(key, host_url=self.host_url, expires=expires)


class Emulator:
    """One vendor's API. Subclass it and name an instance in ``emulators.EMULATORS``.

    The attributes are the problems that every API has, in the words of this one.
    """

    engines: ClassVar[tuple[str, ...]] = ()
    """Names of the engines behind it, as ``--json`` prints them; the first one is the default."""
    base_path: ClassVar[str] = ""
    """The path of its base URL, as clients are configured with it."""
    endpoints: ClassVar[Sequence[Endpoint]] = ()
    no_key: ClassVar[Problem] = NO_KEY
    wrong_key: ClassVar[Problem] = WRONG_KEY
    not_found: ClassVar[Problem] = NOT_FOUND
    invalid_body: ClassVar[Problem] = INVALID_BODY
    too_large: ClassVar[Problem] = BODY_TOO_LARGE
    internal: ClassVar[Problem] = INTERNAL

    def engine_of(self, model: str) -> str:
        """Return the engine that a model belongs to."""
        known = MODELS.get(model)
        return known.engine if known and known.engine in self.engines else self.engines[0]

    def key_of(self, request: Request) -> str:
        """Return the API key of a request, by default a bearer token; raises ``Refused``."""
        header = request.headers.get("Authorization", "").strip()
        scheme, _, key = header.partition(" ")
        if not header or (scheme.lower() == "bearer" and not key.strip()):
            raise Refused(self.no_key)
        if scheme.lower() != "bearer":
            raise Refused(self.wrong_key)
        return key.strip()

    def account_scope(self) -> str:
        """Return what separates this vendor's accounts from those of others."""
        return f"{self.engines[0]}/"

    def model_of(
        self,
        sandbox: Sandbox,
        endpoint: Endpoint,
        arguments: Mapping[str, str],
        request: Request,
    ) -> str:
        """Return the model that a request is about, or "", before any check of the request.

        By default a task id in the path, or the field ``model`` of a JSON body, says it.
        """
        if "task_id" in arguments:
            return sandbox.tasks.model_of(arguments["task_id"])
        if request.mimetype == "application/json":
            try:
                model = read_json(request, problem=self.invalid_body).get("model")
            except (Refused, HTTPException):
                return ""
            return model if isinstance(model, str) else ""
        return ""

    def wrong_method(self, request: Request) -> Problem:
        """Return the problem of a path that exists for other methods only."""
        return self.not_found

    def body_too_large(
        self,
        endpoint: Endpoint | None,
    ) -> Problem:
        return self.too_large

    def find_problem(self, code: str) -> Problem | None:
        """Return a documented error by its code, for faults."""
        return None

    def error_body(self, problem: Problem) -> Mapping[str, Any]:
        """Return the JSON for an error of this API."""
        raise NotImplementedError

    def error_response(
        self,
        problem: Problem,
        endpoint: Endpoint | None,
        request: Request,
        *,
        request_id: str,
    ) -> Response:
        """Return the response for an error of this API; by default JSON without headers."""
        return plain_json(self.error_body(problem), status=problem.status)


def plain_json(body: Mapping[str, Any], *, status: int = 200) -> Response:
    """Return a JSON response without any vendor's headers."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text.encode("utf-8", "replace"), status, mimetype="application/json")


def read_json(request: Request, *, problem: Problem) -> dict[str, Any]:
    """Return the JSON object in the body; raises ``Refused`` with the problem for any other."""
    if request.mimetype != "application/json":
        raise Refused(problem)
    try:
        body = json.loads(request.get_data())
    except (ValueError, RecursionError) as error:
        raise Refused(problem) from error
    if not isinstance(body, dict):
        raise Refused(problem)
    return body
