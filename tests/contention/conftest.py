from __future__ import annotations

import time

import pytest

from django_outfitanyone.models import Account, TryOnResult
from tests.processes import processes_of


@pytest.fixture
def start(remote):
    """Start a command of Django."""
    with processes_of(remote, "tests.contention.settings") as run:
        yield lambda *command, **changes: run("django", *command, **changes)


def settle(batch, *, seconds, meanwhile=lambda: time.sleep(0.2)):
    end = time.monotonic() + seconds
    while TryOnResult.objects.filter(batch=batch).open().exists():
        assert time.monotonic() < end, _open(batch)
        meanwhile()


def wait_for_new_runner():
    """Wait until another runner holds the lease that the killed one left behind."""
    left = Account.of().runner_token
    end = time.monotonic() + 40
    while Account.of().runner_token in {"", left} and time.monotonic() < end:
        if not TryOnResult.objects.open().exists():
            return
        time.sleep(0.05)


def _open(batch):
    rows = TryOnResult.objects.filter(batch=batch).open()
    return list(rows.values_list("pk", "status", "error_code", "due_at", "lease_expires_at"))
