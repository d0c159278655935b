from __future__ import annotations

from dataclasses import replace

import pytest

from tests.jobs.fallbacks import stop, toy
from tests.toy_engine import ToyEngine


@pytest.fixture
def shop(configure):
    """Configure these engines, of which ``first`` is stopped, and the order of all others."""

    def change(**engines):
        order = [alias for alias in engines if alias != "first"]
        configure(ENGINES={"first": toy(), **engines}, FALLBACKS=order, PARSER="local")
        stop("first")

    return change


@pytest.fixture
def describe(monkeypatch):
    """Change what a model of the toy engine can do."""
    capabilities, changes = ToyEngine.capabilities, {}

    def changed(remote_model, options=None):
        return replace(capabilities(remote_model), **changes.get(remote_model, {}))

    def change(remote_model, **columns):
        changes[remote_model] = columns
        monkeypatch.setattr(ToyEngine, "capabilities", changed)

    return change
