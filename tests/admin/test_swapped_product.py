from __future__ import annotations

import pytest


@pytest.mark.slow
def test_own_product_model__is_searched_and_tried_on_in_its_own_admin(run_module):
    assert run_module("tests.admin.swapped_scenario").endswith("passed\n")
