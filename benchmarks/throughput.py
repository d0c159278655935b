"""o. What the API serves under gunicorn, beside a plain ModelSerializer and a bare view.

    python -m benchmarks.throughput [--seconds 5] [--clients 8] [--rounds 3]

A page of 30 try-ons, as in ``api``, from one gunicorn process with four threads. The clients run in
a process of their own, keep their connections, and send the next request when they have read the
answer. All paths take turns in each round. The requests a second suffer from other work on the
machine; the CPU time of the server for each request says more. PostgreSQL if there is one.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import closing
from importlib.util import find_spec
from statistics import median
from typing import Any

from benchmarks import api
from benchmarks.environment import Environment, cpu_seconds, postgresql_url, wait_until
from benchmarks.report import print_measure
from benchmarks.servers import free_port

PATHS = {"API": api.PATH, "plain ModelSerializer": "/plain/", "bare view": "/bare/"}
NOT_MODIFIED = "API, 304"
THREADS = 4
START_TIMEOUT = 30


def read(port: int, path: str, tag: str, until: float) -> int:
    """Read a path again and again on one connection; return how often."""
    headers = {"If-None-Match": tag} if tag else {}
    expected, count = 304 if tag else 200, 0
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        while time.monotonic() < until:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            response.read()
            assert response.status == expected, (path, response.status)
            count += 1
    return count


def read_with(clients: int, port: int, path: str, tag: str, seconds: float) -> int:
    """Read a path with several clients; return how many requests they sent."""
    counts, until = [], time.monotonic() + seconds
    threads = [
        threading.Thread(target=lambda: counts.append(read(port, path, tag, until)))
        for _client in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(counts) == clients, "A client has failed."
    return sum(counts)


def in_own_process(options: argparse.Namespace, port: int, path: str, tag: str) -> int:
    """Do the same in a process of its own, so that clients and server share no interpreter."""
    request = json.dumps([options.clients, port, path, tag, options.seconds])
    command = [sys.executable, "-m", "benchmarks.throughput", "--inside", request]
    return int(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def first_tag(port: int) -> str:
    """Return the validator of the page of the API."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", api.PATH)
        response = connection.getresponse()
        assert len(json.loads(response.read())["results"]) == api.TRY_ONS
        return response.getheader("ETag") or ""


def is_answering(port: int) -> bool:
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            connection.request("GET", "/bare/")
            return connection.getresponse().status == 200
    except OSError:
        return False


def start_server(environment: Environment, port: int) -> Any:
    """Start gunicorn in its usual form for requests that wait on a database."""
    server = environment.start(
        "gunicorn",
        "django.core.wsgi:get_wsgi_application()",
        f"--bind=127.0.0.1:{port}",
        "--workers=1",
        "--worker-class=gthread",
        f"--threads={THREADS}",
        "--keep-alive=30",
        log="gunicorn",
        env={**os.environ, "BENCH_URLS": "benchmarks.throughput_urls"},
    )
    wait_until(lambda: is_answering(port), START_TIMEOUT, "gunicorn")
    return server


def measure(environment: Environment, options: argparse.Namespace) -> None:
    port = free_port()
    server = start_server(environment, port)
    served: dict[str, list[float]] = {name: [] for name in (*PATHS, NOT_MODIFIED)}
    cpu: dict[str, list[float]] = {name: [] for name in served}
    for number in range(-1, options.rounds):  # the first one warms up
        for name, rates in served.items():
            tag = first_tag(port) if name == NOT_MODIFIED else ""
            path = PATHS.get(name, api.PATH)
            used = cpu_seconds(server)
            count = in_own_process(options, port, path, tag)
            if number >= 0:
                rates.append(count / options.seconds)
                cpu[name].append(1000 * (cpu_seconds(server) - used) / count)
    for name, each in served.items():
        print_measure(f"throughput: {name}", median(each), "requests/s", values=each)
        print_measure(f"throughput: {name}: CPU", median(cpu[name]), "ms", values=cpu[name])
    pairs = zip(cpu["API"], cpu["plain ModelSerializer"], strict=True)
    ratios = [ours / plain for ours, plain in pairs]
    name = "throughput: CPU of the API beside the plain ModelSerializer"
    print_measure(name, median(ratios), "x", values=ratios, bar=api.HIGHEST_RATIO)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--inside", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(read_with(*options.inside))
        return
    if not find_spec("gunicorn"):
        print("throughput: skipped, gunicorn is not installed", file=sys.stderr)
        return
    with Environment(database_url=postgresql_url() or "sqlite://") as environment:
        api.fill()
        measure(environment, options)


if __name__ == "__main__":
    main()
