from __future__ import annotations

import pytest

from outfitanyone_local.sandbox.http_server import SandboxServer
from outfitanyone_local.sandbox.options import Options
from tests.every_engine.cases import BY_NAME, CASES, KEY


@pytest.fixture
def server(engine):
    """A sandbox of all vendors on a socket; its tasks end as soon as the picture is painted."""
    with SandboxServer(options=Options(api_keys=(KEY,), speed=1000), engine=engine) as running:
        running.set_progression([])
        running.change_options(submits_per_second=1000, queries_per_second=1000)
        yield running


@pytest.fixture
def shop(server, settings):
    """A shop with an account at each vendor, which OutfitAnyone's sandbox parses for."""
    settings.OUTFITANYONE = {
        "ENGINES": {
            **{case.name: case.entry(server) for case in CASES},
            "parser": BY_NAME["outfit_anyone"].entry(server),
        },
        "PARSER": "parser",
        "ALLOW_PRIVATE_ADDRESSES": True,
        "CHECK_PICTURES": False,
    }
    return server


@pytest.fixture
def change(settings):
    """Change keys of ``OUTFITANYONE``; ``engine`` changes those of one alias, or removes it."""

    def change(*, alias="", entry=None, **keys):
        engines = dict(settings.OUTFITANYONE["ENGINES"])
        if alias and entry is None:
            del engines[alias]
        elif alias:
            engines[alias] = {**engines[alias], **entry}
        settings.OUTFITANYONE = {**settings.OUTFITANYONE, "ENGINES": engines, **keys}

    return change
