"""Permissions: reading is public within ``visibility.py``, writing needs permissions.

Those of Django for the model, as in the admin, and for the work with pictures those of
``permissions.py``. The site chooses how users authenticate: ``DEFAULT_AUTHENTICATION_CLASSES``.
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

from django_outfitanyone import permissions
from django_outfitanyone.models import ClothesParse, TryOnResult


class WritePermission(DjangoModelPermissionsOrAnonReadOnly):
    """Require the permissions of Django's admin to write, and none to read.

    REST framework builds the view's queryset even to find out that none is needed.
    """

    work = ""
    """A permission of ``permissions.py`` that is needed too."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.method in SAFE_METHODS or super().has_permission(request, view)

    def get_required_permissions(self, method: str, model_cls: type[Model]) -> list[str]:
        needed = super().get_required_permissions(method, model_cls)
        return [*needed, self.work] if self.work else needed


class ChangePermissionToPost(WritePermission):
    """Require the *change* permission for POST: actions on an existing row."""

    perms_map = {
        **DjangoModelPermissions.perms_map,
        "POST": DjangoModelPermissions.perms_map["PATCH"],
    }


class PermissionToGenerate(WritePermission):
    """Require the permission to add try-ons, and to spend money."""

    work = permissions.GENERATE


class PermissionToParse(PermissionToGenerate):
    """Require the permission to add a ``ClothesParse`` for POST, and to spend money."""

    def get_required_permissions(self, method: str, model_cls: type[Model]) -> list[str]:  # noqa: ARG002
        return super().get_required_permissions(method, ClothesParse)


class PermissionToCancel(ChangePermissionToPost):
    work = permissions.GENERATE


class _ForTryOns(WritePermission):
    """Ask for the permissions for try-ons, because batches have none of their own."""

    def get_required_permissions(self, method: str, model_cls: type[Model]) -> list[str]:  # noqa: ARG002
        return super().get_required_permissions(method, TryOnResult)


class PermissionToChangeBatch(_ForTryOns, PermissionToGenerate):
    """Require the permission to add try-ons for POST, and to spend money."""

    perms_map = {
        **DjangoModelPermissions.perms_map,
        "PATCH": DjangoModelPermissions.perms_map["POST"],
    }


class PermissionToCancelBatch(_ForTryOns, PermissionToCancel):
    """Require the permission to change try-ons for POST, and to spend money."""


class PermissionToReview(ChangePermissionToPost):
    """Require the permission to review, for decisions and for corrections of hotspots."""

    work = permissions.REVIEW


class PermissionToPublish(ChangePermissionToPost):
    work = permissions.PUBLISH


Permissions = list[type[BasePermission]]

MAY_WRITE: Permissions = [IsAuthenticatedOrReadOnly, WritePermission]
"""POST adds, PATCH changes, DELETE deletes."""
MAY_CHANGE: Permissions = [IsAuthenticatedOrReadOnly, ChangePermissionToPost]
MAY_GENERATE: Permissions = [IsAuthenticatedOrReadOnly, PermissionToGenerate]
MAY_PARSE: Permissions = [IsAuthenticatedOrReadOnly, PermissionToParse]
MAY_CANCEL: Permissions = [IsAuthenticatedOrReadOnly, PermissionToCancel]
MAY_CHANGE_BATCH: Permissions = [IsAuthenticatedOrReadOnly, PermissionToChangeBatch]
MAY_CANCEL_BATCH: Permissions = [IsAuthenticatedOrReadOnly, PermissionToCancelBatch]
MAY_REVIEW: Permissions = [IsAuthenticatedOrReadOnly, PermissionToReview]
MAY_PUBLISH: Permissions = [IsAuthenticatedOrReadOnly, PermissionToPublish]
