"""One trial: the tests of a module against its mutant, in a process of its own.

The process is forked from one that has imported the libraries, and gets a copy of a database
that is migrated already. So a trial costs little more than the tests themselves.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from benchmarks.mutants import ready_database

ROOT = Path(__file__).resolve().parent.parent.parent
LIBRARIES = ["django", "numpy", "PIL.Image", "pytest", "requests"]
TIMED_OUT = "timeout"
OPTIONS = ["-x", "-q", "-m", "not slow", "-p", "no:randomly", "-p", "no:xdist"]
OPTIONS += ["-p", "no:cacheprovider", "-p", "no:hypothesispytest"]

_context = get_context("forkserver")
_context.set_forkserver_preload([*LIBRARIES, "outfitanyone_local.sandbox.http_server", __name__])


@dataclass(frozen=True)
class Trial:
    """A module by its dotted name, its changed source, and the test files it has to face."""

    module: str
    path: Path
    source: str
    tests: list[str]
    database: Path


def killer_of(trial: Trial, *, seconds: float) -> str:
    """Return the test that fails, ``TIMED_OUT``, or ``""`` if the mutant survives."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        receiver, sender = _context.Pipe(duplex=False)
        process = _context.Process(target=_run, args=(trial, folder, sender))
        process.start()
        sender.close()
        try:
            return str(receiver.recv()) if receiver.poll(seconds) else TIMED_OUT
        except EOFError:
            return "the process ended"
        finally:
            process.kill()
            process.join()


def make_database(path: Path) -> None:
    """Create a migrated SQLite database."""
    process = _context.Process(target=_migrate, args=(path,))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit("The database could not be migrated.")


def _run(trial: Trial, folder: str, sender: Connection) -> None:
    database = shutil.copy(trial.database, Path(folder) / "database.sqlite3")
    _configure(trial.database)
    os.environ["DATABASE_URL"] = f"sqlite:///{database}"
    sys.meta_path.insert(0, _MutantFinder(trial))
    silence = os.open(os.devnull, os.O_RDWR)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    witness = _Witness()
    code = pytest.main([*OPTIONS, f"--basetemp={folder}/tests", *trial.tests], plugins=[witness])
    sender.send(witness.killer or f"pytest: {code.name}" if code else "")


def _migrate(path: Path) -> None:
    _configure(path)
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    call_command("migrate", verbosity=0)
    connection.close()  # so that everything is in the one file that is copied


def _configure(database: Path) -> None:
    os.chdir(ROOT)
    os.environ["DATABASE_URL"] = f"sqlite:///{database}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ["Q_BROKER"] = "orm"
    # compiled once for all trials, whatever the environment says
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(database.parent / "bytecode")


class _Witness:
    """A pytest plugin that notes the first failure."""

    killer = ""

    def pytest_configure(self, config: Any) -> None:
        config.pluginmanager.register(ready_database)  # after the plugin that it overrides

    def pytest_runtest_logreport(self, report: Any) -> None:
        self._note(report)

    def pytest_collectreport(self, report: Any) -> None:
        self._note(report)

    def _note(self, report: Any) -> None:
        if report.failed and not self.killer:
            self.killer = report.nodeid


class _MutantFinder(MetaPathFinder):
    def __init__(self, trial: Trial) -> None:
        self.trial = trial

    def find_spec(self, fullname: str, *_args: object) -> ModuleSpec | None:
        if fullname != self.trial.module:
            return None
        loader = _MutantLoader(fullname, self.trial)
        return spec_from_file_location(fullname, self.trial.path, loader=loader)


class _MutantLoader(SourceFileLoader):
    def __init__(self, name: str, trial: Trial) -> None:
        super().__init__(name, str(trial.path))
        self.source = trial.source

    def get_code(self, _fullname: str) -> CodeType:
        return compile(self.source, self.path, "exec")
