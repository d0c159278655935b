"""Request serializers: they validate input before an action runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from django.db.models import QuerySet, prefetch_related_objects
from django.utils.functional import lazystr
from django.utils.translation import gettext as _
from rest_framework import serializers

from django_outfitanyone import actions
from django_outfitanyone.api.fields import (
    BatchNameField,
    EnumField,
    PrefixedNameMixin,
    ResolutionField,
    UploadField,
    VisibleField,
    VisibleListField,
)
from django_outfitanyone.api.picture_serializers import (
    IGNORED_HELP,
    CheckedGarmentSerializer,
    CheckedUploadMixin,
    ModelImageSerializer,
)
from django_outfitanyone.api.prepared import prepare_products
from django_outfitanyone.api.response_serializers import BoxSerializer
from django_outfitanyone.api.unknown_input import check_fields
from django_outfitanyone.catalogue import product_model
from django_outfitanyone.choices import ClothesType, GarmentKind, Gender
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.try_on import (
    MAX_COUNT,
    MAX_SEED,
    TryOnOptions,
    TryOnRequest,
    combine,
)
from django_outfitanyone.models import Garment, Hotspot, ModelImage
from django_outfitanyone.picture_guide import GARMENTS, PEOPLE
from django_outfitanyone.visibility import (
    garments_visible_to,
    hotspots_prefetch_for,
    model_images_visible_to,
    product_prefetch_for,
    products_visible_to,
)

MAX_BATCH_SIZE = 1000
MAX_IDS = 100
LONGEST_NAME = 100
"""Characters of an engine or a remote model; configured ones are shorter."""


class RequestSerializer(PrefixedNameMixin, serializers.Serializer[Any]):
    """A serializer for request bodies. An unknown field is an error, so typos are never ignored."""

    min_fields = 0
    """How many fields a body has at least, if each single one may be missing; for the schema."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            check_fields(data, self.fields)
        return super().to_internal_value(data)


class TryOnOptionsSerializer(RequestSerializer):
    """The options of a try-on."""

    engine = serializers.CharField(
        default=TryOnOptions.engine,
        allow_blank=True,
        max_length=LONGEST_NAME,
        help_text="The alias of the engine in the site's settings. Empty: the site's default.",
    )
    model = serializers.CharField(
        default=TryOnOptions.model,
        allow_blank=True,
        max_length=LONGEST_NAME,
        help_text="The remote model. Empty: the engine's default.",
    )
    keep_other_half = serializers.BooleanField(
        default=TryOnOptions.keep_other_half,
        help_text="A top alone keeps the person's own bottom, a bottom alone the person's own "
        "top. If false, the engine makes up a random other half.",
    )
    resolution = ResolutionField(
        default=TryOnOptions.resolution,
        help_text="-1: the size of the model photo; 1024: 576 x 1024; 1280: 720 x 1280 pixels. The "
        "settings of the site may offer other heights.",
    )
    restore_face = serializers.BooleanField(
        default=TryOnOptions.restore_face,
        help_text="Keep the face of the model photo unchanged. If false, the engine makes up a "
        "new, random face.",
    )
    force_new = serializers.BooleanField(
        default=TryOnOptions.force_new,
        help_text="Make a new picture, at full price, even if an identical one exists.",
    )

    count = serializers.IntegerField(
        default=TryOnOptions.count,
        min_value=1,
        max_value=MAX_COUNT,
        help_text="Candidates of each picture, among which you choose one. Each is paid for.",
    )
    seed = serializers.IntegerField(
        default=TryOnOptions.seed,
        allow_null=True,
        min_value=0,
        max_value=MAX_SEED,
        help_text="Seed of the first candidate, for engines that take one; the others count up "
        "from it.",
    )

    batch_name = BatchNameField()

    @property
    def options(self) -> TryOnOptions:
        given = self.validated_data
        return TryOnOptions(**{option.name: given[option.name] for option in fields(TryOnOptions)})


def active_model_images_visible_to(user: Any, request: Any = None) -> QuerySet[ModelImage]:
    """Return the model photos that new try-ons may use: only active ones, for every user."""
    return model_images_visible_to(user, request) & ModelImage.objects.active()


class TryOnRequestSerializer(TryOnOptionsSerializer):
    """One model photo and the garments to try on."""

    model_image = VisibleField(active_model_images_visible_to, ModelImage)
    garments = VisibleListField(
        garments_visible_to,
        max_length=len(GarmentKind),
        help_text="A top, a bottom, one of each, or a one-piece, and what the engine can add to "
        "them, in any order.",
    )

    @property
    def try_on_requests(self) -> list[TryOnRequest]:
        given = self.validated_data
        return [TryOnRequest.of(given["model_image"], given["garments"])]


class BulkRequestSerializer(TryOnOptionsSerializer):
    """Every garment on every model photo."""

    model_images = VisibleListField(active_model_images_visible_to, max_length=MAX_IDS)
    garments = VisibleListField(garments_visible_to, max_length=MAX_IDS)
    as_outfits = serializers.BooleanField(
        default=False, help_text="Combine every top with every bottom."
    )

    @property
    def try_on_requests(self) -> list[TryOnRequest]:
        """Return all combinations. Raises ``RequestRefused`` when there are too many."""
        given = self.validated_data
        people, garments = given["model_images"], given["garments"]
        # counted on one photo first, so that a huge batch is never built
        for_one = combine(garments, people[:1], as_outfits=given["as_outfits"])
        count = len(for_one) * len(people) * given["count"]
        if count > MAX_BATCH_SIZE:
            raise RequestRefused(
                _("The request has %(count)d try-ons. At most %(most)d are allowed in one request.")
                % {"count": count, "most": MAX_BATCH_SIZE},
                code="TooMany",
            )
        return combine(garments, people, as_outfits=given["as_outfits"])


class ParseRequestSerializer(RequestSerializer):
    """Clothes types to parse: upper, lower, dress, or upper and lower together."""

    clothes_types = serializers.ListField(
        child=EnumField(ClothesType),
        default=None,
        allow_null=True,
        allow_empty=False,
        max_length=len(ClothesType),
        help_text="One call parses these. Null: upper and lower, and where neither is found, a "
        "dress in a second call.",
    )
    again = serializers.BooleanField(
        default=False, help_text="Pay for a new parse even if one succeeded before."
    )

    def validate_clothes_types(self, value: list[str] | None) -> list[str] | None:
        """Return the types without duplicates, in the order that the engine expects."""
        return value and [one for one in ClothesType.values if one in value]


class BoxRequestSerializer(RequestSerializer, BoxSerializer):
    """A box in pixels of the picture; ``x2`` and ``y2`` are exclusive."""


class HotspotRequestSerializer(RequestSerializer):
    """A correction of a hotspot's box, product, or both."""

    min_fields = 1

    box = BoxRequestSerializer(source="*", required=False)
    product = VisibleField(products_visible_to, product_model(), required=False, allow_null=True)

    def validate_box(self, box: dict[str, int]) -> dict[str, int]:
        picture: Any = self.instance and self.instance.picture
        if box["x1"] >= box["x2"] or box["y1"] >= box["y2"]:
            raise serializers.ValidationError(_("The box has no area."))
        if box["x2"] > picture.width or box["y2"] > picture.height:
            raise serializers.ValidationError(_("The box extends beyond the picture."))
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


class GarmentRequestSerializer(
    CheckedUploadMixin, RequestSerializer, serializers.ModelSerializer[Garment]
):
    """A garment to store. Its picture is prepared for the engine."""

    product = VisibleField(products_visible_to, product_model())
    kind = EnumField(GarmentKind)
    image = UploadField(write_only=True, help_text=lazystr(GARMENTS))
    findings_ignored = serializers.BooleanField(default=False, help_text=IGNORED_HELP)

    class Meta:
        model = Garment
        fields = ("product", "kind", "name", "image", "findings_ignored")

    def to_representation(self, instance: Garment) -> dict[str, Any]:
        request = self.context["request"]
        prefetch_related_objects([instance], product_prefetch_for(request.user, request))
        return CheckedGarmentSerializer(instance, context=self.context).data


class ModelImageRequestSerializer(
    CheckedUploadMixin, RequestSerializer, serializers.ModelSerializer[ModelImage]
):
    """A model photo to store. The picture is prepared for the engine."""

    is_active = serializers.BooleanField(default=True, help_text="Whether new try-ons may use it.")
    image = UploadField(write_only=True, help_text=lazystr(PEOPLE))
    findings_ignored = serializers.BooleanField(default=False, help_text=IGNORED_HELP)

    class Meta:
        model = ModelImage
        fields = ("name", "is_active", "image", "findings_ignored")

    def to_representation(self, instance: ModelImage) -> dict[str, Any]:
        request = self.context["request"]
        prefetch_related_objects([instance], hotspots_prefetch_for(request.user, request))
        prepare_products([instance], request)
        return ModelImageSerializer(instance, context=self.context).data


class RefineRequestSerializer(RequestSerializer):
    """The options of a refinement."""

    gender = EnumField(
        Gender,
        required=False,
        help_text="The person in the picture. Needed if the model photo does not say it.",
    )
    force_new = serializers.BooleanField(
        default=False,
        help_text="Make a new picture, at full price, even if an identical one exists.",
    )
