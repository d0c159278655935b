"""The command ``python -m outfitanyone_local.sandbox``; ``pip install outfitanyone-local``."""

from __future__ import annotations

import argparse
import errno
import json
import logging
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .options import CHOICES, Options

if TYPE_CHECKING:
    from .http_server import SandboxServer

DEFAULT_PORT = 8321
DESCRIPTION = """\
A local server that speaks the protocols of several try-on engines, each below its own base
URL. No picture leaves this machine and nothing is paid; try-on pictures are marked previews.
When it is ready, it prints one line: the base URL of OutfitAnyone, or with --json those of all
engines.

To install it: pip install outfitanyone-local"""
EXAMPLES = """\
examples:
  python -m outfitanyone_local.sandbox
      listen on 127.0.0.1:8321 and accept any API key
  python -m outfitanyone_local.sandbox --speed 10 --state-dir .sandbox
      run tasks ten times faster; keep tasks and pictures over a restart
  python -m outfitanyone_local.sandbox --port 0 --api-key sk-test --json
      listen on a free port, accept only this key, print all base URLs as JSON

  curl http://127.0.0.1:8321/sandbox/stats
  curl http://127.0.0.1:8321/sandbox/faults -d '{"kind": "error", "code": "Throttling"}'

docs/sandbox.md in the repository lists what is checked, faked and left out."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sandbox until SIGINT or SIGTERM and return the exit code."""
    parser = _parser()
    parsed = parser.parse_args(arguments)
    try:
        options = _options(parsed)
    except ValueError as error:
        parser.error(str(error))
    logging.basicConfig(
        level=logging.INFO if parsed.verbose else logging.WARNING,
        format="%(asctime)s %(message)s",
        datefmt="%H:%M:%S",
    )
    return _serve(parsed, options)


def _serve(parsed: argparse.Namespace, options: Options) -> int:
    from .http_server import SandboxServer

    done = threading.Event()
    for name in ("SIGINT", "SIGTERM"):
        signal.signal(getattr(signal, name), lambda *_: done.set())
    try:
        server = SandboxServer(
            host=parsed.host, port=parsed.port, options=options, state_dir=parsed.state_dir
        )
    except OSError as error:
        print(_start_error(error, parsed), file=sys.stderr)
        return 1
    with server:
        print(_ready_line(server, as_json=parsed.json), flush=True)
        while not done.wait(1.0):
            continue
    return 0


def _ready_line(server: SandboxServer, *, as_json: bool) -> str:
    return json.dumps(server.urls) if as_json else server.base_url


def _start_error(error: OSError, parsed: argparse.Namespace) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {parsed.port} on {parsed.host} is in use. Choose another one with --port."
    return f"Cannot start on {parsed.host}, port {parsed.port}: {error}"


def _options(parsed: argparse.Namespace) -> Options:
    given = {
        name: value
        for name, value in vars(parsed).items()
        if name in Options.__dataclass_fields__ and value is not None
    }
    repeatable = {name: tuple(given.get(name, ())) for name in ("api_keys", "allowed_hosts")}
    return Options(**given | repeatable)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m outfitanyone_local.sandbox",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_server_options(parser)
    _add_rule_options(parser.add_argument_group("rules and limits"))
    return parser


def _add_server_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port",
        type=int,
        choices=range(65536),
        metavar="PORT",
        default=DEFAULT_PORT,
        help="0 means any free port (%(default)s)",
    )
    parser.add_argument(
        "--api-key",
        action="append",
        dest="api_keys",
        metavar="KEY",
        help="accept only this key; repeat the option for more keys, each of which is an account "
        "unless --shared-account is set (default: any key)",
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        dest="allowed_hosts",
        metavar="NAME",
        help="accept this name in Host and Origin headers too; repeat the option for more "
        "(default: localhost, loopback and own addresses)",
    )
    parser.add_argument(
        "--speed", type=float, metavar="N", help="run tasks N times faster (default: 1)"
    )
    parser.add_argument(
        "--state-dir",
        type=Path,
        metavar="DIR",
        help="keep tasks and pictures here over a restart",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print an object of engine to base URL instead of the base URL of OutfitAnyone",
    )
    parser.add_argument("--verbose", action="store_true", help="log one line for each request")


def _add_rule_options(group: argparse._ArgumentGroup) -> None:
    defaults = Options()
    for name, text in {
        "submits_per_second": "submits, and as many parses, of an account",
        "running_tasks": "tasks of an account that run at once; others wait as PENDING",
        "queries_per_second": "queries, and as many lists and cancels, of an account",
        "workers": "pictures processed at once",
        "seed": "seed of the random part of the run times",
    }.items():
        help_text = f"{text} ({getattr(defaults, name)})"
        group.add_argument(_flag(name), type=int, metavar="N", help=help_text)
    for name, text in {
        "field_faults": "where a missing or malformed field shows",
        "image_faults": "where an unusable picture shows",
        "parse_refusals": "response to a parse without exactly one person",
        "picture_rules": "whether pictures that break a documented rule are refused or warned of",
    }.items():
        help_text = f"{text} ({getattr(defaults, name)})"
        group.add_argument(_flag(name), choices=CHOICES[name], help=help_text)
    group.add_argument(
        _flag("free_parsing_images"),
        type=int,
        metavar="N",
        help="parses of an account until its free quota is used up (default: no end)",
    )
    for name, text in {
        "accept_webp": "accept WebP pictures too",
        "accept_small_crops": "accept own crops below 150 pixels and 5 KB",
        "shared_account": "let all API keys belong to one account",
        "limits_shared_by_models": "count limits per account instead of per account and model",
    }.items():
        group.add_argument(_flag(name), action="store_true", default=None, help=text)


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


if __name__ == "__main__":
    sys.exit(main())
