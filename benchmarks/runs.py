"""Which benchmarks ``make bench`` runs with which arguments, and which of them are quick."""

from __future__ import annotations

from typing import NamedTuple


class Benchmark(NamedTuple):
    """A module of this folder and how it is run. Each text holds the arguments of one run."""

    module: str
    full: tuple[str, ...] = ("",)
    quick: tuple[str, ...] = ()
    """Empty: it takes too long for ``QUICK=1``."""
    repeats: int = 3
    """1 where the module repeats by itself, or counts what does not vary."""
    quick_repeats: int = 1


NETWORKS = (0, 0.05, 0.2)
"""Seconds of a round trip."""
ACCOUNTS = {5: 25, 50: 250}
"""Try-ons by slots."""
REAL = "--seconds 18 --tls --size 1080x1440 --ways ours 'plain threads' --steady"

BENCHMARKS: dict[str, Benchmark] = {
    "visitors": Benchmark("visitors", ("--times 5",), ("--times 3",), repeats=1),
    "storefront": Benchmark("storefront", quick=("--times 40",), quick_repeats=3),
    "api": Benchmark("api", quick=("--times 60",), quick_repeats=3),
    "throughput": Benchmark("throughput", quick=("--seconds 1",), repeats=1),
    "uploads": Benchmark("uploads", quick=("--requests",)),
    "scale": Benchmark("scale", quick=("",), repeats=1),
    "bulk": Benchmark("bulk", quick=("--counts 500 1000",)),
    "makespan": Benchmark("makespan", quick=("--seconds 2 --ways ours --steady",)),
    "network": Benchmark(
        "makespan",
        tuple(
            f"--slots {slots} --tasks {tasks} --network {network} {REAL}{varied}"
            for slots, tasks in ACCOUNTS.items()
            for network in NETWORKS
            for varied in ("", " --lognormal")
        ),
    ),
    "queued": Benchmark(
        "makespan",
        (f"--slots 50 --tasks 1000 --network 0.05 {REAL} --lognormal --seconds 6",),
    ),
    "calls": Benchmark("calls"),
    "delays": Benchmark(
        "calls",
        tuple(
            f"--slots {slots} --tasks {tasks} --network 0.2 --tls --without-peers"
            for slots, tasks in ACCOUNTS.items()
        ),
    ),
    "statements": Benchmark("statements", quick=("",)),
    "deliveries": Benchmark("deliveries", quick=("",), repeats=1),
    "idle": Benchmark("idle", repeats=1),
    "worker_memory": Benchmark("worker_memory"),
    "engine": Benchmark("engine", quick=("--rounds 1",)),
}
"""By name, those that people feel first."""
