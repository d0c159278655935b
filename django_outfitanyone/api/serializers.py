"""What the API answers. What it takes is in ``inputs``."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from django_outfitanyone.api.errors import MENDERS, Problem
from django_outfitanyone.api.fields import (
    CatalogueAddress,
    CatalogueFlag,
    CatalogueText,
    EnumField,
    FromCatalogue,
    PollAfterField,
    WaitsForField,
)
from django_outfitanyone.api.visibility import may_view_job
from django_outfitanyone.catalogue import product_model
from django_outfitanyone.choices import ClothesType, GarmentKind, Review, Status
from django_outfitanyone.models import Hotspot
from django_outfitanyone.models.remote_job import RemoteJob
from django_outfitanyone.models.try_on import Keep


class Shape:
    """A mixin for every serializer: ``OutfitProduct`` in the schema, not ``Product``.

    A shop is likely to have a ``ProductSerializer`` of its own.
    """


class Answer(Shape, serializers.Serializer[Any]):
    """A serializer that only answers."""


class ProblemSerializer(Answer):
    """What went wrong, who can fix it and how: with a request, or with a job."""

    code = serializers.CharField(help_text="Stable; the words that also stand on rows.")
    message = serializers.CharField(help_text="For people, in the language of the request.")
    fixed_by = EnumField(MENDERS, name="FixedBy", help_text="Who can fix it.")
    advice = serializers.CharField(help_text="How to fix it, for people.")
    field_errors = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="Messages for parts of the request, by their names.",
    )

    def get_attribute(self, instance: RemoteJob) -> Problem | None:
        return Problem.of_job(instance)


class PriceSerializer(FromCatalogue, Answer):
    """What a product costs."""

    amount = serializers.DecimalField(max_digits=None, decimal_places=None, coerce_to_string=True)
    currency = serializers.CharField(help_text="ISO 4217.")


class ProductSerializer(Answer):
    """A product as far as a link on a picture needs it."""

    id = serializers.ModelField(product_model()._meta.pk)
    title = CatalogueText()
    url = CatalogueAddress(help_text="The product's page.")
    price = PriceSerializer(allow_null=True)
    available = CatalogueFlag(source="is_available", help_text="Whether it can be bought now.")
    image_url = CatalogueAddress()


class PictureSerializer(Answer):
    """A stored picture; sizes in pixels."""

    url = serializers.FileField(source="image", use_url=True)
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    thumbnail_url = serializers.FileField(source="thumbnail", use_url=True)

    def get_attribute(self, instance: Any) -> Any:
        return instance if instance.image else None


class GarmentOfProductSerializer(Answer):
    """One wearable piece of a product, photographed lying flat."""

    id = serializers.IntegerField()
    kind = EnumField(GarmentKind)
    name = serializers.CharField()
    picture = PictureSerializer()
    created_at = serializers.DateTimeField()


class GarmentSerializer(GarmentOfProductSerializer):
    """One wearable piece, with the product that it is."""

    product = ProductSerializer(allow_null=True)


class ProductWithGarmentsSerializer(ProductSerializer):
    """A product, with what of it can be tried on."""

    garments = GarmentOfProductSerializer(source="outfit_garments", many=True)


class BoxSerializer(Shape, serializers.Serializer[Any]):
    """Pixels of the picture; ``x2`` and ``y2`` lie just outside."""

    x1 = serializers.IntegerField(min_value=0)
    y1 = serializers.IntegerField(min_value=0)
    x2 = serializers.IntegerField(min_value=1)
    y2 = serializers.IntegerField(min_value=1)


class FractionsSerializer(Answer):
    """The box as parts of the picture's width and height, each from 0 to 1."""

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


class HotspotSerializer(Answer):
    """A piece of clothing in a picture, and the product it is."""

    id = serializers.IntegerField()
    try_on = serializers.IntegerField(source="try_on_id", allow_null=True)
    model_image = serializers.IntegerField(source="model_image_id", allow_null=True)
    clothes_type = EnumField(ClothesType, allow_null=True, help_text="Null if a person drew it.")
    box = BoxSerializer(source="*")
    fractions = FractionsSerializer(source="*")
    product = ProductSerializer(allow_null=True)
    is_corrected = serializers.BooleanField(help_text="A person has put it right.")


class ModelImageSerializer(Answer):
    """A photo of a person that garments are tried on."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    is_active = serializers.BooleanField(help_text="Offered for try-ons.")
    picture = PictureSerializer()
    hotspots = HotspotSerializer(many=True)
    created_at = serializers.DateTimeField()


class JobSerializer(Answer):
    """How a try-on was asked for, how it went and what it cost: not for visitors."""

    batch = serializers.UUIDField(help_text="The same for all that were asked for at once.")
    model = serializers.CharField(source="remote_model")
    resolution = serializers.IntegerField()
    restore_face = serializers.BooleanField()
    force_new = serializers.BooleanField()
    reused_from = serializers.IntegerField(
        source="reused_from_id", allow_null=True, help_text="The try-on whose picture this is."
    )
    refines = serializers.IntegerField(
        source="refines_id", allow_null=True, help_text="The try-on that this is a second pass of."
    )
    cost = serializers.DecimalField(max_digits=12, decimal_places=6, coerce_to_string=True)
    currency = serializers.CharField()
    error = ProblemSerializer(allow_null=True)
    waits_for = WaitsForField(
        help_text="Why it is not sent at present: the account, a pause or the budget."
    )
    request_id = serializers.CharField(help_text="What the vendor's support asks for.")
    submitted_at = serializers.DateTimeField(allow_null=True)
    review = EnumField(Review)
    reviewed_at = serializers.DateTimeField(allow_null=True)

    def get_attribute(self, instance: Any) -> Any:
        return instance if may_view_job(self.context["request"].user, instance) else None


class TryOnSerializer(Answer):
    """A try-on; once it has succeeded, with all that is needed to show it."""

    id = serializers.IntegerField()
    status = EnumField(Status)
    poll_after = PollAfterField(help_text="Seconds to wait; null once it is finished.")
    model_image = serializers.IntegerField(source="model_image.pk", allow_null=True)
    garments = GarmentSerializer(many=True)
    keep = EnumField(Keep, allow_null=True, help_text="The half of the person's own clothes.")
    picture = PictureSerializer(allow_null=True)
    is_preview = serializers.BooleanField(help_text="Made by the local sandbox.")
    hotspots = HotspotSerializer(many=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    job = JobSerializer(allow_null=True, help_text="Null for visitors.")


class BatchSerializer(Answer):
    """Many try-ons that were asked for at once."""

    batch = serializers.UUIDField()
    count = serializers.IntegerField()
    try_ons = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="In order: for each model photo, all that is tried on it.",
    )


class EstimateSerializer(Answer):
    """What a request will come to, if sent now."""

    count = serializers.IntegerField()
    reused = serializers.IntegerField(help_text="Of these, how many cost nothing.")
    cost = serializers.DecimalField(max_digits=None, decimal_places=None, coerce_to_string=True)
    currency = serializers.CharField()
    seconds = serializers.IntegerField()
    budget_left = serializers.DecimalField(
        max_digits=None,
        decimal_places=None,
        coerce_to_string=True,
        allow_null=True,
        help_text="What may still be spent now; null without a budget.",
    )
    is_over_budget = serializers.BooleanField(
        help_text="A part of it would wait for the next day or month, or a larger budget."
    )


class SearchSerializer(Answer):
    """A search for clothes in one picture; the hotspots are what it found."""

    id = serializers.IntegerField()
    status = EnumField(Status)
    poll_after = PollAfterField(help_text="Seconds to wait; null once it is finished.")
    clothes_types = serializers.ListField(child=EnumField(ClothesType), source="types")
    cost = serializers.DecimalField(max_digits=12, decimal_places=6, coerce_to_string=True)
    currency = serializers.CharField()
    error = ProblemSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
