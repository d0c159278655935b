"""Benchmarks of the whole app with real processes; run them with `make bench` and `make chaos`."""
