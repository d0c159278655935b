"""A sandbox whose engine takes no time.

    python -m benchmarks.instant_sandbox

Prints its URL and ends when its standard input is closed.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.network import place_behind
from outfitanyone_local.sandbox.engine_protocol import Finding
from outfitanyone_local.sandbox.http_server import SandboxServer
from outfitanyone_local.sandbox.options import Options
from outfitanyone_local.sandbox.progression import Progression

ROWS = {"upper": (0.2, 0.5), "lower": (0.5, 0.9), "dress": (0.2, 0.9)}


@dataclass(frozen=True)
class Area:
    clothes_type: str
    box: tuple[int, int, int, int]
    cutout: Any
    crop: Any


class InstantEngine:
    """Returns the person with a patch of each garment, and parses fixed areas.

    The patches make every result different, as a real engine's results are.
    ``parse_seconds`` makes parses slower than instant.
    """

    def __init__(self, *, parse_seconds: float = 0) -> None:
        self._parse_seconds = parse_seconds

    def parse(self, image: Any, clothes_types: Any) -> list[Area | None]:
        time.sleep(self._parse_seconds)
        return [_area(image, kind) if kind != "dress" else None for kind in clothes_types]

    def try_on(self, person: Any, *, top: Any, bottom: Any, **_: Any) -> Any:
        result = person.copy()
        for number, garment in enumerate((top, bottom)):
            if garment is not None:
                result[:16, 16 * number : 16 * (number + 1)] = garment[:16, :16]
        return result

    def fit(self, image: Any, **_: Any) -> Any:
        return image

    def refine(self, coarse: Any) -> Any:
        return coarse

    def check_person(self, image: Any) -> list[Finding]:  # noqa: ARG002
        return []

    def check_garment(self, image: Any, **_: Any) -> list[Finding]:  # noqa: ARG002
        return []

    def cut_out_worn_garment(self, image: Any, **_: Any) -> Any:
        return image


def _area(image: Any, kind: str) -> Area:
    height, width = image.shape[:2]
    top, bottom = ROWS[kind]
    x1, y1, x2, y2 = width // 4, int(top * height), width * 3 // 4, int(bottom * height)
    crop = image[y1:y2, x1:x2]
    alpha = np.full((*crop.shape[:2], 1), 255, np.uint8)
    return Area(kind, (x1, y1, x2, y2), np.concatenate([crop, alpha], axis=2), crop)


SPREAD = 0.25
"""Deviation of the logarithm of durations: one task of twenty takes half as long again."""


def vary_by_lognormal(server: SandboxServer) -> None:
    """Let task durations vary as those of real tasks do, around the same mean."""
    progressions: Any = server.sandbox.progressions
    usual = progressions.for_task

    def for_task(number: int, **options: Any) -> Progression:
        drawn = random.Random(number).lognormvariate(-(SPREAD**2) / 2, SPREAD)
        progression: Progression = usual(number, **options)
        return progression.stretched(drawn)

    progressions.for_task = for_task


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--state-dir", type=Path)
    parser.add_argument("--parse-seconds", type=float, default=0)
    parser.add_argument("--options", type=json.loads, default={}, help="a JSON object")
    parser.add_argument("--network", type=float, default=0, help="seconds of a round trip")
    parser.add_argument("--certificate", type=Path, help="PEM file with key, for TLS")
    parser.add_argument("--lognormal", action="store_true", help="vary the durations of tasks")
    arguments = parser.parse_args()
    with SandboxServer(
        port=arguments.port,
        options=Options(**arguments.options),
        engine=InstantEngine(parse_seconds=arguments.parse_seconds),
        state_dir=arguments.state_dir,
    ) as server:
        if arguments.network or arguments.certificate:
            place_behind(server, round_trip=arguments.network, certificate=arguments.certificate)
        if arguments.lognormal:
            vary_by_lognormal(server)
        scheme = "https" if arguments.certificate else "http"
        print(server.root_url.replace("http", scheme, 1), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
