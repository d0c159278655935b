"""Each operation in the words of OpenAPI. Imported only where drf-spectacular is installed.

``describe_all`` annotates the views from outside: they run without knowing of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import IntegerField
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework.settings import api_settings

from django_outfitanyone.api import idempotency, request_serializers, views
from django_outfitanyone.api import serializers as answers
from django_outfitanyone.api.try_on_views import TryOnViewSet
from django_outfitanyone.catalogue import product_model

MEANINGS = {
    400: "The request, or a picture in it, cannot be used as it is.",
    401: "Nobody is logged in.",
    403: "The user may not do this.",
    404: "There is no such row or page, or the user may not see it.",
    409: "The row is in another state than this needs.",
    422: "The request can be read but makes no sense; nothing was stored.",
    429: "Too many requests; see `Retry-After`.",
    502: "The remote system did not answer as it should.",
    503: "The site is not set up for try-ons.",
}
REFUSED = (401, 403)
PAYING = (400, 401, 403, 422, 429, 503)


def _response_header(name: str, description: str, *statuses: int) -> OpenApiParameter:
    return OpenApiParameter(
        name, str, OpenApiParameter.HEADER, description=description, response=list(statuses)
    )


LOCATION = _response_header("Location", "Where to look again.", 200, 201, 202)
RETRY_AFTER = _response_header(
    "Retry-After", "Seconds to wait; missing once it is finished.", 200, 202
)
IDEMPOTENCY_KEY = OpenApiParameter(
    idempotency.HEADER,
    str,
    OpenApiParameter.HEADER,
    description="Any text of your own, at most 255 characters. The same request with the same "
    "key gives the same try-ons and pays nothing.",
)


def operation(
    name: str,
    says: str,
    shape: Any,
    *errors: int,
    success: tuple[int, ...] = (200,),
    takes: Any = None,
    parameters: tuple[Any, ...] = (),
    methods: tuple[str, ...] | None = None,
) -> Callable[..., Any]:
    """One operation: its id, what it does, what it answers, what may go wrong."""
    problems = {
        status: OpenApiResponse(answers.ProblemSerializer, MEANINGS[status])
        for status in sorted(errors)
    }
    describe = extend_schema(
        operation_id=f"outfit_{name}",
        description=says,
        request=takes if takes is None or isinstance(takes, dict) else {"application/json": takes},
        responses={**dict.fromkeys(success, shape), **problems},
        parameters=[*parameters],
        methods=methods,
    )

    def annotate(method: Any) -> Any:
        method.kwargs = {"schema": _schema_class(), **getattr(method, "kwargs", {})}
        return describe(method)

    return annotate


def _schema_class() -> Any:
    """The site's, or the package's own where it is installed but not set up."""
    default: Any = api_settings.DEFAULT_SCHEMA_CLASS
    return default if issubclass(default, AutoSchema) else AutoSchema


def describe_all() -> None:
    """Annotate every view; called once, when the URLs are made."""
    views.View.schema = _schema_class()()
    _describe_products()
    _describe_uploads(
        views.GarmentViewSet,
        "garments",
        answers.GarmentSerializer,
        request_serializers.GarmentInput,
    )
    _describe_uploads(
        views.ModelImageViewSet,
        "model_images",
        answers.ModelImageSerializer,
        request_serializers.ModelImageInput,
    )
    _describe_hotspots()
    _describe_searches(views.ModelImageViewSet, "model_images")
    _describe_searches(TryOnViewSet, "try_ons")
    _describe_asking()
    _describe_verbs()


def _describe_products() -> None:
    shape = answers.ProductWithGarmentsSerializer
    is_number = isinstance(product_model()._meta.pk, IntegerField)
    pk = OpenApiParameter("id", int if is_number else str, OpenApiParameter.PATH)
    extend_schema_view(
        list=operation("products_list", "What the shop sells.", shape(many=True), 404),
        retrieve=operation("products_get", "One product.", shape, 404, parameters=(pk,)),
    )(views.ProductViewSet)


def _describe_uploads(view: Any, name: str, shape: Any, taken: Any) -> None:
    as_form = {"multipart/form-data": taken}
    extend_schema_view(
        list=operation(f"{name}_list", "Newest first.", shape(many=True), 404),
        retrieve=operation(f"{name}_get", "One of them.", shape, 404),
        create=operation(
            f"{name}_upload",
            "Store a picture; one that the remote system would refuse is refused here.",
            shape,
            400,
            *REFUSED,
            success=(201,),
            takes=as_form,
            parameters=(LOCATION,),
        ),
        partial_update=operation(
            f"{name}_change",
            "Change what is named, and leave the rest.",
            shape,
            400,
            *REFUSED,
            404,
            takes={**as_form, "application/json": taken},
        ),
        destroy=operation(
            f"{name}_delete",
            "Delete it; finished try-ons stay.",
            None,
            *REFUSED,
            404,
            success=(204,),
        ),
    )(view)


def _describe_hotspots() -> None:
    shape = answers.HotspotSerializer
    extend_schema_view(
        list=operation(
            "hotspots_list",
            "Products in pictures, the newest first.",
            shape(many=True),
            400,
            404,
            parameters=(request_serializers.HotspotFilter,),
        ),
        retrieve=operation("hotspots_get", "One product in one picture.", shape, 404),
        partial_update=operation(
            "hotspots_correct",
            "Put the box or the product right; later searches leave it alone.",
            shape,
            400,
            *REFUSED,
            404,
            takes=request_serializers.HotspotInput,
        ),
    )(views.HotspotViewSet)


def _describe_searches(view: Any, name: str) -> None:
    shape = answers.SearchSerializer
    extend_schema_view(
        parse_clothes=[
            operation(
                f"{name}_find_clothes",
                "Search the picture for clothes; what it finds becomes hotspots.",
                shape,
                *PAYING,
                404,
                409,
                methods=("POST",),
                success=(200, 202),
                takes=request_serializers.SearchInput,
                parameters=(RETRY_AFTER,),
            ),
            operation(
                f"{name}_found_clothes",
                "The newest search of this picture.",
                shape,
                404,
                methods=("GET",),
                parameters=(RETRY_AFTER,),
            ),
        ]
    )(view)


def _describe_asking() -> None:
    shape = answers.TryOnSerializer
    extend_schema_view(
        list=operation(
            "try_ons_list",
            "Newest first; each with all that is needed to show it.",
            shape(many=True),
            400,
            404,
            parameters=(request_serializers.TryOnFilter, RETRY_AFTER),
        ),
        retrieve=operation(
            "try_ons_get",
            "One try-on; poll it until `poll_after` is null.",
            shape,
            404,
            parameters=(RETRY_AFTER,),
        ),
        create=operation(
            "try_ons_create",
            "Ask for one try-on. 200 when the key was sent before and it is finished.",
            shape,
            *PAYING,
            success=(200, 202),
            takes=request_serializers.TryOnInput,
            parameters=(IDEMPOTENCY_KEY, LOCATION, RETRY_AFTER),
        ),
        bulk=operation(
            "try_ons_bulk",
            "Ask for every garment on every person.",
            answers.BatchSerializer,
            *PAYING,
            success=(202,),
            takes=request_serializers.BulkInput,
            parameters=(IDEMPOTENCY_KEY, LOCATION),
        ),
        estimate=operation(
            "try_ons_estimate",
            "What a bulk request would come to; nothing is stored.",
            answers.EstimateSerializer,
            400,
            *REFUSED,
            422,
            takes=request_serializers.BulkInput,
        ),
    )(TryOnViewSet)


def _describe_verbs() -> None:
    shape = answers.TryOnSerializer
    reviews = {
        "approve": "Let a finished picture be shown.",
        "reject": "Hide a finished picture; takes it back if it was published.",
        "publish": "Approve a picture and add it to the galleries of its products.",
        "unpublish": "Take a picture out of the galleries; it stays approved.",
    }
    extend_schema_view(
        cancel=operation(
            "try_ons_cancel",
            "Give up, as long as that is possible.",
            shape,
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
            "Start over with one that failed, was canceled or needs attention.",
            shape,
            *REFUSED,
            404,
            409,
            429,
            success=(202,),
            parameters=(RETRY_AFTER,),
        ),
        refine=operation(
            "try_ons_refine",
            "Ask for a second pass over a finished picture; it becomes a try-on of its own.",
            shape,
            *PAYING,
            404,
            409,
            success=(200, 202),
            takes=request_serializers.RefineInput,
            parameters=(IDEMPOTENCY_KEY, LOCATION, RETRY_AFTER),
        ),
        **{
            verb: operation(f"try_ons_{verb}", says, shape, *REFUSED, 404, 409)
            for verb, says in reviews.items()
        },
    )(TryOnViewSet)
