"""Views of batches: their progress, and changes of all their try-ons at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.decorators import method_decorator
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from django_outfitanyone import actions, visibility
from django_outfitanyone.api import batch_serializers
from django_outfitanyone.api.fields import rows_for
from django_outfitanyone.api.pagination import NewestFirstPagination
from django_outfitanyone.api.permissions import MAY_CANCEL_BATCH, MAY_CHANGE_BATCH
from django_outfitanyone.api.views import ResourceViewSet, with_poll_hint
from django_outfitanyone.conf import ConfigurationError
from django_outfitanyone.exceptions import OutfitAnyoneError
from django_outfitanyone.jobs.batch_progress import (
    NOTHING,
    BatchState,
    progress_of_batches,
    state_of,
)
from django_outfitanyone.jobs.failures import causes_of_failures, keys_of_cause
from django_outfitanyone.models import Batch, TryOnResult
from django_outfitanyone.permissions import may_see_costs

MOST = 1_000
"""Try-ons that one request retries or replaces; repeat it for the others."""


class NewestBatchesFirst(NewestFirstPagination):
    ordering = ("-created_at", "-pk")  # type: ignore[assignment]  # keys of batches are random


@method_decorator(transaction.non_atomic_requests, name="dispatch")  # large ones change in chunks
class BatchViewSet(ResourceViewSet):
    """Batches of two and more try-ons. Visitors see none."""

    serializer_class = batch_serializers.BatchListSerializer
    visible_rows = staticmethod(visibility.batches_visible_to)
    prefetched_rows = staticmethod(visibility.batches_visible_to)
    permission_classes = MAY_CHANGE_BATCH
    pagination_class = NewestBatchesFirst
    bodyless_actions = frozenset({"pause", "resume", "cancel"})
    paid_actions = frozenset({"retry", "replace_photo"})
    lookup_value_converter = "uuid"
    lookup_value_regex = "[0-9a-fA-F-]{36}"

    def paginate_queryset(self, queryset: QuerySet[Any] | Sequence[Any]) -> list[Any] | None:
        page: list[Any] | None = super().paginate_queryset(queryset)
        self._add_progress(page or ())
        return page

    def retrieve(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002
        """Return the batch with the causes of its failures."""
        return self._response(self.get_object())

    def partial_update(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002
        """Rename the batch."""
        batch = self.get_object()
        given = self.validated(batch_serializers.BatchRequestSerializer).validated_data
        actions.rename_batch(batch, given["name"])
        return self._response(batch)

    @action(detail=True, methods=["post"])
    def pause(self, request: Request, **_kwargs: Any) -> Response:
        """Send nothing more of the batch. Refused with 409 if it is paused, or all was sent."""
        return self._apply(lambda batch: actions.pause_batch(batch, paused_by=request.user))

    @action(detail=True, methods=["post"])
    def resume(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002
        """Send the batch again after a pause. Refused with 409 if it is not paused."""
        return self._apply(actions.resume_batch)

    @action(detail=True, methods=["post"], permission_classes=MAY_CANCEL_BATCH)
    def cancel(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002
        """Cancel what was not sent yet. Refused with 409 if all was sent."""
        return self._apply(actions.cancel_batch)

    @action(detail=True, methods=["post"])
    def retry(self, request: Request, **_kwargs: Any) -> Response:
        """Start over with what failed, for one cause or for all."""
        batch = self.get_object()
        given = self.validated(batch_serializers.BatchRetrySerializer).validated_data
        failed = self._failed(batch, given["cause"]).order_by("number")[:MOST]
        refusals = Counter(_retry(row, request.user) for row in list(failed))
        retried = refusals.pop("", 0)
        staying = [{"reason": reason, "count": count} for reason, count in refusals.items()]
        answer = {"batch": self._shown(batch), "retried": retried, "staying": staying}
        return self._answer(batch_serializers.BatchRetriedSerializer, answer)

    @action(detail=True, methods=["post"], url_path="replace-photo")
    def replace_photo(self, request: Request, **_kwargs: Any) -> Response:
        """Request what failed for one cause anew, in the same batch, with another model photo."""
        batch = self.get_object()
        given = self.validated(batch_serializers.ReplacePhotoSerializer).validated_data
        failed = visibility.with_inputs_among(
            self._failed(batch, given["cause"]),
            photos=rows_for(visibility.model_images_visible_to, request),
            garments=rows_for(visibility.garments_visible_to, request),
        )
        photo = given["model_image"]
        plan = actions.plan_replacement(failed, photo)  # priced before the rows exist
        estimate, rows = plan.estimate, []
        if not given["dry_run"]:
            rows = actions.replace_photo(failed, photo, requested_by=request.user)
        keys = [row.pk for row in rows]
        answer = {"batch": self._shown(batch), "try_ons": keys, "estimate": estimate}
        return self._answer(batch_serializers.PhotoReplacedSerializer, answer)

    def _failed(self, batch: Batch, cause: str) -> QuerySet[TryOnResult]:
        """Return what failed of the batch for this cause; without one, all that failed."""
        rows = self._try_ons(batch)
        wanted: QuerySet[TryOnResult] = (
            rows.filter(pk__in=keys_of_cause(rows, cause)[:MOST]) if cause else rows.failed()
        )
        return wanted

    def _try_ons(self, batch: Batch) -> Any:
        visible: Any = rows_for(visibility.try_ons_visible_to, self.request)
        return visible.filter(batch=batch.pk)

    def _apply(self, change: Callable[[Batch], object]) -> Response:
        batch = self.get_object()
        change(batch)
        return self._response(batch)

    def _response(self, batch: Batch) -> Response:
        return self._answer(batch_serializers.BatchDetailSerializer, self._shown(batch))

    def _answer(
        self, serializer_class: type[serializers.BaseSerializer[Any]], answer: Any
    ) -> Response:
        data = serializer_class(answer, context=self.get_serializer_context()).data
        state = data.get("batch", data)["state"]
        return with_poll_hint(Response(data), is_open=state == BatchState.RUNNING)

    def _shown(self, batch: Batch) -> Batch:
        """Return the batch as it is now, with progress and failures."""
        batch.refresh_from_db()
        self._add_progress([batch])
        shown: Any = batch
        causes = causes_of_failures(self._try_ons(batch)) if shown.progress.failed else []
        shown.failures = [batch_serializers.failure_of(cause) for cause in causes]
        return batch

    def _add_progress(self, batches: Sequence[Any]) -> None:
        keys = [batch.pk for batch in batches]
        sees_costs = may_see_costs(self.request.user)
        found = progress_of_batches(keys, with_costs=sees_costs) if keys else {}
        for batch in batches:
            batch.progress = found.get(batch.pk, NOTHING)
            batch.state = state_of(batch, batch.progress)
            batch.title = str(batch)


def _retry(row: TryOnResult, user: Any) -> str:
    """Start over with a try-on; return why that is refused, or ``""``."""
    try:
        visibility.check_inputs_visible_to(user, row)
        actions.retry(row)
    except (OutfitAnyoneError, ConfigurationError) as refusal:
        return str(refusal)
    return ""
