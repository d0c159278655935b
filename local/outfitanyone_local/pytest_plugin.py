"""A sandbox for each test.

In the ``conftest.py`` at the root of a project::

    pytest_plugins = ["outfitanyone_local.pytest_plugin"]

Not registered by itself: suites that do not ask for it shall not pay for its imports.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .sandbox.http_server import SandboxServer
    from .sandbox.options import Options


@pytest.fixture
def outfitanyone_sandbox_options() -> Options:
    """Override this fixture to start the sandbox with other options."""
    from .sandbox.options import Options

    return Options(speed=100)


@pytest.fixture
def outfitanyone_sandbox(outfitanyone_sandbox_options: Options) -> Iterator[SandboxServer]:
    """A running sandbox on a free port, with ``base_url``, ``faults``, ``clock`` and ``stats``."""
    from .sandbox.http_server import SandboxServer

    with SandboxServer(options=outfitanyone_sandbox_options) as server:
        yield server
