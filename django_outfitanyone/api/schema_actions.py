"""Descriptions of the actions on existing rows. Imported only with drf-spectacular."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view

from django_outfitanyone.api import (
    move_serializers,
    picture_serializers,
    request_serializers,
    response_serializers,
    review_serializers,
    views,
)
from django_outfitanyone.api.schema_operations import (
    IDEMPOTENCY_KEY,
    LOCATION,
    PAYING,
    REFUSED,
    RETRY_AFTER,
    operation,
)
from django_outfitanyone.api.try_on_views import TryOnViewSet


def describe_try_on_actions() -> None:
    """Annotate cancel, retry, refine and the reviews."""
    response = response_serializers.TryOnSerializer
    reviews = {
        "approve": "Approve a finished picture, also one that was rejected before.",
        "choose": "Approve one of several candidates, and reject the finished ones that were not "
        "reviewed.",
        "publish": "Approve a picture and add it to the galleries of its products. Refused with "
        "409 if it is rejected.",
        "unpublish": "Remove a picture from the galleries that it was published to. It stays "
        "approved.",
    }
    extend_schema_view(
        move=operation(
            "try_ons_move",
            "Move try-ons that wait, failed or were canceled to another engine, with the price "
            "there. None moves that may have been paid for.",
            move_serializers.MoveSerializer,
            *PAYING,
            request=move_serializers.MoveRequestSerializer,
        ),
        cancel=operation(
            "try_ons_cancel",
            "Cancel a try-on. Refused with 409 when it is too late.",
            response,
            *REFUSED,
            404,
            409,
            502,
            503,
            success=(200, 202),
            parameters=(RETRY_AFTER,),
        ),
        retry=operation(
            "try_ons_retry",
            "Restart a try-on that failed, was canceled or needs attention.",
            response,
            *REFUSED,
            404,
            409,
            422,
            429,
            success=(202,),
            parameters=(RETRY_AFTER,),
        ),
        refine=operation(
            "try_ons_refine",
            "Request a refinement of a finished picture. It becomes a try-on of its own.",
            response,
            *PAYING,
            404,
            409,
            success=(200, 202),
            request=request_serializers.RefineRequestSerializer,
            parameters=(IDEMPOTENCY_KEY, LOCATION, RETRY_AFTER),
        ),
        another=operation(
            "try_ons_another",
            "Request one more candidate of a finished picture, with a new seed. It is paid for.",
            response,
            *PAYING,
            404,
            409,
            success=(200, 202),
            parameters=(IDEMPOTENCY_KEY, LOCATION, RETRY_AFTER),
        ),
        reject=operation(
            "try_ons_reject",
            "Reject a finished picture. It is hidden, and unpublished if it was published.",
            response,
            *REFUSED,
            404,
            409,
            500,
            request=review_serializers.RejectRequestSerializer,
        ),
        **{
            name: operation(f"try_ons_{name}", description, response, *REFUSED, 404, 409, 500)
            for name, description in reviews.items()
        },
    )(TryOnViewSet)


def describe_checks() -> None:
    """Annotate the picture check, and what replaces a garment's picture."""
    garment = picture_serializers.CheckedGarmentSerializer
    photo = picture_serializers.ModelImageSerializer
    check = "Check the picture again, for free. Without the local engine only its size is checked."
    changes = {
        "crop": "Crop the picture to the garment. The original is kept.",
        "cut_out": "Replace a photo of a worn garment by the garment alone. The original is kept.",
        "restore": "Use the original picture again.",
    }
    extend_schema_view(
        check=operation("garments_check", check, garment, *REFUSED, 404),
        **{
            name: operation(f"garments_{name}", description, garment, *REFUSED, 404, 422)
            for name, description in changes.items()
        },
    )(views.GarmentViewSet)
    extend_schema_view(check=operation("model_images_check", check, photo, *REFUSED, 404))(
        views.ModelImageViewSet
    )
