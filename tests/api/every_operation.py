"""Walks the operations of the schema, so that new ones are tested without being named here."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field

from django_outfitanyone.models import Batch
from tests.api import contract
from tests.factories import make_hotspot, make_try_on


@dataclass(frozen=True)
class Operation:
    """One operation: ``post`` of ``/try-ons/{id}/retry/``."""

    method: str
    path: str
    about: dict = field(repr=False, hash=False, compare=False)

    @property
    def name(self):
        return self.about["operationId"].removeprefix("outfit_")

    @property
    def is_of_row(self):
        return "{" in self.path

    @property
    def body(self):
        """The component of its body as JSON, or as a form; ``None`` without a body."""
        content = self.about.get("requestBody", {}).get("content", {})
        schemas = [media["schema"] for media in content.values()]
        return schemas[-1]["$ref"].rpartition("/")[2] if schemas else None

    @property
    def parameters(self):
        return {one["name"] for one in self.about.get("parameters", ()) if one["in"] == "query"}

    def address(self, rows=None, *, pk=None):
        """Return its path with the id of one of the ``rows``, or with this one."""
        resource = self.path.split("/")[1]
        chosen = rows[resource] if pk is None and self.is_of_row else pk
        return re.sub("{[^}]+}", str(chosen), self.path).removeprefix("/")


def operations():
    return [
        Operation(method, path, about)
        for path, methods in contract.schema()["paths"].items()
        for method, about in methods.items()
    ]


def make_rows():
    """Return the id of one row of each resource by the first part of its path."""
    batch = Batch.objects.create(pk=uuid.uuid4(), name="Summer", size=2)
    look = make_try_on(batch=batch.pk)
    (garment,) = look.garments
    return {
        "try-ons": look.pk,
        "batches": batch.pk,
        "model-images": look.model_image_id,
        "hotspots": make_hotspot(look, product=garment.product).pk,
        "garments": garment.pk,
        "products": garment.product_id,
    }


def request_components():
    """Return each component that a request body consists of, also inside others, by its name."""
    components = contract.schema()["components"]["schemas"]
    found, waiting = {}, [one.body for one in operations() if one.body]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = components[name]
            waiting += re.findall(r"#/components/schemas/(\w+)", str(components[name]))
    return found
