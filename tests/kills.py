"""A worker that is killed at a chosen write, and the worker that continues afterwards.

A write is whatever outlives a process: a statement that changes rows, a commit, a file that is
stored or deleted, and an HTTP request. A kill ends the open transaction, as a database does
for a connection that is gone, and no code of the killed worker writes any more.
"""

from __future__ import annotations

import threading
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from unittest import mock

import requests
from django.core.files.storage import FileSystemStorage
from django.utils import timezone

from django_outfitanyone.conf import conf
from django_outfitanyone.models import Account, ClothesParse, TryOnResult
from django_outfitanyone.models.account import LONG_AGO
from django_outfitanyone.models.database import connection
from django_outfitanyone.worker.steps import advance
from tests.work import claimed, one_pass

MOST_STEPS = 60


class Killed(BaseException):
    """No handler of the app catches it, as none runs in a process that is killed."""


class Worker:
    """Takes steps, and is killed right before its write number ``dies_at``, counted from 1."""

    def __init__(self, *, dies_at: int) -> None:
        self.writes = 0
        self._dies_at = dies_at
        self._thread = threading.get_ident()

    def take_steps(self, remote) -> None:
        """Advance all open jobs to their end; raise ``Killed`` if the worker dies before."""
        with closing(conf.default_engine.load()) as engine:
            for _number in range(MOST_STEPS):
                job = _next_job()
                if job is None:
                    return
                remote.settle()
                self._advance(claimed(job), engine)
        raise AssertionError(f"{job} does not end")

    def _advance(self, row, engine) -> None:
        """Take a step, and those that follow at once, as a thread of the runner does."""
        with self._mortal():
            while row:
                row = advance(row, engine, may_follow=lambda _job: True)

    def _write(self) -> None:
        """Count a write of this worker; the sandbox's threads are others."""
        if threading.get_ident() == self._thread:
            self.writes += 1
            if self.writes >= self._dies_at:
                raise Killed

    @contextmanager
    def _mortal(self):
        with ExitStack() as stack:
            stack.enter_context(connection().execute_wrapper(self._execute))
            for owner, name, replacement in (
                (connection(), "commit", self._commit),
                (FileSystemStorage, "_save", self._save),
                (FileSystemStorage, "delete", self._delete),
                (requests.Session, "send", self._send),
            ):
                original = getattr(owner, name)
                patch = mock.patch.object(owner, name, _calling(replacement, original))
                stack.enter_context(patch)
            yield

    def _execute(self, execute, sql, *arguments):
        if sql.startswith(("INSERT", "UPDATE", "DELETE", "REPLACE")):
            self._write()
        return execute(sql, *arguments)

    def _commit(self, commit):
        try:
            self._write()
        except Killed:
            connection().rollback()
            raise
        commit()

    def _save(self, save, storage, name, content):
        self._write()
        try:
            self._write()
        except Killed:
            path = Path(storage.path(name))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"half of the file")
            raise
        return save(storage, name, content)

    def _delete(self, delete, storage, name):
        self._write()
        delete(storage, name)

    def _send(self, send, session, request, **options):
        self._write()
        return send(session, request, **options)


def continue_work(remote) -> None:
    """Let another worker finish all jobs once the leases of the killed one have ended.

    A parse whose outcome is unclear is sent again; it need not wait for that here.
    """
    for model in (TryOnResult, ClothesParse):
        model.objects.update(lease_expires_at=LONG_AGO)
    Account.objects.update(runner_expires_at=LONG_AGO)
    for _number in range(MOST_STEPS):
        one_pass()
        remote.settle()
        ClothesParse.objects.preparing().update(due_at=timezone.now())
        if _next_job() is None:
            return
    raise AssertionError(f"{_next_job()} does not end")


def _next_job():
    parse = ClothesParse.objects.open().order_by("pk").first()
    return parse or TryOnResult.objects.open().order_by("pk").first()


def _calling(replacement, original):
    return lambda *arguments, **options: replacement(original, *arguments, **options)
