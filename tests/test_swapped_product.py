from __future__ import annotations


def test_swapped_product__the_whole_road_with_a_product_model_of_the_shops_own(run_module):
    assert run_module("tests.swapped_project.scenario").endswith("fine\n")
