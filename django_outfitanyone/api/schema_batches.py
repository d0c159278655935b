"""Descriptions of the operations on batches. Imported only with drf-spectacular."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view

from django_outfitanyone.api import batch_serializers
from django_outfitanyone.api.batch_views import BatchViewSet
from django_outfitanyone.api.schema_operations import PAYING, REFUSED, RETRY_AFTER, operation


def describe_batches() -> None:
    """Annotate the views of batches."""
    one = batch_serializers.BatchDetailSerializer
    changes = {
        "pause": "Send nothing more of the batch until it is resumed. What was sent is finished.",
        "resume": "Send the batch again after a pause.",
        "cancel": "Cancel what was not sent yet. Of a large batch, the worker cancels the rest; "
        "nothing of it is sent meanwhile.",
    }
    extend_schema_view(
        list=operation(
            "batches_list",
            "List batches, newest first: all for who may see all try-ons, else the user's own.",
            batch_serializers.BatchListSerializer(many=True),
            404,
        ),
        retrieve=operation(
            "batches_get",
            "Return one batch with the causes of its failures.",
            one,
            404,
            parameters=(RETRY_AFTER,),
        ),
        partial_update=operation(
            "batches_rename",
            "Rename the batch.",
            one,
            *REFUSED,
            404,
            422,
            request=batch_serializers.BatchRequestSerializer,
            parameters=(RETRY_AFTER,),
        ),
        retry=operation(
            "batches_retry",
            "Start over with what failed, for one cause or for all, at most 1000 at once. What "
            "needs a decision is never retried.",
            batch_serializers.BatchRetriedSerializer,
            *PAYING,
            404,
            request=batch_serializers.BatchRetrySerializer,
            parameters=(RETRY_AFTER,),
        ),
        replace_photo=operation(
            "batches_replace_photo",
            "Request what failed for one cause anew, in the same batch, with another model photo. "
            "The failed try-ons stay as canceled ones.",
            batch_serializers.PhotoReplacedSerializer,
            *PAYING,
            404,
            409,
            request=batch_serializers.ReplacePhotoSerializer,
            parameters=(RETRY_AFTER,),
        ),
        **{
            name: operation(
                f"batches_{name}",
                description,
                one,
                *REFUSED,
                404,
                409,
                parameters=(RETRY_AFTER,),
            )
            for name, description in changes.items()
        },
    )(BatchViewSet)
