"""The OpenAPI schema. Imported only when drf-spectacular is installed.

The extensions below also apply to the site's own schema, if it has one; ``schema/``
describes this API alone.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.extensions import OpenApiSerializerExtension, OpenApiSerializerFieldExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

from django_outfitanyone.api.errors import ProblemDetailsMixin
from django_outfitanyone.api.request_serializers import RequestSerializer
from django_outfitanyone.api.schema_rules import strict
from django_outfitanyone.api.schema_views import annotate_views
from django_outfitanyone.api.site_classes import SiteClassesMixin

VERSION = "1"
PREFIX = "Outfit"


class PrefixedName(OpenApiSerializerExtension):
    """Component names with a prefix, so that they cannot clash with the shop's own API."""

    target_class = "django_outfitanyone.api.fields.PrefixedNameMixin"
    match_subclasses = True

    def get_name(self, auto_schema: AutoSchema, direction: str) -> str:  # noqa: ARG002
        name = type(self.target).__name__.removesuffix("Serializer")
        return f"{PREFIX}{name}"

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(  # noqa: SLF001 - as its documentation shows
            self.target, direction, bypass_extensions=True
        )
        is_strict = isinstance(self.target, RequestSerializer)
        return strict(self.target, schema) if is_strict else schema


class NamedEnum(OpenApiSerializerFieldExtension):
    """One component for each enum, regardless of the names of the fields that use it."""

    target_class = "django_outfitanyone.api.fields.EnumField"
    match_subclasses = True

    def get_name(self) -> str:
        return f"{PREFIX}{self.target.name}"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:  # noqa: ARG002
        values = list(self.target.choices)
        is_number = all(isinstance(value, int) for value in values)
        return {"type": "integer" if is_number else "string", "enum": values}


class UploadedFile(OpenApiSerializerFieldExtension):
    """Uploads are binary data, not URLs."""

    target_class = "django_outfitanyone.api.fields.UploadField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:  # noqa: ARG002
        return {"type": "string", "format": "binary"}


class Generator(SchemaGenerator):
    """Generates the schema of this API alone, without the site's other endpoints."""

    def __init__(self, *args: Any, server: str = "/", **kwargs: Any) -> None:
        self.server = server
        super().__init__(*args, **{**kwargs, "urlconf": "django_outfitanyone.api.urls"})

    def get_schema(self, request: Request | None = None, public: bool = False) -> dict[str, Any]:  # noqa: FBT001 - the signature of the base class
        schema: dict[str, Any] = super().get_schema(request=request, public=public)
        schema["info"] = {
            "title": "Virtual try-on",
            "version": VERSION,
            "description": "Try-on pictures with clickable products.",
        }
        schema["servers"] = [{"url": self.server}]
        return schema


class SchemaView(ProblemDetailsMixin, SiteClassesMixin, SpectacularAPIView):
    """Serves the OpenAPI schema of this API."""

    schema = None  # leaves this view out of the schema
    versioning_class = None

    def generator_class(self, **kwargs: Any) -> Generator:  # type: ignore[override]
        """Return a generator for the path at which this API is mounted."""
        return Generator(server=self.request.path.removesuffix("schema/"), **kwargs)


annotate_views()

urlpatterns = [path("schema/", SchemaView.as_view(), name="schema")]
