"""Clients that are generated from docs/openapi.yaml request one try-on from a live site."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.clients.conftest import SCHEMA
from tests.clients.tools import tool

pytestmark = [pytest.mark.clients, pytest.mark.slow]
HERE = Path(__file__).parent


def assert_made(found):
    assert found["status"] == "succeeded"
    assert found["picture"].startswith("http://127.0.0.1:")
    assert "Linen shirt" in found["products"]
    assert found["unknown"] == "NotFound"


def test_typescript__passes_the_type_checker_and_makes_a_try_on(site, pictures, run, tmp_path):
    modules = HERE / "typescript" / "node_modules"
    if shutil.which("node") is None or not (modules / ".package-lock.json").exists():
        pytest.skip("The npm packages are not installed; make test-clients installs them")
    for name in ("package.json", "tsconfig.json", "try_on.ts"):
        shutil.copy(HERE / "typescript" / name, tmp_path)
    (tmp_path / "node_modules").symlink_to(modules)
    (tmp_path / "generated").mkdir()
    run(
        *("node", modules / "openapi-typescript" / "bin" / "cli.js", SCHEMA),
        *("--default-non-nullable=false", "-o", "generated/schema.ts"),
        cwd=tmp_path,
    )
    run("node", modules / "typescript" / "bin" / "tsc", cwd=tmp_path)

    printed = run(
        "node", "built/try_on.js", site["url"], site["authorization"], *pictures, cwd=tmp_path
    )

    assert_made(json.loads(printed))


def test_python__makes_a_try_on(site, pictures, run, tmp_path):
    generate, python = tool("openapi-python-client"), tool("python")
    client = tmp_path / "outfit_client"
    printed = run(
        *(generate, "generate", "--path", SCHEMA, "--meta", "none", "--output-path", client),
        PATH=str(python.parent),
    )
    assert "Unable to" not in printed
    assert "WARNING" not in printed

    printed = run(
        *(python, HERE / "try_on.py", site["url"], site["authorization"], *pictures),
        PYTHONPATH=str(tmp_path),
    )

    assert_made(json.loads(printed))
