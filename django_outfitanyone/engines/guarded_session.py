"""HTTP sessions that follow no redirect and let their user decide how connections are made.

``dashscope.transport`` must know whether a request has left this machine;
``pictures.downloads`` must not reach private networks. Both can only be told by the
connection itself.
"""

from __future__ import annotations

from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager, Retry
from urllib3.connection import HTTPConnection, HTTPSConnection


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


class GuardedSession(requests.Session):
    """Sends every request through one adapter and follows no redirect."""

    def __init__(self, adapter: HTTPAdapter, *, headers: dict[str, str]) -> None:
        super().__init__()
        self.headers.update(headers)
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return ``None``: requests reads the whole body of a redirect, past any size limit."""


def unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Return the request as it is; without an ``auth``, requests reads ``~/.netrc``."""
    return request
