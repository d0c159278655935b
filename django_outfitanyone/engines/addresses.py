"""Which addresses belong to the public internet, and which to this machine. Imports no Django."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""The IPv4 internet as IPv6-only networks address it (RFC 6052)."""
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
PROTOCOL_ASSIGNMENTS = ipaddress.IPv4Network("192.0.0.0/24")

PRIVATE_NAMES = ("localhost", "local", "internal", "test", "home.arpa", "lan", "intranet")
"""Ends of names that the public internet does not have (RFC 2606, 6762, 8375; habit)."""


class PrivateAddress(Exception):
    """An address of a private network, which must not be reached."""


def is_public_address(address: str) -> bool:
    """Whether an IP address belongs to the public internet; IPv4 inside IPv6 is understood."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inside = ip.ipv4_mapped or (ipaddress.IPv4Address(int(ip) % 2**32) if ip in NAT64 else None)
        if inside is None:
            return ip in GLOBAL_UNICAST and ip not in SIX_TO_FOUR and ip.is_global
        ip = inside
    return ip.is_global and not ip.is_multicast and ip not in PROTOCOL_ASSIGNMENTS


def addresses_of(host: str) -> list[str]:
    """Return the IP addresses of a host; empty if this machine does not know the name."""
    try:
        found = socket.getaddrinfo(host, None)
    except (OSError, UnicodeError):
        return []
    return [str(entry[4][0]) for entry in found]


def is_public_host(host: str) -> bool:
    """Whether this host name resolves to public addresses only."""
    found = addresses_of(host)
    return bool(found) and all(is_public_address(address) for address in found)


def is_loopback(host: str) -> bool:
    """Whether a host in a URL is this machine, without a look-up of the name."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ip = ipaddress.ip_address(name.strip("[]").partition("%")[0])
    except ValueError:
        return False
    inside = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (inside or ip).is_loopback


def is_private_url(url: str) -> bool:
    """Whether a URL leads to this machine or a private network, without resolving its name.

    A name without a dot is private: it is that of a container or of a host near by.
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    if not host or is_loopback(host):
        return bool(host)
    try:
        return not is_public_address(host)
    except ValueError:
        return "." not in host or any(host.endswith(f".{name}") for name in PRIVATE_NAMES)
