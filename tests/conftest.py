from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import translation

from outfitanyone_local.sandbox.http_server import SandboxServer
from outfitanyone_local.sandbox.options import Options
from outfitanyone_local.sandbox.rectangle_engine import RectangleEngine

KEY = "sk-for-tests"
ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _media_root(settings, tmp_path):
    """Each test stores its files in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def _own_language():
    """A test that asked for a page in another language leaves it to no other."""
    yield
    translation.deactivate()


@pytest.fixture
def engine():
    """Paints rectangles at once, so that a test about rows need not wait for pixels."""
    return RectangleEngine()


@pytest.fixture
def remote(settings, engine):
    """The remote system: a sandbox on a socket, to which the app is set up."""
    options = Options(api_keys=(KEY,), speed=100)
    with SandboxServer(options=options, engine=engine) as server:
        server.set_progression([])
        settings.OUTFITANYONE = {
            "API_KEY": KEY,
            "BASE_URL": server.base_url,
            "ALLOW_PRIVATE_ADDRESSES": True,
            "SUBMITS_PER_SECOND": 100,
            "QUERIES_PER_SECOND": 1000,
            "POLL_INTERVAL": 0.02,
            "UNCLEAR_SUBMIT_DELAY": 0.05,
            "THROTTLE_PAUSE": 0.2,
        }
        server.change_options(submits_per_second=1000, queries_per_second=1000)
        yield server


@pytest.fixture
def configure(settings):
    """Change some keys of OUTFITANYONE and keep the others."""

    def change(**keys):
        settings.OUTFITANYONE = {**settings.OUTFITANYONE, **keys}

    return change


@pytest.fixture
def run_module():
    """Run a module in a process of its own, which other settings need: models are made once."""

    def run(name, *arguments):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", name, *arguments],
            cwd=ROOT,
            env={"PATH": "", "DATABASE_URL": "sqlite://:memory:"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
