"""The sandbox's own endpoints under ``/sandbox/``: for tests and people, not for clients.

They need no key and answer only to programs on the same machine; a web page that is
open in a browser there is turned away by its ``Origin``.
"""

from __future__ import annotations

import ipaddress
import json
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from .faults import KINDS
from .models import MODELS
from .progression import EVERY_MODEL, Progression
from .sandbox import Sandbox

CONTROL_PATH = "/sandbox/"
SETTLE_SECONDS = 60.0


class Control:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def answer(self, request: Request) -> Response:
        """A wish that makes no sense gets a 400 with a sentence saying why."""
        if not _is_local(request):
            return _json({"error": "Only programs on the same machine may use /sandbox/."}, 403)
        try:
            function, arguments = ROUTES.bind("sandbox").match(request.path, method=request.method)
            wish = {"wish": _read(request)} if request.method == "POST" else {}
            return _json(function(self, **arguments, **wish))
        except HTTPException as error:
            return _json({"error": error.name}, error.code or 400)
        except (ValueError, TypeError, TimeoutError, RecursionError) as error:
            return _json({"error": str(error)}, 400)

    def overview(self) -> dict[str, Any]:
        return {
            "name": "OutfitAnyone sandbox",
            "models": list(MODELS),
            "fault_kinds": {name: kind.about for name, kind in KINDS.items()},
            "tasks": len(self._sandbox.tasks),
            **self.clock(),
            **self.options(),
        }

    def reset(self, wish: dict[str, Any]) -> dict[str, Any]:
        _only(wish)
        self._sandbox.reset()
        return self.overview()

    def stats(self) -> dict[str, Any]:
        return self._sandbox.stats.shown()

    def faults(self) -> dict[str, Any]:
        return {"faults": self._sandbox.faults.shown()}

    def add_fault(self, wish: dict[str, Any]) -> dict[str, Any]:
        wish.setdefault("kind", "")
        return self._sandbox.faults.add(**wish).shown()

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

    def move_clock(self, wish: dict[str, Any]) -> dict[str, Any]:
        _only(wish, "frozen", "advance")
        clock = self._sandbox.clock
        if "frozen" in wish:
            clock.freeze() if wish["frozen"] else clock.resume()
        clock.advance(float(wish.get("advance", 0)))
        return self.clock()

    def progression(self) -> dict[str, Any]:
        return self._sandbox.progressions.shown()

    def set_progression(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Without stages, back to the usual ones."""
        _only(wish, "model", "stages", "unit")
        if "stages" not in wish:
            self._sandbox.progressions.clear()
            return self.progression()
        progression = Progression.of(wish["stages"], unit=wish.get("unit", "seconds"))
        self._sandbox.progressions.set(progression, model=wish.get("model", EVERY_MODEL))
        return self.progression()

    def options(self) -> dict[str, Any]:
        return {"options": self._sandbox.options.shown()}

    def set_options(self, wish: dict[str, Any]) -> dict[str, Any]:
        self._sandbox.change_options(**wish)
        return self.options()

    def settle(self, wish: dict[str, Any]) -> dict[str, Any]:
        _only(wish, "timeout")
        self._sandbox.settle(timeout=float(wish.get("timeout", SETTLE_SECONDS)))
        return self.stats()


def _is_local(request: Request) -> bool:
    """By the peer's address, not by any header a client could write."""
    try:
        peer = ipaddress.ip_address(request.environ.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    mapped = getattr(peer, "ipv4_mapped", None) or peer
    return bool(mapped.is_loopback) and "Origin" not in request.headers


def _read(request: Request) -> dict[str, Any]:
    data = request.get_data()
    wish = json.loads(data) if data.strip() else {}
    if not isinstance(wish, dict):
        raise ValueError("The body must be a JSON object.")  # noqa: TRY004 - a wish, not a bug
    return wish


def _only(wish: dict[str, Any], *known: str) -> None:
    unknown = sorted(set(wish) - set(known))
    if unknown:
        raise ValueError(f"Unknown: {', '.join(unknown)}. Known: {', '.join(known) or 'nothing'}.")


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
