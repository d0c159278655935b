"""Changelist filters of the try-on results and the model photos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from django_outfitanyone.conf import conf
from django_outfitanyone.models import ModelImage, TryOnResult

if TYPE_CHECKING:
    from django.db.models import QuerySet


class PublishedFilter(admin.SimpleListFilter):
    title = gettext_lazy("published")
    parameter_name = "published"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002
        return [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[TryOnResult],
    ) -> QuerySet[TryOnResult]:
        if self.value() not in {"yes", "no"}:
            return queryset
        return queryset.filter(published_at__isnull=self.value() == "no")


class RefusedFilter(admin.SimpleListFilter):
    """Finds the model photos in which the engine did not find one complete person."""

    title = gettext_lazy("problem")
    parameter_name = "problem"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002
        return [("refused", gettext_lazy("refused by the engine"))]

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: Any,  # a ModelImageQuerySet
    ) -> QuerySet[ModelImage]:
        shown: QuerySet[ModelImage] = queryset.refused() if self.value() else queryset
        return shown


class CheckFilter(admin.SimpleListFilter):
    """Finds garments and model photos by the result of their picture check."""

    title = gettext_lazy("picture check")
    parameter_name = "check"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002
        return [
            ("advised_against", gettext_lazy("the engine will refuse it")),
            ("with_findings", gettext_lazy("something was found")),
            ("unchecked", gettext_lazy("not checked")),
        ]

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: Any,  # a StoredPictureQuerySet
    ) -> QuerySet[Any]:
        known = {name for name, _label in self.lookup_choices}
        shown: QuerySet[Any] = (
            getattr(queryset, str(self.value()))() if self.value() in known else queryset
        )
        return shown


class QualityFilter(admin.SimpleListFilter):
    """Offers the models that have a price, as reading the choices from the rows reads them all."""

    title = gettext_lazy("quality")
    parameter_name = "remote_model"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002
        return [(name, name) for name in sorted({*conf.prices} - {conf.PARSING_MODEL})]

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[TryOnResult],
    ) -> QuerySet[TryOnResult]:
        return queryset.filter(remote_model=self.value()) if self.value() else queryset
