"""Measures of the whole app, with real processes; `make bench` and `make chaos` run them."""
