"""Admin mixins for rows that only the app writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_outfitanyone.admin.django_classes import AdminMixin

if TYPE_CHECKING:
    from django.http import HttpRequest


class ReadOnlyMixin(AdminMixin):
    """Rows can be viewed and deleted, but neither added nor edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: Any = None,  # noqa: ARG002
    ) -> bool:
        return False

    def may_run_actions(self, request: HttpRequest) -> bool:
        """Return whether the user has Django's change permission: here, for actions on rows."""
        return super().has_change_permission(request)


class UndeletableMixin(ReadOnlyMixin):
    """Rows can only be viewed."""

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: Any = None,  # noqa: ARG002
    ) -> bool:
        return False
