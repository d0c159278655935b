"""Processes of a test: workers that use its database, its sandbox and its files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress

from django.conf import settings as project
from django.db import connection


@contextmanager
def processes_of(remote, settings):
    """Yield a function that starts a Python module with these settings; kill all at the end."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": settings,
        "TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
        "TEST_BASE_URL": remote.base_url,
        "TEST_MEDIA_ROOT": str(project.MEDIA_ROOT),
    }
    processes = []

    def run(*module, **changes):
        process = subprocess.Popen(
            [sys.executable, "-m", *module], env=environment | changes, start_new_session=True
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
