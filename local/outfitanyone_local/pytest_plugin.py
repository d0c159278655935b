"""pytest fixtures that give each test its own sandbox.

Add the plugin to the ``conftest.py`` at the root of your project::

    pytest_plugins = ["outfitanyone_local.pytest_plugin"]

pytest does not load it by itself, so other test suites do not pay for its imports.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .sandbox.engine_protocol import Engine
    from .sandbox.http_server import SandboxServer
    from .sandbox.options import Options
    from .sandbox.rectangle_engine import RectangleEngine


@pytest.fixture
def outfitanyone_sandbox_options() -> Options:
    """Override this fixture to start the sandbox with other options."""
    from .sandbox.options import Options

    return Options(speed=100)


@pytest.fixture
def outfitanyone_sandbox_engine() -> Engine | None:
    """Override this fixture to give the sandbox another engine than the local one."""
    return None


@pytest.fixture
def outfitanyone_rectangle_engine() -> RectangleEngine:
    """A fast engine that paints rectangles. Let ``outfitanyone_sandbox_engine`` return it."""
    from .sandbox.rectangle_engine import RectangleEngine

    return RectangleEngine()


@pytest.fixture
def outfitanyone_sandbox(
    outfitanyone_sandbox_options: Options, outfitanyone_sandbox_engine: Engine | None
) -> Iterator[SandboxServer]:
    """A running sandbox on a free port, with ``base_url``, ``faults``, ``clock`` and ``stats``."""
    from .sandbox.http_server import SandboxServer

    server = SandboxServer(options=outfitanyone_sandbox_options, engine=outfitanyone_sandbox_engine)
    with server:
        yield server
