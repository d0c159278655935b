"""Serializers of batches: try-ons that were requested together, under a name."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from django_outfitanyone.api.errors import FIXED_BY_VALUES
from django_outfitanyone.api.fields import AmountsField, EnumField, ResponseSerializer, VisibleField
from django_outfitanyone.api.request_serializers import (
    RequestSerializer,
    active_model_images_visible_to,
)
from django_outfitanyone.api.response_serializers import EstimateSerializer
from django_outfitanyone.jobs.batch_progress import BatchState
from django_outfitanyone.models import ModelImage
from django_outfitanyone.models.batch import NAME_LENGTH

CAUSE_LENGTH = 64
CAUSE_HELP = "The `cause` of one of the batch's `failures`."


class BatchCountsSerializer(ResponseSerializer):
    """How many try-ons of a batch are in which state."""

    total = serializers.IntegerField(help_text="All but the replaced ones.")
    open = serializers.IntegerField(help_text="Those that are not finished.")
    unsent = serializers.IntegerField(help_text="Open ones of which nothing was sent or paid.")
    ready = serializers.IntegerField()
    failed = serializers.IntegerField()
    canceled = serializers.IntegerField()
    unclear = serializers.IntegerField(help_text="Those that need a person's decision.")
    replaced = serializers.IntegerField(
        help_text="Failed ones in whose place others were requested, with another model photo."
    )


class BatchListSerializer(ResponseSerializer):
    """A batch with its progress."""

    id = serializers.UUIDField()
    name = serializers.CharField(source="title")
    state = EnumField(BatchState)
    counts = BatchCountsSerializer(source="progress")
    costs = AmountsField(
        source="progress.costs.paid", help_text="What it has cost so far, by currency."
    )
    created_at = serializers.DateTimeField()
    paused_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class FailureSerializer(ResponseSerializer):
    """Why some try-ons of a batch failed."""

    cause = serializers.CharField(help_text="Names the cause in `retry` and `replace-photo`.")
    code = serializers.CharField(help_text="The error code of these try-ons.")
    message = serializers.CharField(help_text="Text for people, of one of these try-ons.")
    fixed_by = EnumField(FIXED_BY_VALUES, name="FixedBy", help_text="Who can fix it.")
    advice = serializers.CharField(help_text="How to fix it. Text for people.")
    count = serializers.IntegerField()
    model_images = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="The model photos that are at fault; empty if it is something else.",
    )


class BatchDetailSerializer(BatchListSerializer):
    """A batch with its progress and the causes of its failures, the most frequent first."""

    failures = FailureSerializer(many=True)


class BatchRequestSerializer(RequestSerializer):
    """A new name."""

    name = serializers.CharField(max_length=NAME_LENGTH)


class BatchRetrySerializer(RequestSerializer):
    """Which of the failed try-ons start over."""

    cause = serializers.CharField(
        default="",
        max_length=CAUSE_LENGTH,
        help_text=f"{CAUSE_HELP} Without: all that failed.",
    )


class RefusalSerializer(ResponseSerializer):
    """Why some try-ons stay as they are."""

    reason = serializers.CharField(help_text="Text for people, in the language of the request.")
    count = serializers.IntegerField()


class BatchRetriedSerializer(ResponseSerializer):
    """The batch, and what has started over."""

    batch = BatchDetailSerializer()
    retried = serializers.IntegerField()
    staying = RefusalSerializer(many=True)


class ReplacePhotoSerializer(RequestSerializer):
    """The failed try-ons that are requested anew, and the model photo for them."""

    cause = serializers.CharField(max_length=CAUSE_LENGTH, help_text=CAUSE_HELP)
    model_image = VisibleField(active_model_images_visible_to, ModelImage)
    dry_run = serializers.BooleanField(
        default=False, help_text="Only return the price; request nothing."
    )


class PhotoReplacedSerializer(ResponseSerializer):
    """The new try-ons, none with `dry_run`, and what they cost."""

    batch = BatchDetailSerializer()
    try_ons = serializers.ListField(child=serializers.IntegerField())
    estimate = EstimateSerializer()


def failure_of(cause: Any) -> dict[str, Any]:
    """Return what ``FailureSerializer`` shows of a ``Cause``."""
    return {
        "cause": cause.key,
        "code": cause.code,
        "message": cause.message,
        "fixed_by": cause.help.fixed_by if cause.help else "developer",
        "advice": cause.help.text if cause.help else "",
        "count": cause.count,
        "model_images": list(cause.photos),
    }
