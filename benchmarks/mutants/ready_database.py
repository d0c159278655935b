"""A pytest plugin that uses the database as it is; pytest-django would create another."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """Replace the fixture of the same name, because this plugin is registered later."""
