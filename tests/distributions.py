"""Both distributions as people install them: built once per test run, whatever the workers."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = {"django_outfitanyone": ROOT, "outfitanyone_local": ROOT / "local"}


@dataclass(frozen=True)
class Environments:
    """The interpreters of an environment with the app alone and of one with the local engine."""

    folder: Path

    @property
    def app_only(self) -> Path:
        return self.folder / "app_only" / "bin" / "python"

    @property
    def with_local(self) -> Path:
        return self.folder / "with_local" / "bin" / "python"


def clean_environment() -> dict[str, str]:
    """Return this process's environment without what would lead to the checkout."""
    return {
        name: value
        for name, value in os.environ.items()
        if name != "PYTHONPATH" and not name.startswith(("DJANGO", "COVERAGE", "COV_CORE"))
    }


def run(
    *command: object, cwd: Path = ROOT, env: dict[str, str] | None = None, **options: object
) -> str:
    """Run a command that must succeed and return its output."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=clean_environment() if env is None else env,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        **options,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def once_per_run(
    tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]
) -> Path:
    """Return a folder that the first worker fills while the others wait for it."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # shared by the workers of this run
    folder = base / name
    done = base / f"{name}.done"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def build(folder: Path) -> None:
    """Build each distribution as a release does: the sdist, and the wheel from it."""
    for source in SOURCES.values():
        run(sys.executable, "-m", "build", "--outdir", folder, source)


def install(folder: Path, wheels: dict[str, Path]) -> None:
    """Make both environments; the second one sees what is installed in the first."""
    app, local = wheels["django_outfitanyone"], wheels["outfitanyone_local"]
    environments = Environments(folder)
    for name in ("app_only", "with_local"):
        run(sys.executable, "-m", "venv", "--without-pip", folder / name)
    _pip_install(environments.app_only, app)
    (below,) = folder.glob("app_only/lib/python*/site-packages")
    (above,) = folder.glob("with_local/lib/python*/site-packages")
    (above / "app_only.pth").write_text(f"{below}\n", "utf-8")
    _pip_install(environments.with_local, f"{app}[local,sandbox]", local)


def _pip_install(python: Path, *wanted: object) -> None:
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", *wanted)
