"""All emulators of the sandbox, and which of them answers a path."""

from __future__ import annotations

from collections.abc import Sequence

from werkzeug.routing import Map, Rule

from .emulator import Emulator
from .vendors.dashscope import DashScope
from .vendors.fashn import Fashn
from .vendors.flux_vto import FluxVTO
from .vendors.images_edits import ImagesEdits
from .vendors.p_image import PImage

EMULATORS: Sequence[Emulator] = (DashScope(), PImage(), ImagesEdits(), FluxVTO(), Fashn())
"""The first one also answers for paths that belong to none."""

ROUTES = Map(
    [
        Rule(endpoint.path, methods=[endpoint.method], endpoint=(emulator, endpoint))
        for emulator in EMULATORS
        for endpoint in emulator.endpoints
    ],
    strict_slashes=False,
    merge_slashes=False,
)


def emulator_of(path: str) -> Emulator:
    """Return the emulator below whose base path a path lies."""
    found = (each for each in EMULATORS if f"{path}/".startswith(f"{each.base_path}/"))
    return next(found, EMULATORS[0])


def base_paths() -> dict[str, str]:
    """Return engine to the path of its base URL."""
    return {engine: each.base_path for each in EMULATORS for engine in each.engines}
