"""Refuse requests that the web page of another site makes a browser send.

Such a page can let its own host name resolve to 127.0.0.1 (DNS rebinding). The browser then
sends that name as ``Host``, and the page's origin as ``Origin``.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from werkzeug.wrappers import Request

from .errors import Problem, Refused

THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
REACHED = "outfitanyone_local.reached_address"
"""Key of the WSGI environment: the own address on which the connection arrived."""
UNSPECIFIED = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - compared, not bound
MAX_SHOWN = 100


def check(request: Request, *, allowed: Collection[str]) -> None:
    """Raise ``Refused`` if ``Host`` or ``Origin`` names none of the allowed hosts.

    This machine and the address that the connection has reached are always allowed, on every
    port, because a container's port may have another number outside. A request without these
    headers comes from no browser.
    """
    known = {*THIS_MACHINE, *map(str.lower, allowed), _plain(request.environ.get(REACHED, ""))}
    known -= UNSPECIFIED
    host, origin = request.environ.get("HTTP_HOST"), request.headers.get("Origin")
    if host is not None and _name(f"//{host}") not in known:
        raise Refused(_problem("Host", host))
    if origin is not None and _name(origin) not in known:
        raise Refused(_problem("Origin", origin))


def _name(url: str) -> str:
    """Return the host name in a URL, or "" if there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _plain(address: str) -> str:
    """Return the address as a URL has it, without the form of IPv4 inside IPv6."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(ip, "ipv4_mapped", None) or ip)


def _problem(header: str, value: str) -> Problem:
    message = (
        f"The sandbox does not serve the {header} {value[:MAX_SHOWN]!r}. "
        "Start it with --allow-host and this host name to allow it."
    )
    return Problem(403, "HostNotAllowed", message)
