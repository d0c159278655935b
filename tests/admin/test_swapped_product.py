from __future__ import annotations


def test_product_model_of_the_shops_own__is_searched_and_tried_on_in_its_own_admin(run_module):
    assert run_module("tests.admin.swapped_scenario").endswith("fine\n")
