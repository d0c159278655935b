"""Changelists of tables that may hold millions of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin import ShowFacets
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property

from django_outfitanyone.admin.django_classes import AdminMixin

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    _ChangeList = ChangeList
else:
    _ChangeList = object

MAX_COUNT = 10_000


def capped_count(rows: Any) -> int:
    """Return how many rows there are, at most ``MAX_COUNT``: an exact count reads them all."""
    return int(rows.order_by()[:MAX_COUNT].count())


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Paginator that counts, and turns the pages of, at most ``MAX_COUNT`` rows."""

    @cached_property
    def count(self) -> int:
        return capped_count(self.object_list)

    def page(self, number: Any) -> Page[Any]:
        """Return a page whose rows are read by their keys: skipping keys alone is quick."""
        page = super().page(number)
        rows: Any = page.object_list
        keys = list(rows.values_list("pk", flat=True))
        page.object_list = self.object_list.filter(pk__in=keys)  # type: ignore[attr-defined]
        return page


class SortedByIndex(_ChangeList):
    """A mixin for a changelist: sorts by any column if it lists fewer than ``MAX_COUNT`` rows.

    To sort more, the database would read them all, so only columns with an index remain.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.result_count >= MAX_COUNT:
            columns: Any = self.list_display
            self.sortable_by = [name for name in columns if self._is_column_with_index(name)]

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        rows = super().get_queryset(request, *args, **kwargs)
        needs_sort = ORDER_VAR in self.params and not self._is_sorted_by_index(rows)
        if needs_sort and capped_count(rows) >= MAX_COUNT:
            del self.params[ORDER_VAR]
            rows = rows.order_by(*self.get_ordering(request, rows.order_by()))
        return rows

    def _is_sorted_by_index(self, rows: Any) -> bool:
        first, *_others = rows.query.order_by
        return self._has_index(first)

    def _is_column_with_index(self, column: Any) -> bool:
        return self._has_index(self.get_ordering_field(column))

    def _has_index(self, field: Any) -> bool:
        large: Any = self.model_admin
        return str(field).lstrip("-") in large.sorted_by_index


class LargeTableMixin(AdminMixin):
    """Changelist whose queries do not get slower as the table grows.

    Such an admin has no ``date_hierarchy``, because Django would read every row for it; its
    ``list_filter`` names the date field instead. Its text search is ``find_rows``, because that
    of Django compares the text with all rows and their related rows.
    """

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # they would count the rows of each choice of each filter
    sorted_by_index: tuple[str, ...] = ("pk", "created_at")
    """Fields of the columns by which any number of rows is sorted."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        own = super().get_changelist(request, **kwargs)  # admin themes have one
        return type(own.__name__, (SortedByIndex, own), {})

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        if text:
            queryset = queryset.filter(pk__in=self.find_rows(request, queryset, text))
        return queryset, False

    def find_rows(self, request: HttpRequest, rows: QuerySet[Any], text: str) -> list[int]:
        """Return the primary keys of those of these rows that match, a bounded number."""
        raise NotImplementedError
