from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest
from django.conf import settings as project
from django.db import connection

from django_outfitanyone.models import Account, TryOnResult


@pytest.fixture
def start(remote):
    """Start a process that uses this test's database, sandbox and files."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.contention.settings",
        "TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
        "TEST_BASE_URL": remote.base_url,
        "TEST_MEDIA_ROOT": str(project.MEDIA_ROOT),
    }
    processes = []

    def run(*command, **changes):
        process = subprocess.Popen(
            [sys.executable, "-m", "django", *command],
            env=environment | changes,
            start_new_session=True,
        )
        processes.append(process)
        return process

    yield run
    for process in processes:
        kill_with_children(process)


def kill_with_children(process):
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


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
