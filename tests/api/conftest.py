from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from tests.api import contract
from tests.factories import make_staff


class Client(APIClient):
    """Speaks JSON to paths of this API, ``client.get("try-ons/")``, and trusts no answer."""

    def generic(self, method, path, *args, **kwargs):
        if not path.startswith(("/", "http")):
            path = f"{contract.API}/{path}"
        response = super().generic(method, path, *args, **kwargs)
        contract.check(method, path, response)
        return response

    def ask(self, path, body=None, **extra):
        return self.post(path, body or {}, format="json", **extra)

    def ids(self, path):
        """Of the rows on the first page of a list, in its order."""
        return [row["id"] for row in self.get(path).json()["results"]]


@pytest.fixture
def visitor(db):
    return Client()


@pytest.fixture
def staff_with(db):
    """A client of somebody who may do just this: ``staff_with("add_tryonresult")``."""

    def make(*permissions):
        client = Client()
        client.user = make_staff(*permissions)
        client.force_authenticate(client.user)
        return client

    return make


@pytest.fixture
def reader(staff_with):
    """May see everything, and change nothing."""
    models = ("product", "garment", "modelimage", "tryonresult", "hotspot", "clothesparse")
    return staff_with(*(f"view_{model}" for model in models))
