"""A sandbox for each test.

In the ``conftest.py`` at the root of a project::

    pytest_plugins = ["django_outfitanyone.sandbox.pytest_plugin"]

Not registered by itself: suites that do not ask for it shall not pay for its imports.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .options import Options
    from .server import SandboxServer


@pytest.fixture
def outfitanyone_sandbox_options() -> Options:
    """Override this fixture to start the sandbox with other options."""
    from .options import Options

    return Options(speed=100)


@pytest.fixture
def outfitanyone_sandbox(outfitanyone_sandbox_options: Options) -> Iterator[SandboxServer]:
    """A running sandbox on a free port, with ``base_url``, ``faults``, ``clock`` and ``stats``."""
    from .server import SandboxServer

    with SandboxServer(options=outfitanyone_sandbox_options) as server:
        yield server
