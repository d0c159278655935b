from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_product_model_of_the_shops_own__is_searched_and_tried_on_in_its_own_admin():
    """A swapped model needs a process of its own: models are made once."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.admin.swapped_scenario"],
        cwd=ROOT,
        env={"PATH": "", "DATABASE_URL": "sqlite://:memory:"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("fine\n")
