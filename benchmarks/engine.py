"""How fast and how large is the sandbox's engine? ``python -m benchmarks.engine [--rounds 3]``.

The shipped pictures at 1080 x 1440 pixels: every model is parsed, and wears a top, a bottom,
a set and a dress, as often as there are rounds. Memory is the most a fresh process ever held
resident. The first picture, which loads the networks, is measured by itself.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.report import say

PICTURES = Path(__file__).parent.parent / "example_project" / "pictures"
SIZE = (1080, 1440)
ORDERS = (
    {"top": "shirt-lightblue"},
    {"bottom": "jeans-blue"},
    {"top": "longsleeve-navy-stripes", "bottom": "shorts-olive"},
    {"top": "dress-navy-dots"},
)
PARSE_BAR, TRY_ON_BAR, MEMORY_BAR = 0.5, 1.5, 600


def pictures(folder: str) -> dict[str, Any]:
    return {
        path.stem: np.asarray(Image.open(path).convert("RGB"))
        for path in sorted((PICTURES / folder).glob("*.jpg"))
    }


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """By the clock on the wall, and of processor time, which other work disturbs less."""
    started = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started[0], time.process_time() - started[1]


def measure(rounds: int) -> None:
    started = time.perf_counter()
    from outfitanyone_local.engine import parse, try_on

    models, garments = pictures("models"), pictures("garments")
    people = list(models.values())
    assert all(image.shape[1::-1] == SIZE for image in people)

    def parsed(person: Any) -> tuple[float, float]:
        return seconds(lambda: parse(person, clothes_types=["upper", "lower", "dress"]))

    def worn(person: Any, order: dict[str, str]) -> tuple[float, float]:
        chosen = {half: garments[name] for half, name in order.items()}
        return seconds(lambda: try_on(person, **chosen))

    parsed(people[0])
    first = time.perf_counter() - started
    say("engine: first parsing of a process", first, "s", includes="imports, networks")
    shown = {"size": "x".join(map(str, SIZE)), "rounds": rounds}
    times = [parsed(person) for _ in range(rounds) for person in people]
    _say("parsing", times, PARSE_BAR, **shown)
    say("engine: most resident memory, parsing", peak_mb(), "MB", bar=MEMORY_BAR)
    times = [worn(person, order) for _ in range(rounds) for person in people for order in ORDERS]
    _say("try-on", times, TRY_ON_BAR, **shown)
    say("engine: most resident memory, try-on", peak_mb(), "MB", bar=MEMORY_BAR)


def _say(name: str, times: list[tuple[float, float]], bar: float, **shown: Any) -> None:
    wall, processor = zip(*times, strict=True)
    shown |= {"calls": len(times), "load": round(os.getloadavg()[0], 1)}
    say(f"engine: {name}, median", statistics.median(wall), "s", bar=bar, **shown)
    slow = statistics.quantiles(wall, n=20)[-1]
    say(f"engine: {name}, 95 % within", slow, "s")
    say(f"engine: {name}, median of processor time", statistics.median(processor), "s")


def peak_mb() -> float:
    """The most this process ever held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.inside:
        measure(wanted.rounds)
        return 0
    command = [sys.executable, "-m", "benchmarks.engine", "--inside"]
    return subprocess.run([*command, "--rounds", str(wanted.rounds)], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
