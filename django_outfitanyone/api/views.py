"""Views of products, garments, model photos and hotspots, and the base class of all views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import APIRootView
from rest_framework.throttling import BaseThrottle, ScopedRateThrottle
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from django_outfitanyone import actions, visibility, wakeup
from django_outfitanyone.api import (
    filter_serializers,
    picture_serializers,
    request_serializers,
    response_serializers,
)
from django_outfitanyone.api.caching import CachedReadMixin
from django_outfitanyone.api.errors import ProblemDetailsMixin
from django_outfitanyone.api.fields import Rows, poll_after, rows_for
from django_outfitanyone.api.pagination import BoundedPagination, NewestFirstPagination
from django_outfitanyone.api.parsers import JSONParser
from django_outfitanyone.api.permissions import MAY_PARSE, MAY_REVIEW, MAY_WRITE
from django_outfitanyone.api.picture_actions import CheckMixin, GarmentPictureMixin
from django_outfitanyone.api.prepared import prepare_products
from django_outfitanyone.api.site_classes import SiteClassesMixin
from django_outfitanyone.api.unknown_input import KnownInputMixin, check_storable, plain
from django_outfitanyone.models import ClothesParse
from django_outfitanyone.models.of_picture import Picture

THROTTLE_SCOPE = "outfitanyone_try_on"
"""Throttle scope of all requests that may cost money, for ``DEFAULT_THROTTLE_RATES``."""


class ResourceViewSet(
    ProblemDetailsMixin, SiteClassesMixin, KnownInputMixin, CachedReadMixin, GenericViewSet[Any]
):
    """Base class of all resources. It overrides the site's defaults for its own API.

    ``visible_rows`` returns the rows that a user may read. ``prefetched_rows`` adds the related
    rows that a response shows. Related rows that the user may not see are missing there, so
    actions never use ``prefetched_rows``.
    """

    visible_rows: Rows
    prefetched_rows: Rows
    filter_serializer_class: (
        type[filter_serializers.TryOnFilterSerializer | filter_serializers.HotspotFilterSerializer]
        | None
    ) = None
    request_serializer_class: type[request_serializers.RequestSerializer] | None = None
    action_request_serializers: Mapping[str, type[request_serializers.RequestSerializer]] = {}
    """What reads the body of an action that has one of its own."""
    action_response_serializers: Mapping[str, type[serializers.Serializer[Any]]] = {}
    """What writes the response of an action that does not return the resource itself."""
    paid_actions: frozenset[str] = frozenset()

    parser_classes = [JSONParser, FormParser, MultiPartParser]
    permission_classes = MAY_WRITE
    pagination_class = NewestFirstPagination
    filter_backends = ()
    versioning_class = None  # the version is part of the path
    lookup_value_regex = "[^/]+"  # also of ids that cannot exist, and primary keys with dots
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]

    def get_queryset(self) -> QuerySet[Any]:
        is_reading = self.action in {"list", "retrieve"}
        return rows_for(self.prefetched_rows if is_reading else self.visible_rows, self.request)

    def get_object(self) -> Any:
        row = super().get_object()
        if self.action == "retrieve":
            prepare_products([row], self.request)
        return row

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        prepare_products(page or (), self.request)
        return page

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.action != "list" or self.filter_serializer_class is None:
            return queryset
        given = self.request.query_params.dict()  # REST framework ignores empty values of a form
        filters = self.validated(self.filter_serializer_class, data=given)
        filtered: QuerySet[Any] = filters.filter_queryset(queryset)
        return filtered

    def get_serializer(self, *args: Any, **kwargs: Any) -> serializers.BaseSerializer[Any]:
        check_storable("body", plain(kwargs.get("data")))
        return super().get_serializer(*args, **kwargs)

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        is_writing = self.request.method in {"POST", "PATCH"}
        return (
            self.request_serializer_class
            if is_writing and self.request_serializer_class
            else super().get_serializer_class()
        )

    def get_throttles(self) -> list[BaseThrottle]:
        # a scope without a rate in the settings raises ImproperlyConfigured
        is_paid = self.request.method == "POST" and self.action in self.paid_actions
        if is_paid and THROTTLE_SCOPE in ScopedRateThrottle.THROTTLE_RATES:
            self.throttle_scope = THROTTLE_SCOPE
        return super().get_throttles()

    def body(self, **kwargs: Any) -> Any:
        """Return the serializer of this action's body, with valid data."""
        return self.validated(self.action_request_serializers[self.action], **kwargs)

    def answer(self, result: Any, **kwargs: Any) -> Response:
        """Return the response of an action: the resource itself, unless it has one of its own."""
        own = self.action_response_serializers.get(self.action)
        serializer: Any = own or self.serializer_class
        shown = serializer(result, context=self.get_serializer_context())
        return Response(shown.data, **kwargs)

    def validated(
        self, serializer_class: type[serializers.BaseSerializer[Any]], **kwargs: Any
    ) -> Any:
        """Return a serializer with valid data: the request body, or ``data`` if given."""
        kwargs.setdefault("data", self.request.data)
        check_storable("body", plain(kwargs["data"]))
        serializer = serializer_class(context=self.get_serializer_context(), **kwargs)
        serializer.is_valid(raise_exception=True)
        return serializer


class RootView(ProblemDetailsMixin, SiteClassesMixin, APIRootView):
    """Lists the URLs of all resources."""

    permission_classes = (AllowAny,)
    versioning_class = None
    http_method_names = ["get", "head", "options"]


class NothingHereView(ProblemDetailsMixin, SiteClassesMixin, APIView):
    """Answers 404 below the resources, where Django would answer in HTML."""

    permission_classes = (AllowAny,)
    versioning_class = None
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound


class UploadViewSet(
    mixins.CreateModelMixin, mixins.UpdateModelMixin, mixins.DestroyModelMixin, ResourceViewSet
):
    """Resources with a picture, which is uploaded as ``multipart/form-data``."""

    parser_classes = [MultiPartParser, FormParser, JSONParser]

    def get_success_headers(self, data: Any) -> dict[str, str]:
        return {"Location": self.reverse_action("detail", args=[data["id"]])}


class ParseableViewSet(ResourceViewSet):
    """Resources with a picture whose clothes can be parsed."""

    action_request_serializers: Mapping[str, type[request_serializers.RequestSerializer]] = {
        "parse_clothes": request_serializers.ParseRequestSerializer
    }
    action_response_serializers: Mapping[str, type[serializers.Serializer[Any]]] = {
        "parse_clothes": response_serializers.ParseSerializer
    }

    @action(
        detail=True,
        methods=["get", "post"],
        url_path="find-clothes",
        url_name="find-clothes",
        permission_classes=MAY_PARSE,
    )
    def parse_clothes(self, request: Request, **_kwargs: Any) -> Response:
        """Request a clothes parse (POST), or return the newest one (GET)."""
        picture = self.get_object()
        is_post = request.method == "POST"
        parse = self._request_parse(picture) if is_post else self._newest_parse(picture)
        response = self.answer(parse, status=accepted_if(is_post and parse.is_open))
        return with_poll_hint(response, is_open=parse.is_open)

    def _request_parse(self, picture: Picture) -> ClothesParse:
        data = self.body().validated_data
        return actions.parse_clothes(
            picture,
            data["clothes_types"],
            requested_by=self.request.user,
            again=data["again"],
        )

    def _newest_parse(self, picture: Picture) -> ClothesParse:
        parse = visibility.parses_visible_to(self.request.user).of(picture).first()
        if parse is None:
            raise NotFound
        return parse


class ProductViewSet(ResourceViewSet):
    """The shop's products, read-only."""

    serializer_class = response_serializers.ProductWithGarmentsSerializer
    visible_rows = staticmethod(visibility.products_visible_to)
    prefetched_rows = staticmethod(visibility.products_prefetched_for)


class GarmentViewSet(UploadViewSet, GarmentPictureMixin):
    """Garments that can be tried on."""

    serializer_class = picture_serializers.CheckedGarmentSerializer
    request_serializer_class = request_serializers.GarmentRequestSerializer
    visible_rows = staticmethod(visibility.garments_visible_to)
    prefetched_rows = staticmethod(visibility.garments_prefetched_for)


class ModelImageViewSet(UploadViewSet, ParseableViewSet, CheckMixin):
    """Model photos that garments are tried on."""

    serializer_class = picture_serializers.ModelImageSerializer
    request_serializer_class = request_serializers.ModelImageRequestSerializer
    visible_rows = staticmethod(visibility.model_images_visible_to)
    prefetched_rows = staticmethod(visibility.model_images_prefetched_for)
    paid_actions = frozenset({"parse_clothes"})


class HotspotViewSet(ResourceViewSet):
    """Hotspots in try-on results and model photos."""

    pagination_class = BoundedPagination
    serializer_class = response_serializers.HotspotSerializer
    request_serializer_class = request_serializers.HotspotRequestSerializer
    filter_serializer_class = filter_serializers.HotspotFilterSerializer
    visible_rows = staticmethod(visibility.hotspots_visible_to)
    prefetched_rows = staticmethod(visibility.hotspots_prefetched_for)
    permission_classes = MAY_REVIEW

    def partial_update(self, request: Request, **_kwargs: Any) -> Response:
        """Correct the box or the product. Later parses do not change it."""
        serializer = self.validated(self.get_serializer_class(), instance=self.get_object())
        hotspot = serializer.save()
        shown = rows_for(self.prefetched_rows, request).get(pk=hotspot.pk)
        return self.answer(shown)


def accepted_if(is_open: bool) -> int:  # noqa: FBT001 - reads as a sentence
    """Return 202 while work continues after the response, otherwise 200."""
    return status.HTTP_202_ACCEPTED if is_open else status.HTTP_200_OK


def with_poll_hint(response: Response, *, is_open: bool) -> Response:
    """Add ``Retry-After`` to an unfinished job, and wake the worker if it is idle."""
    if is_open:
        wakeup.wake_if_idle()
        response["Retry-After"] = str(poll_after())
    return response
