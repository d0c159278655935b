"""Rows that the app writes and people only read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_outfitanyone.admin.classes import AdminMixin

if TYPE_CHECKING:
    from django.http import HttpRequest


class ReadOnlyMixin(AdminMixin):
    """Nobody adds or changes rows by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: Any = None,  # noqa: ARG002
    ) -> bool:
        return False

    def may_change(self, request: HttpRequest) -> bool:
        """Whether Django gives this person the right to change them: here, to act on them."""
        return super().has_change_permission(request)


class PermanentMixin(ReadOnlyMixin):
    """Nor does anybody delete them."""

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: Any = None,  # noqa: ARG002
    ) -> bool:
        return False
