"""Request serializer of the reviews."""

from __future__ import annotations

from rest_framework import serializers

from django_outfitanyone.api.request_serializers import RequestSerializer
from django_outfitanyone.choices import RejectionReason
from django_outfitanyone.models.reviewed_picture import MAX_REASON


class RejectRequestSerializer(RequestSerializer):
    """Why a picture is rejected."""

    reason = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=MAX_REASON,
        help_text=f"One of {', '.join(RejectionReason.values)}, or a text of your own. Staff and "
        "the user who requested the picture read it.",
    )
