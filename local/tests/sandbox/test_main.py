"""The command line: what it prints, how it ends, what it leaves behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
import requests

from outfitanyone_local.sandbox import __main__ as command
from outfitanyone_local.sandbox.http_server import SandboxServer
from outfitanyone_local.sandbox.options import Options


@contextmanager
def sandbox(*arguments, tmp_path):
    """The command in a process of its own, and the line it prints."""
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


def ask(base_url, key="sk-x"):
    headers = {"Authorization": f"Bearer {key}"}
    return requests.get(f"{base_url}/tasks/x", headers=headers, timeout=5)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_command__prints_one_line_and_leaves_nothing(tmp_path, stop):
    with sandbox(tmp_path=tmp_path) as (process, line):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/api/v1", line)
        assert ask(line).json()["output"]["task_status"] == "UNKNOWN"
        assert len(list(tmp_path.iterdir())) == 1
        process.send_signal(stop)
        rest, errors = process.communicate(timeout=20)
    assert (rest, errors, process.returncode) == ("", "", 0)
    assert list(tmp_path.iterdir()) == []


def test_command__keeps_its_state_where_it_is_told(tmp_path):
    state = tmp_path / "state"
    arguments = ("--state-dir", str(state), "--api-key", "sk-one", "--verbose")
    with sandbox(*arguments, tmp_path=tmp_path) as (process, line):
        assert ask(line).status_code == 401
        assert ask(line, key="sk-one").status_code == 200
        process.terminate()
        _, errors = process.communicate(timeout=20)
    assert errors.count("GET /api/v1/tasks/x") == 2
    assert "sk-one" not in errors
    assert (state / "secret").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_command__taken_port_is_one_line(capsys):
    with SandboxServer() as running:
        assert command.main(["--port", str(running.port)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == (
        f"Port {running.port} is taken on 127.0.0.1; choose another with --port.\n"
    )


def test_command__impossible_address_is_one_line(capsys):
    assert command.main(["--host", "203.0.113.1", "--port", "0"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_command__says_how_to_install_what_is_missing(monkeypatch, capsys):
    monkeypatch.setattr(command, "find_spec", lambda name: None if name == "cv2" else name)
    assert command.main([]) == 2
    assert capsys.readouterr().err == (
        'The sandbox needs more packages: pip install "django-outfitanyone[sandbox]"\n'
    )


def test_command__needs_neither_werkzeug_nor_opencv_to_say_so():
    code = (
        "import sys\n"
        "sys.modules.update(dict.fromkeys(['werkzeug', 'cv2', 'numpy', 'PIL', 'requests']))\n"
        "from outfitanyone_local.sandbox import __main__ as command\n"
        "command.find_spec = lambda name: None\n"
        "sys.exit(command.main([]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 2
    assert 'pip install "django-outfitanyone[sandbox]"' in done.stderr
    assert done.stderr.count("\n") == 1


def test_sandbox__imports_neither_django_nor_the_app():
    code = (
        "import sys\n"
        "import outfitanyone_local.sandbox.http_server\n"
        "wrong = [n for n in sys.modules if n.partition('.')[0] == 'django']\n"
        "wrong += [n for n in sys.modules if n.startswith('django_outfitanyone.')\n"
        "          and not n.startswith('outfitanyone_local.sandbox')]\n"
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
    for word in ("examples:", "--speed", "--state-dir", "--api-key", "/sandbox/faults", "docs/"):
        assert word in text


@pytest.mark.parametrize(
    "arguments",
    [["--port", "70000"], ["--speed", "0"], ["--running-tasks", "0"], ["--field-faults", "never"]],
)
def test_arguments__that_make_no_sense(arguments, capsys):
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
        "--parse-refusals nulls --accept-webp --limits-shared-by-models"
    )
    assert command._options(parser.parse_args(given.split())) == Options(
        api_keys=("a", "b"),
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
        accept_webp=True,
    )
