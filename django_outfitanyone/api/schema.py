"""The OpenAPI schema. Imported only where drf-spectacular is installed.

What is registered here also serves the site's own schema, if it has one; ``schema/``
shows this API alone.
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

from django_outfitanyone.api.operations import describe_all

VERSION = "1"
PREFIX = "Outfit"


class Named(OpenApiSerializerExtension):
    """Names that do not clash with those of the shop's own API."""

    target_class = "django_outfitanyone.api.serializers.Shape"
    match_subclasses = True

    def get_name(self, auto_schema: AutoSchema, direction: str) -> str:  # noqa: ARG002
        name = type(self.target).__name__.removesuffix("Serializer")
        return f"{PREFIX}{name}"

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(  # noqa: SLF001 - as its manual does
            self.target, direction, bypass_extensions=True
        )
        return schema


class NamedEnum(OpenApiSerializerFieldExtension):
    """One component for each list of words, whatever the fields are called that use it."""

    target_class = "django_outfitanyone.api.fields.EnumField"

    def get_name(self) -> str:
        return f"{PREFIX}{self.target.name}"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:  # noqa: ARG002
        words = list(self.target.choices)
        is_number = all(isinstance(word, int) for word in words)
        return {"type": "integer" if is_number else "string", "enum": words}


class UploadedFile(OpenApiSerializerFieldExtension):
    """Bytes, not an address."""

    target_class = "django_outfitanyone.api.fields.UploadField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:  # noqa: ARG002
        return {"type": "string", "format": "binary"}


class Generator(SchemaGenerator):
    """Our API alone, whatever else the site has."""

    def __init__(self, *args: Any, server: str = "/", **kwargs: Any) -> None:
        self.server = server
        super().__init__(*args, **{**kwargs, "urlconf": "django_outfitanyone.api.urls"})

    def get_schema(self, request: Request | None = None, public: bool = False) -> dict[str, Any]:  # noqa: FBT001 - as its base
        schema: dict[str, Any] = super().get_schema(request=request, public=public)
        schema["info"] = {
            "title": "Virtual try-on",
            "version": VERSION,
            "description": "Try-on pictures with clickable products.",
        }
        schema["servers"] = [{"url": self.server}]
        return schema


class SchemaView(SpectacularAPIView):
    """The OpenAPI description of this API."""

    schema = None  # describes the others, not itself
    versioning_class = None

    def generator_class(self, **kwargs: Any) -> Generator:  # type: ignore[override]
        """A generator that knows where this API is mounted."""
        return Generator(server=self.request.path.removesuffix("schema/"), **kwargs)


describe_all()

urlpatterns = [path("schema/", SchemaView.as_view(), name="schema")]
