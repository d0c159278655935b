"""Products, garments, model photos and hotspots; and what all views have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import APIRootView
from rest_framework.throttling import BaseThrottle, ScopedRateThrottle
from rest_framework.viewsets import GenericViewSet

from django_outfitanyone import actions, wakeup
from django_outfitanyone.api import errors, request_serializers, visibility
from django_outfitanyone.api import serializers as answers
from django_outfitanyone.api.fields import poll_after
from django_outfitanyone.api.pagination import NewestFirst
from django_outfitanyone.api.permissions import MAY_ADD, MAY_SEARCH
from django_outfitanyone.models import ClothesParse
from django_outfitanyone.models.of_picture import Picture

THROTTLE_SCOPE = "outfitanyone_try_on"
"""What a site may name in ``DEFAULT_THROTTLE_RATES``: all that may have to be paid for."""

Rows = Callable[[Any], QuerySet[Any]]


class View(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Any]):
    """What holds for every resource, whatever the site's defaults for its own API are.

    ``rows`` are those that a user may read; ``shown_rows`` come with all that is shown of
    them, and may lack what is not, so nothing acts on them.
    """

    rows: Rows
    shown_rows: Rows
    filter_class: (
        type[request_serializers.TryOnFilter | request_serializers.HotspotFilter] | None
    ) = None
    input_class: type[request_serializers.Input] | None = None
    paid_actions: frozenset[str] = frozenset()

    permission_classes = MAY_ADD
    pagination_class = NewestFirst
    filter_backends = ()
    versioning_class = None  # the version stands in the path
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]

    def get_queryset(self) -> QuerySet[Any]:
        is_reading = self.action in {"list", "retrieve"}
        return (self.shown_rows if is_reading else self.rows)(self.request.user)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.action != "list" or self.filter_class is None:
            return queryset
        wanted = self.taken(self.filter_class, data=self.request.query_params)
        narrowed: QuerySet[Any] = wanted.narrow(queryset)
        return narrowed

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        is_writing = self.request.method in {"POST", "PATCH"}
        return (
            self.input_class if is_writing and self.input_class else super().get_serializer_class()
        )

    def get_exception_handler(self) -> Callable[..., Response | None]:
        return errors.as_response

    def get_throttles(self) -> list[BaseThrottle]:
        # without a rate of the site's, the scope would be a mistake in its settings
        is_paid = self.request.method == "POST" and self.action in self.paid_actions
        if is_paid and THROTTLE_SCOPE in ScopedRateThrottle.THROTTLE_RATES:
            self.throttle_scope = THROTTLE_SCOPE
        return super().get_throttles()

    def taken(self, serializer_class: type[serializers.BaseSerializer[Any]], **given: Any) -> Any:
        """The request, or what is given instead, as a serializer with valid data."""
        given.setdefault("data", self.request.data)
        taken = serializer_class(context=self.get_serializer_context(), **given)
        taken.is_valid(raise_exception=True)
        return taken


class Root(APIRootView):
    """Where to find what."""

    permission_classes = (AllowAny,)
    versioning_class = None
    http_method_names = ["get", "head", "options"]

    def get_exception_handler(self) -> Callable[..., Response | None]:
        return errors.as_response


class UploadView(mixins.CreateModelMixin, mixins.UpdateModelMixin, mixins.DestroyModelMixin, View):
    """Pictures that come as ``multipart/form-data``."""

    parser_classes = [MultiPartParser, FormParser, JSONParser]

    def get_success_headers(self, data: Any) -> dict[str, str]:
        return {"Location": self.reverse_action("detail", args=[data["id"]])}


class SearchedView(View):
    """Pictures in which clothes can be searched for."""

    @action(
        detail=True,
        methods=["get", "post"],
        url_path="find-clothes",
        permission_classes=MAY_SEARCH,
    )
    def parse_clothes(self, request: Request, **_where: Any) -> Response:
        """POST searches the picture for clothes, GET tells of the newest search."""
        picture = self.get_object()
        is_asking = request.method == "POST"
        search = self._asked_for(picture) if is_asking else self._newest(picture)
        return with_poll_hint(
            Response(
                answers.SearchSerializer(search).data,
                status=accepted_if(is_asking and search.is_open),
            ),
            is_open=search.is_open,
        )

    def _asked_for(self, picture: Picture) -> ClothesParse:
        wanted = self.taken(request_serializers.SearchInput).validated_data
        return actions.parse_clothes(
            picture,
            wanted["clothes_types"],
            requested_by=self.request.user,
            again=wanted["again"],
        )

    def _newest(self, picture: Picture) -> ClothesParse:
        search = visibility.searches_for(self.request.user).of(picture).first()
        if search is None:
            raise NotFound
        return search


class ProductViewSet(View):
    """What the shop sells."""

    serializer_class = answers.ProductWithGarmentsSerializer
    rows = staticmethod(visibility.products_for)
    shown_rows = staticmethod(visibility.products_shown_to)
    lookup_value_regex = "[^/]+"  # a shop's own keys may have dots in them


class GarmentViewSet(UploadView):
    """What can be tried on."""

    serializer_class = answers.GarmentSerializer
    input_class = request_serializers.GarmentInput
    rows = staticmethod(visibility.garments_for)
    shown_rows = staticmethod(visibility.garments_shown_to)


class ModelImageViewSet(UploadView, SearchedView):
    """Whom it can be tried on."""

    serializer_class = answers.ModelImageSerializer
    input_class = request_serializers.ModelImageInput
    rows = staticmethod(visibility.model_images_for)
    shown_rows = staticmethod(visibility.model_images_shown_to)
    paid_actions = frozenset({"parse_clothes"})


class HotspotViewSet(View):
    """Products in pictures."""

    serializer_class = answers.HotspotSerializer
    input_class = request_serializers.HotspotInput
    filter_class = request_serializers.HotspotFilter
    rows = staticmethod(visibility.hotspots_for)
    shown_rows = staticmethod(visibility.hotspots_shown_to)

    def partial_update(self, request: Request, **_where: Any) -> Response:
        """Put the box or the product right; later searches leave it alone."""
        hotspot = self.taken(request_serializers.HotspotInput, instance=self.get_object()).save()
        shown = visibility.hotspots_shown_to(request.user).get(pk=hotspot.pk)
        context = self.get_serializer_context()
        return Response(answers.HotspotSerializer(shown, context=context).data)


def accepted_if(is_open: bool) -> int:  # noqa: FBT001 - reads as a sentence
    """202 for work that goes on after the answer."""
    return status.HTTP_202_ACCEPTED if is_open else status.HTTP_200_OK


def with_poll_hint(response: Response, *, is_open: bool) -> Response:
    """Say when to look again, and see to it that somebody is at work until then."""
    if is_open:
        wakeup.wake_if_idle()
        response["Retry-After"] = str(poll_after())
    return response
