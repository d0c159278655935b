from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import hypothesis
import pytest
from django.apps import apps
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils import translation

from django_outfitanyone import circuit
from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.engines.base import NOTHING
from django_outfitanyone.engines.dashscope import OutfitAnyone
from outfitanyone_local.sandbox.http_server import SandboxServer
from outfitanyone_local.sandbox.options import Options
from outfitanyone_local.sandbox.rectangle_engine import RectangleEngine
from tests import distributions, engine_keys
from tests.local_engine import FakeLocalEngine

KEY = "sk-for-tests"
ROOT = Path(__file__).parent.parent

# how long an example takes says more about the machine than about the code
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")


def pytest_addoption(parser):
    parser.addoption(
        "--database-only", action="store_true", help="run only the tests that use a database"
    )
    parser.addoption(
        "--one-case", action="store_true", help="run one case of each test with parameters"
    )


def pytest_collection_modifyitems(config, items):
    chosen = items
    if config.getoption("--database-only"):
        chosen = [item for item in chosen if _uses_database(item)]
    if config.getoption("--one-case"):
        chosen = _one_case_of_each(chosen)
    dropped = set(items).difference(chosen)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = chosen


def _uses_database(item):
    is_marked = item.get_closest_marker("django_db") is not None
    return is_marked or not {"db", "transactional_db"}.isdisjoint(item.fixturenames)


def _one_case_of_each(items):
    """Return one item of each test function, in their order."""
    first = {}
    for item in items:
        first.setdefault((item.parent, getattr(item, "originalname", item.name)), item)
    return list(first.values())


@receiver(setting_changed)
def _forget_models(*, setting, **_kwargs):
    """Drop Django's cached list of models, which leaves out a model that is swapped."""
    if setting == "OUTFITANYONE_PRODUCT_MODEL":
        apps.clear_cache()


@pytest.fixture(autouse=True)
def _media_root(settings, tmp_path):
    """Store the files of each test in its own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def _own_language():
    """Reset the language that a test may have activated."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _closed_circuits():
    """Forget the outages that earlier tests made."""
    circuit.reset_all()


@pytest.fixture
def wears_everything(monkeypatch):
    """Return a function after which the engine wears garments of all kinds, ``most`` at a time."""
    capabilities = OutfitAnyone.capabilities

    def use(most=10):
        def changed(remote_model, options=NOTHING):
            found = capabilities(remote_model, options)
            return replace(found, kinds=frozenset(GarmentKind), max_garments=most)

        monkeypatch.setattr(OutfitAnyone, "capabilities", changed)

    return use


@pytest.fixture
def engine():
    """The sandbox's fast engine: it paints rectangles, enough for tests about rows."""
    return RectangleEngine()


@pytest.fixture
def remote(settings, engine):
    """A sandbox on a socket, with the app configured to use it."""
    options = Options(api_keys=(KEY,), speed=100)
    with SandboxServer(options=options, engine=engine) as server:
        server.set_progression([])
        settings.OUTFITANYONE = engine_keys.shop(
            API_KEY=KEY,
            BASE_URL=server.base_url,
            IS_SANDBOX=False,
            ALLOW_PRIVATE_ADDRESSES=True,
            CHECK_PICTURES=False,
            SUBMITS="100/s",
            QUERIES="1000/s",
            POLL_INTERVAL=0.02,
            UNCLEAR_DELAY=0.05,
            THROTTLE_PAUSE=0.2,
        )
        server.change_options(submits_per_second=1000, queries_per_second=1000)
        yield server


@pytest.fixture
def configure(settings):
    """Change some keys of OUTFITANYONE, or of its engine ``default``, and keep the others."""

    def change(**keys):
        settings.OUTFITANYONE = engine_keys.changed(settings.OUTFITANYONE, **keys)

    return change


@pytest.fixture
def local_engine(settings, monkeypatch):
    """Check pictures, with a local engine that finds what the test says."""
    settings.OUTFITANYONE = {**settings.OUTFITANYONE, "CHECK_PICTURES": True}
    fake = FakeLocalEngine()
    fake.install(monkeypatch)
    return fake


@pytest.fixture
def run_module():
    """Run a module in its own process, for tests that need other settings and models."""

    def run(name, *arguments, seconds=120, **environment):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", name, *arguments],
            cwd=ROOT,
            env={"PATH": "", "DATABASE_URL": "sqlite://:memory:"} | environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The folder with the sdists and wheels of both distributions."""
    return distributions.once_per_run(tmp_path_factory, "dist", distributions.build)


@pytest.fixture(scope="session")
def wheels(built):
    """The wheel of each distribution, by its package name."""
    return {path.name.partition("-")[0]: path for path in built.glob("*.whl")}


@pytest.fixture(scope="session")
def installed(wheels, tmp_path_factory):
    """Environments with the wheels: ``app_only`` and ``with_local``."""
    folder = distributions.once_per_run(
        tmp_path_factory, "environments", lambda new: distributions.install(new, wheels)
    )
    return distributions.Environments(folder)
