"""Serializers of the query parameters that filter lists."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from django_outfitanyone.api.fields import EnumField, PrefixedNameMixin, VisibleField
from django_outfitanyone.catalogue import catalogue_for, product_model
from django_outfitanyone.choices import Status
from django_outfitanyone.models import Garment, ModelImage, TryOnResult
from django_outfitanyone.visibility import (
    garments_visible_to,
    model_images_visible_to,
    products_visible_to,
    try_ons_visible_to,
)


class TryOnFilterSerializer(PrefixedNameMixin, serializers.Serializer[Any]):
    """Query parameters that filter a list of try-ons."""

    product = VisibleField(products_visible_to, product_model(), required=False)
    garment = VisibleField(garments_visible_to, Garment, required=False)
    model_image = VisibleField(model_images_visible_to, ModelImage, required=False)
    status = EnumField(Status, required=False)
    batch = serializers.UUIDField(required=False)
    candidates = serializers.UUIDField(required=False)

    def filter_queryset(self, try_ons: Any) -> Any:
        given = dict(self.validated_data)
        is_visitor = not self.context["request"].user.is_authenticated
        if is_visitor and given.get("status", Status.SUCCEEDED) != Status.SUCCEEDED:
            return try_ons.none()  # known without planning a read of them all
        if "product" in given:
            shop = catalogue_for(self.context["request"])
            try_ons = try_ons.for_products(shop.family(given.pop("product")))
        if "garment" in given:
            try_ons = try_ons.for_garment(given.pop("garment"))
        return try_ons.filter(**given)


class HotspotFilterSerializer(PrefixedNameMixin, serializers.Serializer[Any]):
    """Query parameters that filter a list of hotspots."""

    try_on = VisibleField(try_ons_visible_to, TryOnResult, required=False)
    model_image = VisibleField(model_images_visible_to, ModelImage, required=False)

    def filter_queryset(self, hotspots: Any) -> Any:
        return hotspots.filter(**self.validated_data)
