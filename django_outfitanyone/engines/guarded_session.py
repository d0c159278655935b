"""HTTP sessions that follow no redirect and let their user decide how connections are made.

``dashscope.transport`` must know whether a request has left this machine;
``pictures.downloads`` must not reach private networks. Both can only be told by the
connection itself.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, getproxies_environment

import requests
from requests.adapters import HTTPAdapter
from requests.sessions import merge_setting
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager, Retry
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_ import create_urllib3_context

from django_outfitanyone.engines.addresses import addresses_of, is_loopback

PROXY_VARIABLES = [
    spelled
    for name in ("http_proxy", "https_proxy", "all_proxy")
    for spelled in (name, name.upper())
]

Check = Callable[[str], None]
"""Raises an error for an IP address that must not be reached."""


def shared_context(bundle: str) -> ssl.SSLContext:
    """Return the TLS context of this bundle of CA certificates, a file or a folder.

    Loading a bundle takes 30 ms of CPU time. Raises ``OSError`` if it is missing; a bundle that
    was replaced is loaded again.
    """
    path = Path(bundle)
    if not path.exists():
        raise OSError(f"The bundle of CA certificates {path} is missing.")
    return _loaded_context(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _loaded_context(path: Path, _changed_at: int) -> ssl.SSLContext:
    context = create_urllib3_context()
    if path.is_dir():
        context.load_verify_locations(capath=path)
    else:
        context.load_verify_locations(cafile=path)
    return context


class GuardedAdapter(HTTPAdapter):
    """Uses the given connection classes, through proxies too, and never retries.

    Only SOCKS proxies make connections of their own.
    """

    def __init__(
        self, *, http: type[HTTPConnection], https: type[HTTPSConnection], retries: Retry | int = 0
    ) -> None:
        # attributes of pools are set on subclasses: urllib3 knows no other way to name them
        self._pools = {
            "http": type("HTTPPool", (HTTPConnectionPool,), {"ConnectionCls": http}),
            "https": type("HTTPSPool", (HTTPSConnectionPool,), {"ConnectionCls": https}),
        }
        super().__init__(max_retries=retries)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self._use_pools(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> ProxyManager:
        manager: ProxyManager = super().proxy_manager_for(proxy, **kwargs)
        if isinstance(manager, ProxyManager):
            self._use_pools(manager)
        return manager

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:
        """Let connections share the context that has loaded the CA bundle."""
        host, tls = super().build_connection_pool_key_attributes(request, verify, cert)
        if host["scheme"] == "https" and verify and not cert:
            bundle = DEFAULT_CA_BUNDLE_PATH if verify is True else verify
            tls = {**tls, "ssl_context": shared_context(bundle)}
            tls.pop("ca_certs", None)
            tls.pop("ca_cert_dir", None)
        return host, tls

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]
        if getattr(conn, "conn_kw", {}).get("ssl_context"):
            conn.ca_certs = conn.ca_cert_dir = None  # loaded already

    def _use_pools(self, manager: PoolManager) -> None:
        manager.pool_classes_by_scheme = self._pools


class CheckedAdapter(GuardedAdapter):
    """Checks every address of a request's target before anything connects to it.

    Otherwise the error would tell which ports of a private network are open; and a proxy makes
    the connection itself. The given connection classes check the address that they have reached
    once more, because DNS can change in between.
    """

    def __init__(self, *, check: Check, **kwargs: Any) -> None:
        self._check = check
        super().__init__(**kwargs)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        host = unquote(urlsplit(request.url or "").hostname or "")  # the zone of IPv6 is quoted
        for address in addresses_of(host):  # empty if only a proxy knows the name
            self._check(address)
        return super().send(request, *args, **kwargs)


class GuardedSession(requests.Session):
    """Sends every request through one adapter and follows no redirect.

    Proxies of the environment are used, but never to reach this machine.
    """

    def __init__(self, adapter: HTTPAdapter, *, headers: dict[str, str]) -> None:
        super().__init__()
        self.headers.update(headers)
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def merge_environment_settings(
        self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any
    ) -> Any:
        if not (is_loopback(urlsplit(str(url)).hostname or "") or _has_no_proxy()):
            return super().merge_environment_settings(url, proxies, stream, verify, cert)
        if verify is True or verify is None:
            bundles = map(os.environ.get, ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"))
            verify = next(filter(None, bundles), verify)
        merge: Callable[[Any, Any], Any] = merge_setting
        return {
            "proxies": {},
            "stream": merge(stream, self.stream),
            "verify": merge(verify, self.verify),
            "cert": merge(cert, self.cert),
        }

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return ``None``: requests reads the whole body of a redirect, past any size limit."""


def _has_no_proxy() -> bool:
    """Whether neither environment nor operating system names a proxy.

    Requests reads every variable of the environment twice for each request, which takes
    more than a millisecond.
    """
    if getproxies is not getproxies_environment:  # Windows and macOS have settings of their own
        return False
    return not any(os.environ.get(name) for name in PROXY_VARIABLES)


def unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Return the request as it is; without an ``auth``, requests reads ``~/.netrc``."""
    return request
