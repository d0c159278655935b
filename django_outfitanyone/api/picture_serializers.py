"""Serializers of garments and model photos with what the picture check found in them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from django_outfitanyone import actions
from django_outfitanyone.api.fields import EnumField, ResponseSerializer
from django_outfitanyone.api.response_serializers import (
    GarmentSerializer,
    HotspotSerializer,
    ResponsivePictureSerializer,
)
from django_outfitanyone.choices import Severity
from django_outfitanyone.conf import conf
from django_outfitanyone.picture_check import check_saved
from django_outfitanyone.picture_findings import Finding
from django_outfitanyone.visibility import may_view_check

IGNORED_HELP = "Whether a person decided to use the picture although the check advises against it."
CHECKED_HELP = "Whether the local engine has checked the picture; the size always is."
CHECKED_FIELDS = frozenset({"image", "kind"})
"""Fields after whose change the picture is checked anew."""


class FindingSerializer(ResponseSerializer):
    """Something that the picture check found. Reason and remedy are text for people."""

    code = serializers.CharField(help_text="Stable.")
    severity = EnumField(Severity)
    reason = serializers.CharField()
    remedy = serializers.CharField()


class FindingsField(serializers.ListField):
    """The findings of one picture; null for visitors."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            child=FindingSerializer(),
            allow_null=True,
            help_text="What the picture check found; null for visitors.",
            **kwargs,
        )

    def get_attribute(self, instance: Any) -> list[Finding] | None:
        may_see = may_view_check(self.context["request"].user, type(instance))
        return instance.found if may_see else None


class StaffBooleanField(serializers.BooleanField):
    """A boolean of a picture that visitors do not see: it is null for them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)

    def get_attribute(self, instance: Any) -> bool | None:
        if not may_view_check(self.context["request"].user, type(instance)):
            return None
        return bool(super().get_attribute(instance))


class CheckedGarmentSerializer(GarmentSerializer):
    """A garment with its product, and what the check found in its picture."""

    is_checked = StaffBooleanField(help_text=CHECKED_HELP)
    findings = FindingsField()
    findings_ignored = StaffBooleanField(help_text=IGNORED_HELP)
    has_original = StaffBooleanField(
        source="original", help_text="Whether a crop or cut-out can be undone."
    )


class ModelImageSerializer(ResponseSerializer):
    """A photo of a person that garments are tried on."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    is_active = serializers.BooleanField(help_text="Whether new try-ons may use it.")
    picture = ResponsivePictureSerializer()
    hotspots = HotspotSerializer(many=True)
    is_checked = StaffBooleanField(help_text=CHECKED_HELP)
    findings = FindingsField()
    findings_ignored = StaffBooleanField(help_text=IGNORED_HELP)
    created_at = serializers.DateTimeField()


class CheckedUploadMixin:
    """A mixin of request serializers: checks a new picture once it is stored.

    The check never refuses a picture, and ``findings_ignored`` holds for the picture that comes
    with it.
    """

    def create(self, validated_data: dict[str, Any]) -> Any:
        ignored = validated_data.pop("findings_ignored", False)
        row = _checked(super().create(validated_data))  # type: ignore[misc]
        if ignored:
            actions.ignore_findings(row)
        return row

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        ignored = validated_data.pop("findings_ignored", None)
        is_new = not CHECKED_FIELDS.isdisjoint(validated_data)
        row = super().update(instance, validated_data)  # type: ignore[misc]
        if is_new:
            _checked(row)
        if ignored is not None:
            actions.ignore_findings(row, ignored=ignored)
        return row


def _checked(row: Any) -> Any:
    """Check the picture, unless the request sent the kind that it had before."""
    if conf.CHECK_PICTURES and not row.is_checked:
        check_saved(row)  # a storage that lost the file is reported elsewhere
    return row
