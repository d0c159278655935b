"""Permissions: reading is public within ``visibility.py``, writing needs model permissions.

The site chooses how users authenticate: ``DEFAULT_AUTHENTICATION_CLASSES``.
"""

from __future__ import annotations

from django.db.models import Model
from rest_framework.permissions import (
    SAFE_METHODS,
    BasePermission,
    DjangoModelPermissions,
    DjangoModelPermissionsOrAnonReadOnly,
    IsAuthenticatedOrReadOnly,
)
from rest_framework.request import Request
from rest_framework.views import APIView

from django_outfitanyone.models import ClothesParse


class AddPermissionToPost(DjangoModelPermissionsOrAnonReadOnly):
    """Require the permissions of Django's admin to write, and none to read.

    REST framework builds the view's queryset even to find out that none is needed.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.method in SAFE_METHODS or super().has_permission(request, view)


class ChangePermissionToPost(DjangoModelPermissions):
    """Require the *change* permission for POST: actions on an existing row."""

    perms_map = {
        **DjangoModelPermissions.perms_map,
        "POST": DjangoModelPermissions.perms_map["PATCH"],
    }


class AddParsePermissionToPost(DjangoModelPermissionsOrAnonReadOnly):
    """Require permission to add a ``ClothesParse`` for POST, because a parse costs money."""

    def get_required_permissions(self, method: str, model_cls: type[Model]) -> list[str]:  # noqa: ARG002
        return super().get_required_permissions(method, ClothesParse)


Permissions = list[type[BasePermission]]

MAY_ADD: Permissions = [IsAuthenticatedOrReadOnly, AddPermissionToPost]
"""POST adds, PATCH changes, DELETE deletes."""
MAY_CHANGE: Permissions = [IsAuthenticatedOrReadOnly, ChangePermissionToPost]
MAY_PARSE: Permissions = [IsAuthenticatedOrReadOnly, AddParsePermissionToPost]
