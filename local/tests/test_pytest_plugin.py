"""The fixture that other projects use, in a project of its own."""

from __future__ import annotations

import subprocess
import sys

CONFTEST = 'pytest_plugins = ["outfitanyone_local.pytest_plugin"]\n'
TESTS = """
import pytest, requests


def test_sandbox(outfitanyone_sandbox):
    headers = {"Authorization": "Bearer any"}
    url = f"{outfitanyone_sandbox.base_url}/tasks/x"
    assert requests.get(url, headers=headers).json()["output"]["task_status"] == "UNKNOWN"
    outfitanyone_sandbox.faults.add("error", code="Throttling")
    assert requests.get(url, headers=headers).status_code == 429
    outfitanyone_sandbox.clock.advance(10)
    assert outfitanyone_sandbox.stats["queries"] == 2


class TestOptions:
    @pytest.fixture
    def outfitanyone_sandbox_options(self):
        from outfitanyone_local.sandbox.options import Options

        return Options(api_keys=("sk-one",))

    def test_options(self, outfitanyone_sandbox):
        headers = {"Authorization": "Bearer other"}
        url = f"{outfitanyone_sandbox.base_url}/tasks/x"
        assert requests.get(url, headers=headers).status_code == 401
"""


def test_plugin__gives_each_test_a_sandbox(tmp_path):
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_shop.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:django", "-p", "no:cacheprovider"]
    done = subprocess.run(
        command, cwd=tmp_path, check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


def test_plugin__is_light_to_import():
    code = (
        "import sys\n"
        "import outfitanyone_local.pytest_plugin\n"
        "heavy = {'cv2', 'numpy', 'werkzeug', 'PIL', 'requests'} & set(sys.modules)\n"
        "sys.exit(','.join(heavy) or 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stderr) == (0, "")
