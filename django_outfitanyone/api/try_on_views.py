"""Views of try-ons: request, poll, cancel, retry, refine and review."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.decorators import method_decorator
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from django_outfitanyone import actions, visibility
from django_outfitanyone.api import (
    filter_serializers,
    idempotency,
    move_serializers,
    request_serializers,
    response_serializers,
    review_serializers,
)
from django_outfitanyone.api.fields import rows_for
from django_outfitanyone.api.permissions import (
    MAY_CANCEL,
    MAY_GENERATE,
    MAY_PUBLISH,
    MAY_REVIEW,
)
from django_outfitanyone.api.prepared import prepare_products
from django_outfitanyone.api.views import ParseableViewSet, accepted_if, with_poll_hint
from django_outfitanyone.jobs.estimate import Estimate, estimate
from django_outfitanyone.jobs.move import Move
from django_outfitanyone.models import TryOnResult


@method_decorator(
    transaction.non_atomic_requests, name="dispatch"
)  # cancel calls the engine over HTTP
class TryOnViewSet(ParseableViewSet):
    """Try-on results."""

    serializer_class = response_serializers.TryOnSerializer
    request_serializer_class = request_serializers.TryOnRequestSerializer
    filter_serializer_class = filter_serializers.TryOnFilterSerializer
    visible_rows = staticmethod(visibility.try_ons_visible_to)
    prefetched_rows = staticmethod(visibility.try_ons_prefetched_for)
    permission_classes = MAY_GENERATE  # of what has no others: it may cost money
    action_request_serializers = {
        **ParseableViewSet.action_request_serializers,
        "bulk": request_serializers.BulkRequestSerializer,
        "estimate": request_serializers.BulkRequestSerializer,
        "move": move_serializers.MoveRequestSerializer,
        "refine": request_serializers.RefineRequestSerializer,
        "reject": review_serializers.RejectRequestSerializer,
    }
    action_response_serializers = {
        **ParseableViewSet.action_response_serializers,
        "bulk": response_serializers.BatchSerializer,
        "estimate": response_serializers.EstimateSerializer,
        "move": move_serializers.MoveSerializer,
    }
    bodyless_actions = frozenset(
        {"another", "approve", "cancel", "choose", "publish", "retry", "unpublish"}
    )
    paid_actions = frozenset(
        {"create", "bulk", "retry", "refine", "another", "move", "parse_clothes"}
    )

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().list(request, *args, **kwargs)
        return with_poll_hint(response, is_open=any(map(_is_open, _rows(response.data))))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().retrieve(request, *args, **kwargs)
        return with_poll_hint(response, is_open=_is_open(response.data or {}))

    def create(self, request: Request) -> Response:  # noqa: ARG002 - the router's signature
        """Request one try-on, or the first of its candidates."""
        row = self._request(self.validated(self.get_serializer_class()))[0]
        return self._created(row)

    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:  # noqa: ARG002
        """Request a try-on of every garment on every model photo."""
        rows = self._request(self.body())
        batch = rows[0].batch
        summary = {"batch": batch, "count": len(rows), "try_ons": [row.pk for row in rows]}
        return self.answer(
            summary,
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": f"{self.reverse_action('list')}?batch={batch}"},
        )

    @action(detail=False, methods=["post"])
    def estimate(self, request: Request) -> Response:  # noqa: ARG002
        """Estimate the cost of a bulk request. Nothing is stored."""
        serializer = self.body()
        return self.answer(estimate(serializer.try_on_requests, options=serializer.options))

    @action(detail=False, methods=["post"])
    def move(self, request: Request) -> Response:
        """Move try-ons that wait, failed or were canceled to another engine."""
        serializer = self.body()
        given = serializer.validated_data
        try_ons = visibility.with_inputs_among(
            serializer.chosen(rows_for(visibility.try_ons_visible_to, request)),
            photos=rows_for(visibility.model_images_visible_to, request),
            garments=rows_for(visibility.garments_visible_to, request),
        )
        # priced first: after the move, an identical open request counts as free
        move = actions.estimate_move(try_ons, engine=given["engine"], model=given["model"])
        total = move.estimate
        if not given["dry_run"]:
            target = move.target
            move = actions.move_to_engine(
                try_ons, engine=target.alias, model=target.model, moved_by=request.user
            )
        return self.answer(_as_answer(move, total))

    @action(detail=True, methods=["post"], permission_classes=MAY_CANCEL)
    def cancel(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002
        """Cancel a try-on. Refused with 409 when it is too late."""
        return self._apply(actions.cancel)

    @action(detail=True, methods=["post"])
    def retry(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002
        """Restart a try-on that failed, was canceled or needs attention."""
        return self._apply(self._retry)

    @action(detail=True, methods=["post"])
    def refine(self, request: Request, **_kwargs: Any) -> Response:
        """Request a refinement of a finished picture."""
        data = self.body().validated_data
        result = self.get_object()
        visibility.check_inputs_visible_to(request.user, result, request)
        (row,) = actions.refine_all(
            [result],
            **data,
            requested_by=request.user,
            batch=idempotency.batch_for(request),
        )
        idempotency.check_same_refinement(row, result, **data)
        return self._created(row)

    @action(detail=True, methods=["post"])
    def another(self, request: Request, **_kwargs: Any) -> Response:
        """Request one more candidate of a finished picture, with a new seed."""
        result = self.get_object()
        visibility.check_inputs_visible_to(request.user, result, request)
        row = actions.another(
            result, requested_by=request.user, batch=idempotency.batch_for(request)
        )
        idempotency.check_same_candidate(row, result)
        return self._created(row)

    @action(detail=True, methods=["post"], permission_classes=MAY_REVIEW)
    def choose(self, request: Request, **_kwargs: Any) -> Response:
        """Approve one of several candidates, and reject those that were not reviewed."""
        return self._apply(actions.choose, chosen_by=request.user)

    @action(detail=True, methods=["post"], permission_classes=MAY_REVIEW)
    def approve(self, request: Request, **_kwargs: Any) -> Response:
        """Approve a finished picture, also one that was rejected before."""
        return self._apply(actions.approve, reviewed_by=request.user)

    @action(detail=True, methods=["post"], permission_classes=MAY_REVIEW)
    def reject(self, request: Request, **_kwargs: Any) -> Response:
        """Reject a finished picture: hide it, and unpublish it if it was published."""
        given = self.body().validated_data
        return self._apply(actions.reject, reviewed_by=request.user, **given)

    @action(detail=True, methods=["post"], permission_classes=MAY_PUBLISH)
    def publish(self, request: Request, **_kwargs: Any) -> Response:
        """Approve a picture and add it to the galleries of its products, unless it is rejected."""
        return self._apply(actions.publish, reviewed_by=request.user)

    @action(detail=True, methods=["post"], permission_classes=MAY_PUBLISH)
    def unpublish(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002
        """Remove a picture from the galleries. It stays approved."""
        return self._apply(actions.unpublish)

    def _request(
        self,
        serializer: request_serializers.TryOnRequestSerializer
        | request_serializers.BulkRequestSerializer,
    ) -> Sequence[TryOnResult]:
        requests, options = serializer.try_on_requests, serializer.options
        rows = actions.request_try_ons(
            requests,
            options=options,
            requested_by=self.request.user,
            batch=idempotency.batch_for(self.request),
            name=serializer.validated_data["batch_name"],
        )
        idempotency.check_same_request(rows, requests, options)
        return rows

    def _retry(self, try_on: TryOnResult) -> None:
        visibility.check_inputs_visible_to(self.request.user, try_on, self.request)
        actions.retry(try_on)

    def _apply(self, action: Callable[..., None], **kwargs: Any) -> Response:
        try_on = self.get_object()
        action(try_on, **kwargs)
        return self._response(try_on)

    def _created(self, try_on: TryOnResult) -> Response:
        response = self._response(try_on)
        response["Location"] = self.reverse_action("detail", args=[try_on.pk])
        return response

    def _response(self, try_on: TryOnResult) -> Response:
        """Return the present state of the row, with 202 until it has finished."""
        shown = rows_for(self.prefetched_rows, self.request).get(pk=try_on.pk)
        prepare_products([shown], self.request)
        response = self.answer(shown, status=accepted_if(shown.is_open))
        return with_poll_hint(response, is_open=shown.is_open)


def _rows(data: Any) -> Sequence[Mapping[str, Any]]:
    """Return the rows of a page, of a list without pages, or none if nothing has changed."""
    rows: Any = data.get("results", ()) if isinstance(data, Mapping) else data
    return rows or ()


def _is_open(row: Mapping[str, Any]) -> bool:
    return bool(row.get("poll_after"))  # a serializer of the site may leave it out


def _as_answer(move: Move, total: Estimate) -> dict[str, Any]:
    return {
        "engine": move.target.alias,
        "model": move.target.model,
        "moved": [row.pk for row in move.moving],
        "staying": [{"id": row.pk, "reason": reason} for row, reason in move.staying],
        "estimate": total,
    }
