"""Descriptions of every operation for the OpenAPI schema. Imported only with drf-spectacular.

``annotate_views`` annotates the views from outside, so that they work without it.
"""

from __future__ import annotations

from typing import Any

from django.db.models import IntegerField
from drf_spectacular.utils import OpenApiParameter, extend_schema_view

from django_outfitanyone.api import (
    filter_serializers,
    picture_serializers,
    request_serializers,
    response_serializers,
    views,
)
from django_outfitanyone.api.schema_actions import describe_checks, describe_try_on_actions
from django_outfitanyone.api.schema_batches import describe_batches
from django_outfitanyone.api.schema_operations import (
    IDEMPOTENCY_KEY,
    LOCATION,
    PAYING,
    REFUSED,
    RETRY_AFTER,
    operation,
    schema_class,
)
from django_outfitanyone.api.try_on_views import TryOnViewSet
from django_outfitanyone.catalogue import product_model


def annotate_views() -> None:
    """Annotate every view. Called once, when the URLconf is loaded."""
    views.ResourceViewSet.schema = schema_class()()
    _describe_products()
    _describe_uploads(
        views.GarmentViewSet,
        "garments",
        picture_serializers.CheckedGarmentSerializer,
        request_serializers.GarmentRequestSerializer,
    )
    _describe_uploads(
        views.ModelImageViewSet,
        "model_images",
        picture_serializers.ModelImageSerializer,
        request_serializers.ModelImageRequestSerializer,
    )
    _describe_hotspots()
    _describe_parses(views.ModelImageViewSet, "model_images")
    _describe_parses(TryOnViewSet, "try_ons")
    _describe_try_on_requests()
    describe_try_on_actions()
    describe_checks()
    describe_batches()


def _describe_products() -> None:
    response = response_serializers.ProductWithGarmentsSerializer
    is_number = isinstance(product_model()._meta.pk, IntegerField)
    pk = OpenApiParameter("id", int if is_number else str, OpenApiParameter.PATH)
    extend_schema_view(
        list=operation("products_list", "List the shop's products.", response(many=True), 404),
        retrieve=operation("products_get", "Return one product.", response, 404, parameters=(pk,)),
    )(views.ProductViewSet)


def _describe_uploads(view: Any, name: str, response: Any, request: Any) -> None:
    as_form = {"multipart/form-data": request}
    extend_schema_view(
        list=operation(f"{name}_list", "List them, newest first.", response(many=True), 404),
        retrieve=operation(f"{name}_get", "Return one of them.", response, 404),
        create=operation(
            f"{name}_upload",
            "Store a picture. Pictures that the engine would refuse are refused here.",
            response,
            400,
            *REFUSED,
            success=(201,),
            request=as_form,
            parameters=(LOCATION,),
        ),
        partial_update=operation(
            f"{name}_change",
            "Change the given fields and keep the others.",
            response,
            400,
            *REFUSED,
            404,
            request={**as_form, "application/json": request},
        ),
        destroy=operation(
            f"{name}_delete",
            "Delete it. Finished try-ons are kept.",
            None,
            *REFUSED,
            404,
            *((409,) if issubclass(view, views.ParseableViewSet) else ()),
            success=(204,),
        ),
    )(view)


def _describe_hotspots() -> None:
    response = response_serializers.HotspotSerializer
    extend_schema_view(
        list=operation(
            "hotspots_list",
            "List hotspots, newest first.",
            response(many=True),
            400,
            404,
            parameters=(filter_serializers.HotspotFilterSerializer,),
        ),
        retrieve=operation("hotspots_get", "Return one hotspot.", response, 404),
        partial_update=operation(
            "hotspots_correct",
            "Correct the box or the product. Later parses do not change it.",
            response,
            400,
            *REFUSED,
            404,
            request=request_serializers.HotspotRequestSerializer,
        ),
    )(views.HotspotViewSet)


def _describe_parses(view: Any, name: str) -> None:
    response = response_serializers.ParseSerializer
    extend_schema_view(
        parse_clothes=[
            operation(
                f"{name}_find_clothes",
                "Parse the clothes in the picture. The areas found become hotspots.",
                response,
                *PAYING,
                404,
                409,
                methods=("POST",),
                success=(200, 202),
                request=request_serializers.ParseRequestSerializer,
                parameters=(RETRY_AFTER,),
            ),
            operation(
                f"{name}_found_clothes",
                "Return the newest clothes parse of this picture.",
                response,
                404,
                methods=("GET",),
                parameters=(RETRY_AFTER,),
            ),
        ]
    )(view)


def _describe_try_on_requests() -> None:
    response = response_serializers.TryOnSerializer
    extend_schema_view(
        list=operation(
            "try_ons_list",
            "List try-ons, newest first, each with everything needed to show it.",
            response(many=True),
            400,
            404,
            parameters=(filter_serializers.TryOnFilterSerializer, RETRY_AFTER),
        ),
        retrieve=operation(
            "try_ons_get",
            "Return one try-on. Poll it until `poll_after` is null.",
            response,
            404,
            parameters=(RETRY_AFTER,),
        ),
        create=operation(
            "try_ons_create",
            "Request one try-on. The status is 200 when the key was used before and the try-on "
            "has finished.",
            response,
            *PAYING,
            success=(200, 202),
            request=request_serializers.TryOnRequestSerializer,
            parameters=(IDEMPOTENCY_KEY, LOCATION, RETRY_AFTER),
        ),
        bulk=operation(
            "try_ons_bulk",
            "Request a try-on of every garment on every model photo.",
            response_serializers.BatchSerializer,
            *PAYING,
            success=(202,),
            request=request_serializers.BulkRequestSerializer,
            parameters=(IDEMPOTENCY_KEY, LOCATION),
        ),
        estimate=operation(
            "try_ons_estimate",
            "Estimate the cost of a bulk request. Nothing is stored.",
            response_serializers.EstimateSerializer,
            400,
            *REFUSED,
            422,
            request=request_serializers.BulkRequestSerializer,
        ),
    )(TryOnViewSet)
