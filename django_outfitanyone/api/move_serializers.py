"""Serializers of moving try-ons to another engine."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers

from django_outfitanyone.api.fields import LARGEST_ID, ResponseSerializer
from django_outfitanyone.api.request_serializers import LONGEST_NAME, RequestSerializer
from django_outfitanyone.api.response_serializers import EstimateSerializer
from django_outfitanyone.models import TryOnResult

MAX_MOVED = 1000
"""Try-ons of one request."""


class MoveRequestSerializer(RequestSerializer):
    """The engine, and the try-ons that move: some ids, or a whole batch."""

    engine = serializers.CharField(
        max_length=LONGEST_NAME, help_text="The alias of an engine of the site's settings."
    )
    model = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=LONGEST_NAME,
        help_text="The remote model. Empty: the engine's default.",
    )
    try_ons = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID),
        required=False,
        allow_empty=False,
        max_length=MAX_MOVED,
    )
    batch = serializers.UUIDField(required=False)
    dry_run = serializers.BooleanField(
        default=False, help_text="Only return what would move, at what price; change nothing."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("try_ons" in attrs) == ("batch" in attrs):
            raise serializers.ValidationError(_("Give either try_ons or a batch."))
        return attrs

    def chosen(self, visible: QuerySet[TryOnResult]) -> QuerySet[TryOnResult]:
        """Return those of these try-ons that the request names; unknown ids are ignored."""
        given = self.validated_data
        if "batch" in given:
            return visible.filter(batch=given["batch"])
        return visible.filter(pk__in=given["try_ons"])


class StayingSerializer(ResponseSerializer):
    """A try-on that does not move."""

    id = serializers.IntegerField()
    reason = serializers.CharField(help_text="Text for people, in the language of the request.")


class MoveSerializer(ResponseSerializer):
    """What has moved, or would move: ``estimate`` is the price at the new engine."""

    engine = serializers.CharField()
    model = serializers.CharField()
    moved = serializers.ListField(child=serializers.IntegerField())
    staying = StayingSerializer(many=True)
    estimate = EstimateSerializer()
