"""HTTP sessions that follow no redirect and let their user decide how connections are made.

``dashscope.transport`` must know whether a request has left this machine;
``pictures.downloads`` must not reach private networks. Both can only be told by the
connection itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager, Retry
from urllib3.connection import HTTPConnection, HTTPSConnection

from django_outfitanyone.engines.addresses import addresses_of, is_loopback

Check = Callable[[str], None]
"""Raises an error for an IP address that must not be reached."""


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

    def _use_pools(self, manager: PoolManager) -> None:
        manager.pool_classes_by_scheme = self._pools


class CheckedAdapter(GuardedAdapter):
    """Checks the target of a request that a proxy will send: the proxy makes the connection.

    The given connection classes check the address that they have reached themselves. Of this
    machine nothing has to be reached to know its address.
    """

    def __init__(self, *, check: Check, **kwargs: Any) -> None:
        self._check = check
        super().__init__(**kwargs)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        url = request.url or ""
        host = urlsplit(url).hostname or ""
        if is_loopback(host) or select_proxy(url, kwargs.get("proxies")):
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

    def merge_environment_settings(self, url: Any, *args: Any) -> Any:
        merged = super().merge_environment_settings(url, *args)
        if is_loopback(urlsplit(str(url)).hostname or ""):
            merged["proxies"] = {}
        return merged

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return ``None``: requests reads the whole body of a redirect, past any size limit."""


def unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Return the request as it is; without an ``auth``, requests reads ``~/.netrc``."""
    return request
