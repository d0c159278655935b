from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests.engines.dashscope.listener import Listener


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch, tmp_path):
    """Ignore the proxies, CA bundle and .netrc of the machine that runs the tests."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "no-netrc"))
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)


@pytest.fixture
def listen():
    with ExitStack() as stack:
        yield lambda behaviour: stack.enter_context(Listener(behaviour))


@pytest.fixture
def engine_at():
    """Return a function that makes engines, which are closed after the test."""
    with ExitStack() as stack:

        def make(case, listener, **config):
            return stack.enter_context(case.engine(f"http://{listener.address}", **config))

        yield make
