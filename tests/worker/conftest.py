from __future__ import annotations

import pytest

from tests.toy_engines import Notes


@pytest.fixture
def use(configure, monkeypatch):
    """Configure an engine and return its fresh notes."""
    configure(QUERIES="1000/s", SUBMITS="100/s", UNCLEAR_DELAY=0.05)

    def configured(engine_class, **keys):
        notes = Notes()
        monkeypatch.setattr(engine_class, "notes", notes)
        name = f"{engine_class.__module__}.{engine_class.__qualname__}"
        configure(BACKEND=name, CONNECT_TIMEOUT=0.05, READ_TIMEOUT=0.05, **keys)
        return notes

    return configured
