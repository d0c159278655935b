"""The command line: output, exit codes and remaining files."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from outfitanyone_local.sandbox import __main__ as command
from outfitanyone_local.sandbox.http_server import SandboxServer
from outfitanyone_local.sandbox.options import Options

ROOT = Path(__file__).parents[3]


@contextmanager
def sandbox(*arguments, tmp_path):
    """The command in its own process, and the line it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "outfitanyone_local.sandbox", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def query(base_url, key="sk-x"):
    headers = {"Authorization": f"Bearer {key}"}
    return requests.get(f"{base_url}/tasks/x", headers=headers, timeout=5)


@pytest.mark.parametrize(
    "stop", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)]
)
def test_command__prints_one_line_and_leaves_nothing(tmp_path, stop):
    with sandbox(tmp_path=tmp_path) as (process, line):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/api/v1", line)
        assert query(line).json()["output"]["task_status"] == "UNKNOWN"
        assert len(list(tmp_path.iterdir())) == 1
        process.send_signal(stop)
        rest, errors = process.communicate(timeout=20)
    assert (rest, errors, process.returncode) == ("", "", 0)
    assert list(tmp_path.iterdir()) == []


def test_command__keeps_its_state_in_the_given_folder(tmp_path):
    state = tmp_path / "state"
    arguments = ("--state-dir", str(state), "--api-key", "sk-one", "--verbose", "--json")
    with sandbox(*arguments, tmp_path=tmp_path) as (process, line):
        base_url = json.loads(line)["outfit_anyone"]
        assert query(base_url).status_code == 401
        assert query(base_url, key="sk-one").status_code == 200
        process.terminate()
        _, errors = process.communicate(timeout=20)
    assert errors.count("GET /api/v1/tasks/x") == 2
    assert "sk-one" not in errors
    assert (state / "secret").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


@pytest.fixture
def printed_line(server):
    def line(*flags):
        parsed = command._parser().parse_args(flags)
        return command._ready_line(server, as_json=parsed.json)

    return line


def test_ready_line__is_the_base_url_of_outfit_anyone(printed_line, server):
    assert printed_line() == f"{server.root_url}/api/v1" == server.base_url


def test_ready_line__is_every_base_url_as_json(printed_line, server):
    line = printed_line("--json")
    assert "\n" not in line
    assert json.loads(line) == server.urls
    assert server.urls["outfit_anyone"] == server.base_url


def test_command__port_in_use_is_one_line(capsys):
    with SandboxServer() as running:
        assert command.main(["--port", str(running.port)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == (
        f"Port {running.port} on 127.0.0.1 is in use. Choose another one with --port.\n"
    )


def test_command__unusable_host_is_one_line(capsys):
    assert command.main(["--host", "203.0.113.1", "--port", "0"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def alias(*arguments, installed=True):
    """The finished ``python -m django_outfitanyone.sandbox``."""
    code = (
        "import runpy, sys\n"
        f"sys.argv[1:] = {list(arguments)}\n"
        f"if not {installed}: sys.modules['outfitanyone_local'] = None\n"
        "runpy.run_module('django_outfitanyone.sandbox', run_name='__main__')\n"
    )
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=30
    )


def test_alias__is_the_same_command():
    done = alias("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "usage: python -m outfitanyone_local.sandbox " in done.stdout


def test_alias__says_what_to_install():
    done = alias(installed=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == 'Install the sandbox: pip install "django-outfitanyone[sandbox]"\n'


def test_import__loads_neither_django_nor_the_app_nor_opencv():
    code = (
        "import sys\n"
        "import outfitanyone_local.sandbox.http_server\n"
        "wrong = [n for n in sys.modules if n.partition('.')[0] == 'django']\n"
        "wrong += [n for n in sys.modules if n.partition('.')[0] == 'django_outfitanyone']\n"
        "wrong += [n for n in sys.modules if n == 'cv2']\n"
        "sys.exit(','.join(wrong) or 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_help__explains_itself(capsys):
    with pytest.raises(SystemExit) as ended:
        command.main(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    for part in (
        "examples:",
        "--speed",
        "--state-dir",
        "--api-key",
        "/sandbox/faults",
        "docs/",
        "pip install",
    ):
        assert part in text


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "70000"],
        ["--speed", "0"],
        ["--running-tasks", "0"],
        ["--field-faults", "never"],
        ["--free-parsing-images", "-1"],
    ],
)
def test_arguments__invalid(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)
    assert ended.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_arguments__become_options():
    parser = command._parser()
    assert command._options(parser.parse_args([])) == Options()
    given = (
        "--speed 10 --api-key a --api-key b --submits-per-second 3 --running-tasks 2 --seed 4 "
        "--queries-per-second 5 --workers 1 --field-faults submit --image-faults submit "
        "--parse-refusals nulls --picture-rules lenient --free-parsing-images 400 "
        "--accept-webp --accept-small-crops --shared-account --limits-shared-by-models "
        "--allow-host sandbox --allow-host sandbox.internal"
    )
    assert command._options(parser.parse_args(given.split())) == Options(
        api_keys=("a", "b"),
        allowed_hosts=("sandbox", "sandbox.internal"),
        speed=10,
        seed=4,
        workers=1,
        submits_per_second=3,
        running_tasks=2,
        queries_per_second=5,
        limits_shared_by_models=True,
        field_faults="submit",
        image_faults="submit",
        parse_refusals="nulls",
        picture_rules="lenient",
        free_parsing_images=400,
        accept_webp=True,
        accept_small_crops=True,
        shared_account=True,
    )
