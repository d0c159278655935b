"""The engines that take no time, which benchmarks put into the sandbox."""

from __future__ import annotations

import inspect

import pytest

from benchmarks.instant_sandbox import InstantEngine
from benchmarks.sandbox_memory import EchoEngine
from outfitanyone_local.sandbox.engine_protocol import Engine


@pytest.mark.parametrize("engine", [InstantEngine, EchoEngine])
def test_engine__has_every_method_that_the_sandbox_calls(engine):
    wanted = {name for name, _ in inspect.getmembers(Engine, inspect.isfunction) if name[0] != "_"}

    assert "check_person" in wanted
    assert wanted <= set(dir(engine))
