"""A test client for the API."""

from __future__ import annotations

from rest_framework.test import APIClient

from tests.api import contract


class Client(APIClient):
    """Sends JSON to paths of this API, ``client.get("try-ons/")``, and validates every response."""

    def generic(self, method, path, *args, **kwargs):
        if not path.startswith(("/", "http")):
            path = f"{contract.API}/{path}"
        response = super().generic(method, path, *args, **kwargs)
        contract.check(method, path, response)
        return response

    def post_json(self, path, body=None, **extra):
        return self.post(path, body or {}, format="json", **extra)

    def ids(self, path):
        """Return the ids on the first page of a list, in its order."""
        return [row["id"] for row in self.get(path).json()["results"]]
