"""``python -m outfitanyone_local.sandbox``."""

from __future__ import annotations

import argparse
import errno
import logging
import signal
import sys
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from .options import CHOICES, Options

DEFAULT_PORT = 8321
USAGE_ERROR = 2
REQUIRED = ("werkzeug", "cv2", "numpy", "PIL", "requests")
INSTALL = 'The sandbox needs more packages: pip install "django-outfitanyone[sandbox]"'
DESCRIPTION = """\
A local server that speaks DashScope's OutfitAnyone protocol: try-on, clothes parsing,
refining, tasks and temporary uploads. Its pictures are marked previews; nothing leaves
this machine and nothing is paid. When it is ready it prints one line, its base URL."""
EXAMPLES = """\
examples:
  python -m outfitanyone_local.sandbox
      listens on 127.0.0.1:8321 and accepts any API key
  python -m outfitanyone_local.sandbox --speed 10 --state-dir .sandbox
      tasks run ten times faster; tasks and pictures outlast a restart
  python -m outfitanyone_local.sandbox --port 0 --api-key sk-test
      takes a free port and accepts this one key

  curl http://127.0.0.1:8321/sandbox/stats
  curl http://127.0.0.1:8321/sandbox/faults -d '{"kind": "error", "code": "Throttling"}'

docs/sandbox.md says what is checked, what is faked and what is not done."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    wanted = parser.parse_args(arguments)
    if any(find_spec(name) is None for name in REQUIRED):
        print(INSTALL, file=sys.stderr)
        return USAGE_ERROR
    try:
        options = _options(wanted)
    except ValueError as error:
        parser.error(str(error))
    logging.basicConfig(
        level=logging.INFO if wanted.verbose else logging.WARNING,
        format="%(asctime)s %(message)s",
        datefmt="%H:%M:%S",
    )
    return _serve(wanted, options)


def _serve(wanted: argparse.Namespace, options: Options) -> int:
    from .http_server import SandboxServer

    done = threading.Event()
    for name in ("SIGINT", "SIGTERM"):
        signal.signal(getattr(signal, name), lambda *_: done.set())
    try:
        server = SandboxServer(
            host=wanted.host, port=wanted.port, options=options, state_dir=wanted.state_dir
        )
    except OSError as error:
        print(_explained(error, wanted), file=sys.stderr)
        return 1
    with server:
        print(server.base_url, flush=True)
        while not done.wait(1.0):
            continue
    return 0


def _explained(error: OSError, wanted: argparse.Namespace) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {wanted.port} is taken on {wanted.host}; choose another with --port."
    return f"Cannot start on {wanted.host}, port {wanted.port}: {error}"


def _options(wanted: argparse.Namespace) -> Options:
    given = {
        name: value
        for name, value in vars(wanted).items()
        if name in Options.__dataclass_fields__ and value is not None
    }
    return Options(**given | {"api_keys": tuple(wanted.api_keys or ())})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m outfitanyone_local.sandbox",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_start(parser)
    _add_rules(parser.add_argument_group("rules and limits"))
    return parser


def _add_start(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port",
        type=int,
        choices=range(65536),
        metavar="PORT",
        default=DEFAULT_PORT,
        help="0 takes a free one (%(default)s)",
    )
    parser.add_argument(
        "--api-key",
        action="append",
        dest="api_keys",
        metavar="KEY",
        help="accept this key only, may be given several times; each key is an account of its "
        "own (default: any key)",
    )
    parser.add_argument(
        "--speed", type=float, metavar="N", help="run tasks N times faster (default: 1)"
    )
    parser.add_argument(
        "--state-dir", type=Path, metavar="DIR", help="keep tasks and pictures here over a restart"
    )
    parser.add_argument("--verbose", action="store_true", help="log one line for each request")


def _add_rules(group: argparse._ArgumentGroup) -> None:
    defaults = Options()
    for name, text in {
        "submits_per_second": "try-ons and parses an account may ask for",
        "running_tasks": "tasks of an account that run at once; more wait as PENDING",
        "queries_per_second": "queries, and as many lists and cancels",
        "workers": "pictures in work at once",
        "seed": "fixes the small differences in run time",
    }.items():
        help_text = f"{text} ({getattr(defaults, name)})"
        group.add_argument(_flag(name), type=int, metavar="N", help=help_text)
    for name, text in {
        "field_faults": "where a missing or malformed field shows",
        "image_faults": "where an unusable picture shows",
        "parse_refusals": "what parsing answers without exactly one person",
    }.items():
        help_text = f"{text} ({getattr(defaults, name)})"
        group.add_argument(_flag(name), choices=CHOICES[name], help=help_text)
    group.add_argument(
        "--accept-webp", action="store_true", default=None, help="take WebP pictures too"
    )
    group.add_argument(
        "--limits-shared-by-models",
        action="store_true",
        default=None,
        help="count limits per account instead of per account and model",
    )


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


if __name__ == "__main__":
    sys.exit(main())
