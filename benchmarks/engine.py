"""Speed and memory of the sandbox's engine: ``python -m benchmarks.engine [--rounds 3]``.

Uses the shipped pictures at 1080 x 1440 pixels. In each round every model photo is parsed
and wears a top, a bottom, a set and a dress. Memory is the peak resident memory of a new
process. The first parse, which loads the networks, is measured separately.
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
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.report import print_measure
from outfitanyone_local import samples

SIZE = (1080, 1440)
OUTFITS = (
    {"top": "shirt-lightblue"},
    {"bottom": "jeans-blue"},
    {"top": "longsleeve-navy-stripes", "bottom": "shorts-olive"},
    {"top": "dress-navy-dots"},
)
PARSE_BAR, TRY_ON_BAR, MEMORY_BAR = 0.5, 1.5, 600


def pictures(folder: str) -> dict[str, Any]:
    return {
        path.stem: np.asarray(Image.open(path).convert("RGB"))
        for path in sorted((samples.PICTURES / folder).glob("*.jpg"))
    }


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Return wall time and processor time; other work disturbs the latter less."""
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

    def worn(person: Any, outfit: dict[str, str]) -> tuple[float, float]:
        chosen = {half: garments[name] for half, name in outfit.items()}
        return seconds(lambda: try_on(person, **chosen))

    parsed(people[0])
    first = time.perf_counter() - started
    print_measure("engine: first parse of a process", first, "s", includes="imports, networks")
    shown = {"size": "x".join(map(str, SIZE)), "rounds": rounds}
    times = [parsed(person) for _ in range(rounds) for person in people]
    _print("parsing", times, PARSE_BAR, **shown)
    print_measure("engine: peak resident memory, parsing", peak_mb(), "MB", bar=MEMORY_BAR)
    times = [worn(person, outfit) for _ in range(rounds) for person in people for outfit in OUTFITS]
    _print("try-on", times, TRY_ON_BAR, **shown)
    print_measure("engine: peak resident memory, try-on", peak_mb(), "MB", bar=MEMORY_BAR)


def _print(name: str, times: list[tuple[float, float]], bar: float, **shown: Any) -> None:
    wall, processor = zip(*times, strict=True)
    shown |= {"calls": len(times), "load": round(os.getloadavg()[0], 1)}
    print_measure(f"engine: {name}, median", statistics.median(wall), "s", bar=bar, **shown)
    slow = statistics.quantiles(wall, n=20)[-1]
    print_measure(f"engine: {name}, 95 % within", slow, "s")
    print_measure(f"engine: {name}, median of processor time", statistics.median(processor), "s")


def peak_mb() -> float:
    """Return the peak resident memory of this process in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        measure(arguments.rounds)
        return 0
    command = [sys.executable, "-m", "benchmarks.engine", "--inside"]
    return subprocess.run([*command, "--rounds", str(arguments.rounds)], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
