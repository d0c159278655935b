"""Reading is open to all, of what ``visibility`` lets them see; writing needs Django's permissions.

How people log in is the site's own choice: ``DEFAULT_AUTHENTICATION_CLASSES``.
"""

from __future__ import annotations

from django.db.models import Model
from rest_framework.permissions import (
    BasePermission,
    DjangoModelPermissions,
    DjangoModelPermissionsOrAnonReadOnly,
    IsAuthenticatedOrReadOnly,
)

from django_outfitanyone.models import ClothesParse


class ChangeToPost(DjangoModelPermissions):
    """For verbs on a row that is there already."""

    perms_map = {
        **DjangoModelPermissions.perms_map,
        "POST": DjangoModelPermissions.perms_map["PATCH"],
    }


class AddSearchToPost(DjangoModelPermissionsOrAnonReadOnly):
    """A search for clothes is paid for, so it needs the permission to add one."""

    def get_required_permissions(self, method: str, model_cls: type[Model]) -> list[str]:  # noqa: ARG002
        return super().get_required_permissions(method, ClothesParse)


Permissions = list[type[BasePermission]]

MAY_ADD: Permissions = [IsAuthenticatedOrReadOnly, DjangoModelPermissionsOrAnonReadOnly]
"""POST adds, PATCH changes, DELETE deletes."""
MAY_CHANGE: Permissions = [IsAuthenticatedOrReadOnly, ChangeToPost]
MAY_SEARCH: Permissions = [IsAuthenticatedOrReadOnly, AddSearchToPost]
