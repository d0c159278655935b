"""The app needs django-q2, DRF and Celery only where a project uses them."""

from __future__ import annotations

import pytest


@pytest.mark.slow
def test_project__without_queue_and_api_makes_a_picture(run_module):
    assert run_module("tests.wakers.bare_project", PATH="/usr/bin:/bin").endswith("fine\n")
