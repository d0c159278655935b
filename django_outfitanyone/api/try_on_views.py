"""Try-ons: ask, look again, review."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.utils.decorators import method_decorator
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from django_outfitanyone import actions
from django_outfitanyone.api import idempotency, request_serializers, visibility
from django_outfitanyone.api import serializers as answers
from django_outfitanyone.api.permissions import MAY_CHANGE
from django_outfitanyone.api.views import SearchedView, accepted_if, with_poll_hint
from django_outfitanyone.jobs.estimate import estimate
from django_outfitanyone.models import TryOnResult


@method_decorator(transaction.non_atomic_requests, name="dispatch")  # cancel asks over HTTP
class TryOnViewSet(SearchedView):
    """Persons in garments."""

    serializer_class = answers.TryOnSerializer
    input_class = request_serializers.TryOnInput
    filter_class = request_serializers.TryOnFilter
    rows = staticmethod(visibility.try_ons_for)
    shown_rows = staticmethod(visibility.try_ons_shown_to)
    paid_actions = frozenset({"create", "bulk", "retry", "refine", "parse_clothes"})

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().list(request, *args, **kwargs)
        is_open = any(row["poll_after"] for row in response.data["results"])
        return with_poll_hint(response, is_open=is_open)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().retrieve(request, *args, **kwargs)
        return with_poll_hint(response, is_open=bool(response.data["poll_after"]))

    def create(self, request: Request) -> Response:  # noqa: ARG002 - the router's signature
        """Ask for one try-on."""
        (row,) = self._request(self.taken(request_serializers.TryOnInput))
        response = self._answer(row)
        response["Location"] = self.reverse_action("detail", args=[row.pk])
        return response

    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:  # noqa: ARG002
        """Ask for every garment on every person."""
        rows = self._request(self.taken(request_serializers.BulkInput))
        batch = rows[0].batch
        answer = {"batch": batch, "count": len(rows), "try_ons": [row.pk for row in rows]}
        return Response(
            answers.BatchSerializer(answer).data,
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": f"{self.reverse_action('list')}?batch={batch}"},
        )

    @action(detail=False, methods=["post"])
    def estimate(self, request: Request) -> Response:  # noqa: ARG002
        """What a bulk request would come to; nothing is stored."""
        wanted = self.taken(request_serializers.BulkInput)
        total = estimate(wanted.wishes, options=wanted.options)
        return Response(answers.EstimateSerializer(total).data)

    @action(detail=True, methods=["post"], permission_classes=MAY_CHANGE)
    def cancel(self, request: Request, **_where: Any) -> Response:  # noqa: ARG002
        """Give up; refused when it is too late for that."""
        return self._after(actions.cancel)

    @action(detail=True, methods=["post"])  # it may have to be paid, as if it were added
    def retry(self, request: Request, **_where: Any) -> Response:  # noqa: ARG002
        """Start over with one that failed, was canceled or needs attention."""
        return self._after(actions.retry)

    @action(detail=True, methods=["post"])
    def refine(self, request: Request, **_where: Any) -> Response:
        """Ask for a second pass over a finished picture."""
        wanted = self.taken(request_serializers.RefineInput)
        result = self.get_object()
        (row,) = actions.refine_all(
            [result],
            **wanted.validated_data,
            requested_by=request.user,
            batch=idempotency.batch_of(request),
        )
        idempotency.check_refines(row, result, **wanted.validated_data)
        response = self._answer(row)
        response["Location"] = self.reverse_action("detail", args=[row.pk])
        return response

    @action(detail=True, methods=["post"], permission_classes=MAY_CHANGE)
    def approve(self, request: Request, **_where: Any) -> Response:
        """Let a finished picture be shown."""
        return self._after(actions.approve, reviewed_by=request.user)

    @action(detail=True, methods=["post"], permission_classes=MAY_CHANGE)
    def reject(self, request: Request, **_where: Any) -> Response:
        """Hide a finished picture; takes it back if it was published."""
        return self._after(actions.reject, reviewed_by=request.user)

    @action(detail=True, methods=["post"], permission_classes=MAY_CHANGE)
    def publish(self, request: Request, **_where: Any) -> Response:
        """Approve a picture and add it to the galleries of its products."""
        return self._after(actions.publish, reviewed_by=request.user)

    @action(detail=True, methods=["post"], permission_classes=MAY_CHANGE)
    def unpublish(self, request: Request, **_where: Any) -> Response:  # noqa: ARG002
        """Take a picture out of the galleries; it stays approved."""
        return self._after(actions.unpublish)

    def _request(
        self, wanted: request_serializers.TryOnInput | request_serializers.BulkInput
    ) -> Sequence[TryOnResult]:
        wishes, options = wanted.wishes, wanted.options
        rows = actions.request_try_ons(
            wishes,
            options=options,
            requested_by=self.request.user,
            batch=idempotency.batch_of(self.request),
        )
        idempotency.check_same(rows, wishes, options)
        return rows

    def _after(self, verb: Callable[..., None], **by: Any) -> Response:
        try_on = self.get_object()
        verb(try_on, **by)
        return self._answer(try_on)

    def _answer(self, try_on: TryOnResult) -> Response:
        """The row as it stands now: 202 while it is being worked on."""
        shown = visibility.try_ons_shown_to(self.request.user).get(pk=try_on.pk)
        data = answers.TryOnSerializer(shown, context=self.get_serializer_context()).data
        response = Response(data, status=accepted_if(shown.is_open))
        return with_poll_hint(response, is_open=shown.is_open)
