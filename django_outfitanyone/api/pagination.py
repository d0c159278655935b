"""Cursor pagination, so that new rows do not shift the pages."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.exceptions import ValidationError as Invalid
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView


class NewestFirstPagination(CursorPagination):
    """Orders by primary key, newest first. The key is unique, so no row is skipped or repeated."""

    ordering = "-pk"
    page_size = 30
    page_size_query_param = "page_size"
    max_page_size = 100

    def get_page_size(self, request: Request) -> int | None:
        """Return how many rows a page holds; refuse what is no number instead of ignoring it."""
        name = str(self.page_size_query_param)
        given = request.query_params.get(name)
        try:
            if given is not None:
                serializers.IntegerField(min_value=1).run_validation(given)
        except Invalid as error:
            raise Invalid({name: error.detail}) from error
        return super().get_page_size(request)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] |= {"minimum": 1, "default": self.page_size}
                parameter["description"] = (
                    f"Number of results on a page; at most {self.max_page_size}, also if you ask "
                    "for more."
                )
        return list(parameters)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        page: dict[str, Any] = super().get_paginated_response_schema(schema)
        return page | {"required": ["next", "previous", "results"]}

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        try:
            return self._page(queryset, request, view)
        except (ValueError, TypeError, ValidationError) as error:
            # the cursor decodes, but holds no valid primary key
            raise NotFound(self.invalid_cursor_message) from error

    def _page(self, queryset: Any, request: Request, view: APIView | None) -> list[Any] | None:
        return super().paginate_queryset(queryset, request, view)


class BoundedPagination(NewestFirstPagination):
    """Takes the rows of a page from the next ``MOST_READ`` rows only.

    So a page costs the same however few rows the user may see. It may hold fewer rows than asked
    for, even none, and still have a next page, which continues where this one stopped.
    """

    MOST_READ = 1_000

    _edge: Any = None
    """Primary key of the last row that was read, if there are more and the page is not full."""

    def _page(self, queryset: Any, request: Request, view: Any) -> list[Any] | None:
        cursor = self.decode_cursor(request) or Cursor(0, False, None)
        edge = self._last_to_read(view.filter_queryset(queryset.model._default_manager), cursor)
        if edge is not None:
            queryset = queryset.filter(**{"pk__lte" if cursor.reverse else "pk__gte": edge})
        page = super()._page(queryset, request, view)
        is_full = self.has_previous if cursor.reverse else self.has_next
        if edge is not None and not is_full:
            self._edge = edge
            self.has_previous, self.has_next = self.has_previous or cursor.reverse, True
        return page

    def _last_to_read(self, rows: Any, cursor: Cursor) -> Any:
        rows = rows.order_by("pk" if cursor.reverse else "-pk")
        if cursor.position is not None:
            rows = rows.filter(**{"pk__gt" if cursor.reverse else "pk__lt": cursor.position})
        last = self.MOST_READ + cursor.offset - 1
        keys = list(rows.values_list("pk", flat=True)[last : last + 2])
        return keys[0] if len(keys) > 1 else None

    def get_next_link(self) -> str | None:
        return self._link_from_edge(reverse=False) or super().get_next_link()

    def get_previous_link(self) -> str | None:
        return self._link_from_edge(reverse=True) or super().get_previous_link()

    def _link_from_edge(self, *, reverse: bool) -> str | None:
        is_reversed = bool(self.cursor and self.cursor.reverse)
        if is_reversed == reverse:
            position = self._edge
        else:  # back from an empty page, to where the page before it stopped
            cursor: Any = self.cursor or Cursor(0, False, None)
            is_empty = not self.page and cursor.position is not None
            position = int(cursor.position) + (1 if is_reversed else -1) if is_empty else None
        return None if position is None else self.encode_cursor(Cursor(0, reverse, position))
