"""What the API takes, checked before it reaches a verb."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from django.db.models import QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.utils.html import is_html_input

from django_outfitanyone import actions
from django_outfitanyone.api.fields import (
    EnumField,
    UploadField,
    VisibleField,
    VisibleListField,
)
from django_outfitanyone.api.serializers import (
    BoxSerializer,
    GarmentSerializer,
    ModelImageSerializer,
    Shape,
)
from django_outfitanyone.api.visibility import (
    garments_for,
    hotspots_in_pictures_shown_to,
    model_images_for,
    product_shown_to,
    products_for,
    try_ons_for,
)
from django_outfitanyone.catalogue import product_model
from django_outfitanyone.choices import ClothesType, GarmentKind, Status
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.try_on import RESOLUTIONS, TryOnOptions, TryOnRequest, combine
from django_outfitanyone.models import Garment, Hotspot, ModelImage, TryOnResult
from django_outfitanyone.models.try_on import Gender

MOST_IN_A_BATCH = 1000
MOST_IDS = 100


class Input(Shape, serializers.Serializer[Any]):
    """A serializer that takes; a misspelt option is an error and not the default."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and not is_html_input(data):
            unknown = {name: [_("There is no such field.")] for name in data.keys() - self.fields}
            if unknown:
                raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)


class OptionsInput(Input):
    """How to try on."""

    model = serializers.CharField(
        default=TryOnOptions.model, allow_blank=True, help_text="Empty: the site's default."
    )
    keep_other_half = serializers.BooleanField(
        default=TryOnOptions.keep_other_half,
        help_text="Trying on a top alone keeps the trousers, and the other way round.",
    )
    resolution = EnumField(
        RESOLUTIONS,
        name="Resolution",
        default=TryOnOptions.resolution,
        help_text="-1: as the model photo; 1024: 576 x 1024; 1280: 720 x 1280 pixels.",
    )
    restore_face = serializers.BooleanField(
        default=TryOnOptions.restore_face, help_text="Keep the face of the photo as it is."
    )
    force_new = serializers.BooleanField(
        default=TryOnOptions.force_new, help_text="Pay again although the same picture exists."
    )

    @property
    def options(self) -> TryOnOptions:
        given = self.validated_data
        return TryOnOptions(**{option.name: given[option.name] for option in fields(TryOnOptions)})


def offered_model_images(user: Any) -> QuerySet[ModelImage]:
    """Photos that may be used for new try-ons: nobody gets those taken out of use."""
    return model_images_for(user) & ModelImage.objects.active()


class TryOnInput(OptionsInput):
    """One person and what to put on her."""

    model_image = VisibleField(offered_model_images, ModelImage)
    garments = VisibleListField(
        garments_for,
        max_length=2,
        help_text="A top, trousers or a skirt, one of each, or a dress; in any order.",
    )

    @property
    def wishes(self) -> list[TryOnRequest]:
        given = self.validated_data
        return [TryOnRequest.of(given["model_image"], given["garments"])]


class BulkInput(OptionsInput):
    """Every garment on every person."""

    model_images = VisibleListField(offered_model_images, max_length=MOST_IDS)
    garments = VisibleListField(garments_for, max_length=MOST_IDS)
    as_outfits = serializers.BooleanField(
        default=False, help_text="Every top with every pair of trousers."
    )

    @property
    def wishes(self) -> list[TryOnRequest]:
        """``RequestRefused`` when there are too many, found before they are all made."""
        given = self.validated_data
        people, garments = given["model_images"], given["garments"]
        for_one = combine(garments, people[:1], as_outfits=given["as_outfits"])
        count = len(for_one) * len(people)
        if count > MOST_IN_A_BATCH:
            raise RequestRefused(
                _("These are %(count)d try-ons; the maximum for one request is %(most)d.")
                % {"count": count, "most": MOST_IN_A_BATCH},
                code="TooMany",
            )
        return combine(garments, people, as_outfits=given["as_outfits"])


class SearchInput(Input):
    """What to look for in a picture: upper, lower, dress, or upper and lower together."""

    clothes_types = serializers.ListField(
        child=EnumField(ClothesType), default=["upper", "lower"], allow_empty=False
    )
    again = serializers.BooleanField(
        default=False, help_text="Pay for a new search although one succeeded."
    )

    def validate_clothes_types(self, value: list[str]) -> list[str]:
        """In the order that the remote system wants."""
        return [one for one in ClothesType.values if one in value]


class HotspotInput(Input):
    """What a person puts right."""

    box = BoxSerializer(source="*", required=False)
    product = VisibleField(products_for, product_model(), required=False, allow_null=True)

    def validate_box(self, box: dict[str, int]) -> dict[str, int]:
        picture: Any = self.instance and self.instance.picture
        if box["x1"] >= box["x2"] or box["y1"] >= box["y2"]:
            raise serializers.ValidationError(_("The box has no area."))
        if box["x2"] > picture.width or box["y2"] > picture.height:
            raise serializers.ValidationError(_("The box reaches beyond the picture."))
        return box

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError(_("Give a box, a product, or both."))
        return attrs

    def update(self, instance: Hotspot, validated_data: dict[str, Any]) -> Hotspot:
        for name, value in validated_data.items():
            setattr(instance, name, value)
        actions.correct_hotspot(instance, corrected_by=self.context["request"].user)
        return instance


class GarmentInput(Input, serializers.ModelSerializer[Garment]):
    """A garment to be stored; its picture is made fit for the remote system."""

    product = VisibleField(products_for, product_model())
    kind = EnumField(GarmentKind)
    image = UploadField(write_only=True)

    class Meta:
        model = Garment
        fields = ("product", "kind", "name", "image")

    def to_representation(self, instance: Garment) -> dict[str, Any]:
        prefetch_related_objects([instance], product_shown_to(self.context["request"].user))
        return GarmentSerializer(instance, context=self.context).data


class ModelImageInput(Input, serializers.ModelSerializer[ModelImage]):
    """A photo to be stored; it is made fit for the remote system."""

    is_active = serializers.BooleanField(default=True, help_text="Offered for try-ons.")
    image = UploadField(write_only=True)

    class Meta:
        model = ModelImage
        fields = ("name", "is_active", "image")

    def to_representation(self, instance: ModelImage) -> dict[str, Any]:
        hotspots = hotspots_in_pictures_shown_to(self.context["request"].user)
        prefetch_related_objects([instance], hotspots)
        return ModelImageSerializer(instance, context=self.context).data


class RefineInput(Input):
    """What the refiner has to be told."""

    gender = EnumField(Gender, help_text="Whom the picture shows.")
    force_new = serializers.BooleanField(
        default=False, help_text="Pay again although the same refined picture exists."
    )


class TryOnFilter(Shape, serializers.Serializer[Any]):
    """What a list of try-ons is narrowed down by, as query parameters."""

    product = VisibleField(products_for, product_model(), required=False)
    garment = VisibleField(garments_for, Garment, required=False)
    model_image = VisibleField(model_images_for, ModelImage, required=False)
    status = EnumField(Status, required=False)
    batch = serializers.UUIDField(required=False)

    def narrow(self, try_ons: Any) -> Any:
        given = dict(self.validated_data)
        if "product" in given:
            try_ons = try_ons.for_product(given.pop("product"))
        if "garment" in given:
            try_ons = try_ons.for_garment(given.pop("garment"))
        return try_ons.filter(**given)


class HotspotFilter(Shape, serializers.Serializer[Any]):
    """What a list of hotspots is narrowed down by, as query parameters."""

    try_on = VisibleField(try_ons_for, TryOnResult, required=False)
    model_image = VisibleField(model_images_for, ModelImage, required=False)

    def narrow(self, hotspots: Any) -> Any:
        return hotspots.filter(**self.validated_data)
