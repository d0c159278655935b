"""Changelist filters of the try-on results, the charges and the pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_outfitanyone.admin.product_field import may_view_products, product_key
from django_outfitanyone.catalogue import product_model
from django_outfitanyone.conf import EngineSettings, conf
from django_outfitanyone.models import Account, Charge, ModelImage, TryOnResult
from django_outfitanyone.models.amounts import shop_day
from django_outfitanyone.models.person import tags_of

if TYPE_CHECKING:
    from django.db.models import QuerySet


MAX_NEWEST = 1_000
"""Rows that are read to find out who requested them."""
MAX_MONTHS = 36
MAX_TAGGED = 1_000
"""Newest tagged photos whose tags are offered."""


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
        return queryset.filter(is_published__in=[self.value() == "yes"])


class ProductFilter(admin.SimpleListFilter):
    """Lists the try-ons of the product that the address names; it offers no others to choose."""

    title = gettext_lazy("product")
    parameter_name = "product"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        key = product_key(request.GET.get(self.parameter_name, ""))
        if not key:
            return []
        products = product_model()._default_manager.filter(pk=key)
        is_named = may_view_products(model_admin.admin_site, request)
        return [(key, str((is_named and products.first()) or key))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:  # noqa: ARG002
        key = product_key(self.value() or "")
        return queryset.for_product(product_model()(pk=key)) if key else queryset


class IndexedBooleanFilter(admin.BooleanFieldListFilter):
    """Compares a column with a value: SQLite uses no index for the column alone."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        if self.lookup_val not in {"0", "1"}:
            return queryset
        return queryset.filter(**{f"{self.field_path}__in": [self.lookup_val == "1"]})


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


class TagFilter(admin.SimpleListFilter):
    """Offers the tags of the newest model photos."""

    title = gettext_lazy("tag")
    parameter_name = "tag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002
        newest = ModelImage.objects.exclude(tags="").order_by("-pk").values_list("tags", flat=True)
        tags = {tag for text in newest[:MAX_TAGGED] for tag in tags_of(text)}
        return [(tag, tag) for tag in sorted(tags)]

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: Any,  # a ModelImageQuerySet
    ) -> QuerySet[ModelImage]:
        value = self.value()
        shown: QuerySet[ModelImage] = queryset.tagged(value) if value else queryset
        return shown


class EngineFilter(admin.SimpleListFilter):
    """Offers the accounts of the engines, also of those that are gone from the settings."""

    title = gettext_lazy("engine")
    parameter_name = "engine"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002
        return [(account.pk, _with_state(account)) for account in Account.objects.order_by("pk")]

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[TryOnResult],
    ) -> QuerySet[TryOnResult]:
        return queryset.filter(account=self.value()) if self.value() else queryset


def _with_state(account: Account) -> str:
    if account.is_configured:
        return str(account)
    return _("%(engine)s (no longer in the settings)") % {"engine": account}


class MonthFilter(admin.SimpleListFilter):
    """Offers the months since the first charge: Django's date hierarchy would read them all."""

    title = gettext_lazy("month")
    parameter_name = "month"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        days = Charge.objects.order_by("charged_on").values_list("charged_on", flat=True)
        first = days.first() or shop_day(timezone.now())
        return [(f"{day:%Y-%m}", date_format(day, "YEAR_MONTH_FORMAT")) for day in _months(first)]

    @property
    def is_selected(self) -> bool:
        """Whether the charges are those of one of the months."""
        return self.value() in {key for key, _label in self.lookup_choices}

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Charge],
    ) -> QuerySet[Charge]:
        if not self.is_selected:
            return queryset
        start = date.fromisoformat(f"{self.value()}-01")
        end = (start + timedelta(days=31)).replace(day=1)
        return queryset.filter(charged_on__gte=start, charged_on__lt=end)


def _months(first: date) -> Iterator[date]:
    """Yield the first days of the newest months, down to that of ``first``."""
    day = shop_day(timezone.now()).replace(day=1)
    for _month in range(MAX_MONTHS):
        yield day
        day = (day - timedelta(days=1)).replace(day=1)
        if day < first.replace(day=1):
            return


class RequesterFilter(admin.SimpleListFilter):
    """Offers who requested the newest rows: to find all requesters reads all rows."""

    title = gettext_lazy("requested by")
    parameter_name = "requested_by"
    newest_first = "-pk"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002
        rows = model_admin.model._default_manager.order_by(self.newest_first)
        newest = rows.values_list("requested_by", flat=True)
        users = get_user_model()._default_manager.in_bulk(set(newest[:MAX_NEWEST]) - {None})
        return [(str(key), str(user)) for key, user in sorted(users.items())]

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Any],
    ) -> QuerySet[Any]:
        value: Any = self.value()
        is_known = value in {key for key, _label in self.lookup_choices}
        return queryset.filter(requested_by=value) if is_known else queryset


class NewestRequesterFilter(RequesterFilter):
    """The same for rows whose primary key says nothing about their age."""

    newest_first = "-created_at"


class QualityFilter(admin.SimpleListFilter):
    """Offers the engines' models, as reading the choices from the rows reads them all."""

    title = gettext_lazy("quality")
    parameter_name = "remote_model"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002
        names = {name for engine in conf.usable_engines for name in self.models_of(engine)}
        return [(name, name) for name in sorted(names)]

    def models_of(self, engine: EngineSettings) -> Iterable[str]:
        """Return the models of the engine that are offered."""
        return filter(None, (*engine.remote_models, engine.refiner_model))

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[TryOnResult],
    ) -> QuerySet[TryOnResult]:
        return queryset.filter(remote_model=self.value()) if self.value() else queryset


class ChargedModelFilter(QualityFilter):
    """Offers also the models that parse clothes."""

    title = gettext_lazy("model")

    def models_of(self, engine: EngineSettings) -> Iterable[str]:
        return engine.models
