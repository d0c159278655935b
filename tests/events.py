"""Signals and log events that a test receives."""

from __future__ import annotations

from contextlib import contextmanager


def events(caplog):
    """Return the names of the events that were logged, in order."""
    return [record.event for record in caplog.records if hasattr(record, "event")]


@contextmanager
def received(signal):
    """Yield a list that fills with the arguments of each call of this signal."""
    calls = []

    def listen(**arguments):
        calls.append(arguments)

    signal.connect(listen)
    try:
        yield calls
    finally:
        signal.disconnect(listen)
