"""The pytest plugin in a project of its own."""

from __future__ import annotations

import subprocess
import sys

CONFTEST = 'pytest_plugins = ["outfitanyone_local.pytest_plugin"]\n'
TESTS = """
import io

import pytest, requests
from PIL import Image


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


class TestRectangleEngine:
    @pytest.fixture
    def outfitanyone_sandbox_engine(self, outfitanyone_rectangle_engine):
        return outfitanyone_rectangle_engine

    def test_parse(self, outfitanyone_sandbox, outfitanyone_rectangle_engine):
        outfitanyone_rectangle_engine.worn = {"dress"}
        base_url = outfitanyone_sandbox.base_url
        headers = {"Authorization": "Bearer any", "X-DashScope-OssResourceResolve": "enable"}
        response = requests.post(
            f"{base_url}/services/vision/image-process/process",
            json={
                "model": "aitryon-parsing-v1",
                "input": {"image_url": self.upload(base_url, headers)},
                "parameters": {"clothes_type": ["dress"]},
            },
            headers=headers,
        )
        assert response.json()["output"]["bbox"] == [[75, 80, 225, 360]]
        assert outfitanyone_rectangle_engine.calls == ["parse"]

    def upload(self, base_url, headers):
        arguments = {"action": "getPolicy", "model": "aitryon-parsing-v1"}
        response = requests.get(f"{base_url}/uploads", params=arguments, headers=headers)
        policy = response.json()["data"]
        file = io.BytesIO()
        Image.effect_noise((300, 400), 80).save(file, "PNG")
        fields = {
            "OSSAccessKeyId": policy["oss_access_key_id"],
            "Signature": policy["signature"],
            "policy": policy["policy"],
            "key": f"{policy['upload_dir']}/person.png",
            "x-oss-object-acl": policy["x_oss_object_acl"],
            "x-oss-forbid-overwrite": policy["x_oss_forbid_overwrite"],
        }
        files = {"file": file.getvalue()}
        requests.post(policy["upload_host"], data=fields, files=files).raise_for_status()
        return f"oss://{fields['key']}"
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
    assert "3 passed" in done.stdout


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
