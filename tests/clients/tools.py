"""Programs that ``make test-clients`` installs into an environment of their own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

ENVIRONMENT = "OUTFITANYONE_CLIENTS"
"""The variable that names the environment, if it is not ``clients`` beside this Python's."""


def tool(name):
    """Return the path of a program; skip the test if it is not installed."""
    folder = Path(os.environ.get(ENVIRONMENT) or Path(sys.prefix) / "clients")
    path = folder / "bin" / name
    if not path.exists():
        pytest.skip(f"{name} is not installed; make test-clients installs it")
    return path
