"""The control endpoints under ``/sandbox/``, for tests and developers.

They need no API key and accept only requests from the same machine. Requests with an
``Origin`` header are refused, so that web pages in a local browser cannot use them.
"""

from __future__ import annotations

import ipaddress
import json
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from .emulators import base_paths
from .fault_kinds import KINDS
from .progression import EVERY_MODEL, Progression
from .remote_models import MODELS
from .sandbox import Sandbox

CONTROL_PATH = "/sandbox/"
SETTLE_SECONDS = 60.0


class Control:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def handle(self, request: Request) -> Response:
        """Call the endpoint; an invalid body gets a 400 with a sentence that says why."""
        if not _is_local(request):
            return _json({"error": "/sandbox/ accepts only programs on the same machine."}, 403)
        try:
            function, arguments = ROUTES.bind("sandbox").match(request.path, method=request.method)
            keywords = {"body": _read_body(request)} if request.method == "POST" else {}
            return _json(function(self, **arguments, **keywords))
        except HTTPException as error:
            return _json({"error": error.name}, error.code or 400)
        except (ValueError, TypeError, TimeoutError, RecursionError) as error:
            return _json({"error": str(error)}, 400)

    def overview(self) -> dict[str, Any]:
        return {
            "name": "OutfitAnyone sandbox",
            "engines": base_paths(),
            "models": list(MODELS),
            "fault_kinds": {name: kind.about for name, kind in KINDS.items()},
            "tasks": len(self._sandbox.tasks),
            **self.clock(),
            **self.options(),
        }

    def reset(self, body: dict[str, Any]) -> dict[str, Any]:
        _check_names(body)
        self._sandbox.reset()
        return self.overview()

    def stats(self) -> dict[str, Any]:
        return self._sandbox.stats.as_dict()

    def faults(self) -> dict[str, Any]:
        return {"faults": self._sandbox.faults.as_dicts()}

    def add_fault(self, body: dict[str, Any]) -> dict[str, Any]:
        body.setdefault("kind", "")
        return self._sandbox.faults.add(**body).as_dict()

    def clear_faults(self) -> dict[str, Any]:
        self._sandbox.faults.clear()
        return self.faults()

    def remove_fault(self, fault_id: int) -> dict[str, Any]:
        if not self._sandbox.faults.remove(fault_id):
            raise ValueError(f"There is no fault {fault_id}.")
        return self.faults()

    def clock(self) -> dict[str, Any]:
        clock = self._sandbox.clock
        return {"now": clock.now(), "frozen": clock.is_frozen}

    def move_clock(self, body: dict[str, Any]) -> dict[str, Any]:
        _check_names(body, "frozen", "advance")
        clock = self._sandbox.clock
        if "frozen" in body:
            clock.freeze() if body["frozen"] else clock.resume()
        clock.advance(float(body.get("advance", 0)))
        return self.clock()

    def progression(self) -> dict[str, Any]:
        return self._sandbox.progressions.as_dict()

    def set_progression(self, body: dict[str, Any]) -> dict[str, Any]:
        """Set the stages, or restore the defaults if the body has none."""
        _check_names(body, "model", "stages", "unit")
        if "stages" not in body:
            self._sandbox.progressions.clear()
            return self.progression()
        progression = Progression.of(body["stages"], unit=body.get("unit", "seconds"))
        self._sandbox.progressions.set(progression, model=body.get("model", EVERY_MODEL))
        return self.progression()

    def options(self) -> dict[str, Any]:
        return {"options": self._sandbox.options.as_dict()}

    def set_options(self, body: dict[str, Any]) -> dict[str, Any]:
        self._sandbox.change_options(**body)
        return self.options()

    def settle(self, body: dict[str, Any]) -> dict[str, Any]:
        _check_names(body, "timeout")
        self._sandbox.settle(timeout=float(body.get("timeout", SETTLE_SECONDS)))
        return self.stats()


def _is_local(request: Request) -> bool:
    """Check the address of the socket, because a client can forge any header."""
    try:
        peer = ipaddress.ip_address(request.environ.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    mapped = getattr(peer, "ipv4_mapped", None) or peer
    return bool(mapped.is_loopback) and "Origin" not in request.headers


def _read_body(request: Request) -> dict[str, Any]:
    data = request.get_data()
    body = json.loads(data) if data.strip() else {}
    if not isinstance(body, dict):
        raise ValueError("The body must be a JSON object.")  # noqa: TRY004 - becomes a 400
    return body


def _check_names(body: dict[str, Any], *known: str) -> None:
    unknown = sorted(set(body) - set(known))
    if unknown:
        raise ValueError(f"Unknown: {', '.join(unknown)}. Known: {', '.join(known) or 'none'}.")


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body, indent=2) + "\n", status, content_type="application/json")


ROUTES = Map(
    [
        Rule(CONTROL_PATH + path, methods=[method], endpoint=function)
        for method, path, function in (
            ("GET", "", Control.overview),
            ("POST", "reset", Control.reset),
            ("GET", "stats", Control.stats),
            ("GET", "faults", Control.faults),
            ("POST", "faults", Control.add_fault),
            ("DELETE", "faults", Control.clear_faults),
            ("DELETE", "faults/<int:fault_id>", Control.remove_fault),
            ("GET", "clock", Control.clock),
            ("POST", "clock", Control.move_clock),
            ("GET", "progression", Control.progression),
            ("POST", "progression", Control.set_progression),
            ("GET", "options", Control.options),
            ("POST", "options", Control.set_options),
            ("POST", "settle", Control.settle),
        )
    ],
    strict_slashes=False,
    merge_slashes=False,
)
