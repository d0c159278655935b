from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_swapped_product__the_whole_road_with_a_product_model_of_the_shops_own():
    """A swapped model needs a process of its own: models are made once."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.swapped_project.scenario"],
        cwd=ROOT,
        env={"PATH": "", "DATABASE_URL": "sqlite://:memory:"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("fine\n")
