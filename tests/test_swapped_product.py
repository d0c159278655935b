from __future__ import annotations

import pytest


@pytest.mark.slow
def test_swapped_product__works_from_migration_to_hotspot(run_module):
    assert run_module("tests.swapped_project.scenario").endswith("fine\n")
