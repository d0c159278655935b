from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.drawing import picture

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "docs" / "openapi.yaml"


@pytest.fixture(scope="session")
def site():
    """The address and the credentials of a live shop."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.clients.site"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.stdin.close()
        process.stdout.close()
        process.terminate()
        process.wait()


@pytest.fixture
def pictures(tmp_path):
    """Two picture files: of a person, and of a garment."""
    paths = []
    for number, name in enumerate(("person.jpg", "shirt.jpg"), start=1):
        paths.append(tmp_path / name)
        paths[-1].write_bytes(picture(number))
    return paths


@pytest.fixture
def run():
    """Run a command, and return what it prints."""

    def done(*command, cwd=ROOT, **environment):
        result = subprocess.run(
            list(map(str, command)),
            cwd=cwd,
            env=environment or None,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    return done
