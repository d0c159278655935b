"""Cursor pagination, so that new rows do not shift the pages."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView


class NewestFirstPagination(CursorPagination):
    """Orders by primary key, newest first. The key is unique, so no row is skipped or repeated."""

    ordering = "-pk"
    page_size = 30
    page_size_query_param = "page_size"
    max_page_size = 100

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, TypeError, ValidationError) as error:
            # the cursor decodes, but holds no valid primary key
            raise NotFound(self.invalid_cursor_message) from error
