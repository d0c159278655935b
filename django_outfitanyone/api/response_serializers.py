"""Response serializers. Request bodies are in ``request_serializers``."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from django_outfitanyone.api.fields import (
    AmountField,
    AmountsField,
    CatalogueBooleanField,
    CatalogueCharField,
    CatalogueMixin,
    CatalogueURLField,
    EnumField,
    HotspotsOfPicture,
    MarkField,
    PollAfterField,
    PrefixedNameMixin,
    PriceTextField,
    ResponseSerializer,
    SourceSerializer,
    WaitsForField,
)
from django_outfitanyone.api.problem_serializers import JobErrorSerializer
from django_outfitanyone.catalogue import product_model
from django_outfitanyone.choices import ClothesType, GarmentKind, Review, Status
from django_outfitanyone.models import Hotspot
from django_outfitanyone.models.try_on import Keep
from django_outfitanyone.visibility import may_view_job


class PriceSerializer(CatalogueMixin, ResponseSerializer):
    """The price of a product."""

    amount = serializers.DecimalField(max_digits=None, decimal_places=None, coerce_to_string=True)
    currency = serializers.CharField(help_text="ISO 4217.")


class ProductSerializer(ResponseSerializer):
    """A product with what a link to it shows."""

    id = serializers.ModelField(product_model()._meta.pk)
    title = CatalogueCharField()
    url = CatalogueURLField(help_text="The product's page.")
    price = PriceSerializer(allow_null=True)
    price_text = PriceTextField(
        help_text="The price as visitors read it, in the language of the request."
    )
    available = CatalogueBooleanField(
        source="is_available", help_text="Whether it can be bought now."
    )
    image_url = CatalogueURLField()


class PictureSerializer(ResponseSerializer):
    """A stored picture. Width and height are in pixels."""

    url = serializers.FileField(source="image", use_url=True)
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    thumbnail_url = serializers.FileField(source="thumbnail", use_url=True)

    def get_attribute(self, instance: Any) -> Any:
        return instance if instance.image else None


class ResponsivePictureSerializer(PictureSerializer):
    """A stored picture with the copies that storefronts show."""

    srcset = SourceSerializer(
        source="sources",
        many=True,
        help_text="Files to choose from by width, the smallest first; empty without copies.",
    )


class GarmentOfProductSerializer(ResponseSerializer):
    """A wearable item of a product, with its flat-lay picture."""

    id = serializers.IntegerField()
    kind = EnumField(GarmentKind)
    name = serializers.CharField()
    picture = PictureSerializer()
    created_at = serializers.DateTimeField()


class GarmentSerializer(GarmentOfProductSerializer):
    """A garment with its product."""

    product = ProductSerializer(allow_null=True)


class ProductWithGarmentsSerializer(ProductSerializer):
    """A product with its garments."""

    garments = GarmentOfProductSerializer(source="outfit_garments", many=True)


class BoxSerializer(PrefixedNameMixin, serializers.Serializer[Any]):
    """A box in pixels of the picture; ``x2`` and ``y2`` are exclusive."""

    x1 = serializers.IntegerField(min_value=0)
    y1 = serializers.IntegerField(min_value=0)
    x2 = serializers.IntegerField(min_value=1)
    y2 = serializers.IntegerField(min_value=1)


class FractionsSerializer(ResponseSerializer):
    """The box as fractions of the picture's width and height, from 0 to 1."""

    x1 = serializers.FloatField()
    y1 = serializers.FloatField()
    x2 = serializers.FloatField()
    y2 = serializers.FloatField()

    def to_representation(self, instance: Hotspot) -> dict[str, float]:
        picture = instance.picture
        width, height = picture.width or 1, picture.height or 1
        return {
            "x1": round(instance.x1 / width, 6),
            "y1": round(instance.y1 / height, 6),
            "x2": round(instance.x2 / width, 6),
            "y2": round(instance.y2 / height, 6),
        }


class AreaPictureSerializer(ResponseSerializer):
    """A picture of the clothes in a hotspot. Width and height are in pixels."""

    url = serializers.FileField(use_url=True)
    width = serializers.IntegerField(
        allow_null=True, help_text="Null if an earlier version stored the picture."
    )
    height = serializers.IntegerField(allow_null=True)

    def get_attribute(self, instance: Any) -> dict[str, Any] | None:
        name = str(self.field_name)
        file = getattr(instance, name)
        sides = {side: getattr(instance, f"{name}_{side}") for side in ("width", "height")}
        return {"url": file, **sides} if file else None


class HotspotSerializer(ResponseSerializer):
    """A clothing area in a picture and the product it shows."""

    id = serializers.IntegerField()
    try_on = serializers.IntegerField(source="try_on_id", allow_null=True)
    model_image = serializers.IntegerField(source="model_image_id", allow_null=True)
    clothes_type = EnumField(
        ClothesType, allow_null=True, help_text="Null for a box drawn by hand."
    )
    box = BoxSerializer(source="*")
    fractions = FractionsSerializer(source="*")
    crop = AreaPictureSerializer(
        allow_null=True, help_text="The clothes as a garment picture. Null without a parse."
    )
    cutout = AreaPictureSerializer(
        allow_null=True, help_text="The clothes on transparent ground, for display."
    )
    product = ProductSerializer(allow_null=True)
    is_corrected = serializers.BooleanField(
        help_text="Corrected by hand; later parses do not change it."
    )

    class Meta:
        list_serializer_class = HotspotsOfPicture


class JobSerializer(ResponseSerializer):
    """The options, progress and cost of a try-on. Hidden from visitors."""

    batch = serializers.UUIDField(help_text="The same id for all try-ons of one request.")
    model = serializers.CharField(source="remote_model")
    resolution = serializers.IntegerField()
    restore_face = serializers.BooleanField()
    force_new = serializers.BooleanField()
    reused_from = serializers.IntegerField(
        source="reused_from_id", allow_null=True, help_text="The try-on whose picture was reused."
    )
    refines = serializers.IntegerField(
        source="refines_id", allow_null=True, help_text="The try-on that this one refines."
    )
    candidates = serializers.UUIDField(
        help_text="The same id for the try-ons among which one is chosen."
    )
    candidate = serializers.IntegerField(help_text="The number among them, from 1.")
    seed = serializers.IntegerField(
        allow_null=True, help_text="Null: the engine chose one, or takes none."
    )
    is_chosen = MarkField(help_text="Whether this candidate was chosen.")
    cost = AmountField(max_digits=12, decimal_places=6)
    currency = serializers.CharField()
    error = JobErrorSerializer(allow_null=True)
    waits_for = WaitsForField(
        help_text="Why it cannot be submitted now: the account, a pause or the budget."
    )
    request_id = serializers.CharField(help_text="The vendor's id of the request, for its support.")
    submitted_at = serializers.DateTimeField(allow_null=True)
    review = EnumField(Review)
    reviewed_at = serializers.DateTimeField(allow_null=True)
    rejection_reason = serializers.CharField(
        source="rejection_text", help_text="Why the picture was rejected; empty without a reason."
    )

    def get_attribute(self, instance: Any) -> Any:
        return instance if may_view_job(self.context["request"].user, instance) else None


class TryOnSerializer(ResponseSerializer):
    """A try-on; once it has succeeded, with everything needed to show it."""

    id = serializers.IntegerField()
    status = EnumField(Status)
    poll_after = PollAfterField(help_text="Seconds until the next poll; null once it has finished.")
    model_image = serializers.IntegerField(source="model_image.pk", allow_null=True)
    garments = GarmentSerializer(many=True)
    keep = EnumField(
        Keep,
        allow_null=True,
        help_text="The half of the person's own clothes that is kept. Null: none was asked for.",
    )
    picture = ResponsivePictureSerializer(allow_null=True)
    is_preview = serializers.BooleanField(help_text="Made by the local sandbox.")
    hotspots = HotspotSerializer(many=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    job = JobSerializer(allow_null=True, help_text="Null for visitors.")


class BatchSerializer(ResponseSerializer):
    """The try-ons of one bulk request."""

    batch = serializers.UUIDField()
    count = serializers.IntegerField()
    try_ons = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="Ids in order: all try-ons of the first model photo, then of the next.",
    )


class EstimateSerializer(ResponseSerializer):
    """Count, cost and duration of a bulk request if it were sent now."""

    count = serializers.IntegerField()
    reused = serializers.IntegerField(
        help_text="How many of them reuse an existing picture and are free."
    )
    cost = AmountField()
    currency = serializers.CharField()
    other_costs = AmountsField(
        help_text="What clothes parses cost in other currencies, by currency.",
    )
    is_sandbox = serializers.BooleanField(
        help_text="Whether this is what pictures would cost: a sandbox makes only previews, free."
    )
    seconds = serializers.IntegerField()
    budget_left = AmountField(help_text="What may still be spent; null without a budget.")
    is_over_budget = serializers.BooleanField(
        help_text="Whether some try-ons would wait for the next day or month, or a larger budget."
    )


class ParseSerializer(ResponseSerializer):
    """A clothes parse of one picture. Its results are the picture's hotspots."""

    id = serializers.IntegerField()
    status = EnumField(Status)
    poll_after = PollAfterField(help_text="Seconds until the next poll; null once it has finished.")
    clothes_types = serializers.ListField(child=EnumField(ClothesType), source="types")
    cost = AmountField(max_digits=12, decimal_places=6)
    currency = serializers.CharField()
    error = JobErrorSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
