"""Classes of REST framework that a site chooses for this API alone, in ``OUTFITANYONE``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.module_loading import import_string
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.throttling import BaseThrottle

from django_outfitanyone.conf import conf


class SiteClassesMixin:
    """A mixin of views. Without the settings, ``REST_FRAMEWORK`` decides as for other views."""

    def get_authenticators(self) -> list[BaseAuthentication]:
        chosen = instances(conf.API_AUTHENTICATION_CLASSES)
        return chosen or super().get_authenticators()  # type: ignore[misc] # a view's

    def get_permissions(self) -> list[BasePermission]:
        """Return the site's permissions first: they can only narrow what the app allows."""
        own: list[BasePermission] = super().get_permissions()  # type: ignore[misc] # a view's
        return [*instances(conf.API_PERMISSION_CLASSES), *own]

    def get_throttles(self) -> list[BaseThrottle]:
        chosen = instances(conf.API_THROTTLE_CLASSES)
        return chosen or super().get_throttles()  # type: ignore[misc] # a view's


def instances(paths: Sequence[str]) -> list[Any]:
    """Return an instance of each class that is named by a dotted path."""
    return [import_string(path)() for path in paths]
