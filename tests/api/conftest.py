from __future__ import annotations

import pytest

from tests.api.client import Client
from tests.factories import make_staff


@pytest.fixture
def visitor(db):
    return Client()


@pytest.fixture
def staff_with(db):
    """Make a client of a user with exactly these permissions: ``staff_with("add_tryonresult")``."""

    def make(*permissions):
        client = Client()
        client.user = make_staff(*permissions)
        client.force_authenticate(client.user)
        return client

    return make


@pytest.fixture
def reader(staff_with):
    """A client of a user who may view everything and change nothing."""
    models = ("product", "garment", "modelimage", "tryonresult", "hotspot", "clothesparse")
    return staff_with(*(f"view_{model}" for model in models))
