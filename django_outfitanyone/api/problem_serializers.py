"""Serializers of errors: of a request, and of a job."""

from __future__ import annotations

from rest_framework import serializers

from django_outfitanyone.api.errors import FIXED_BY_VALUES, Problem
from django_outfitanyone.api.fields import EnumField, ResponseSerializer
from django_outfitanyone.models.remote_job import RemoteJob


class JobErrorSerializer(ResponseSerializer):
    """The error of a job: what happened, who can fix it and how."""

    code = serializers.CharField(help_text="Stable; the same code is stored on the row.")
    message = serializers.CharField(help_text="Text for people, in the language of the request.")
    fixed_by = EnumField(FIXED_BY_VALUES, name="FixedBy", help_text="Who can fix it.")
    advice = serializers.CharField(help_text="How to fix it. Text for people.")
    field_errors = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="Messages by request field.",
    )

    def get_attribute(self, instance: RemoteJob) -> Problem | None:
        return Problem.from_job(instance)


class ProblemSerializer(JobErrorSerializer):
    """An error of a request, as problem details (RFC 9457) with the fields of a job's error."""

    type = serializers.URLField(help_text="Identifies the kind of problem, as ``code`` does.")
    title = serializers.CharField(help_text="The code in words.")
    status = serializers.IntegerField(help_text="The HTTP status.")
    detail = serializers.CharField(help_text="The same text as ``message``.")
    instance = serializers.CharField(help_text="The path of the request.")
    request_id = serializers.CharField(
        help_text="The vendor's id of the request that failed, for its support; empty if no "
        "engine was called."
    )
