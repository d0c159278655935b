"""What the admin asks of ``permissions.py``, beside Django's permissions for each model.

Every page, button and action asks one of these methods, so each rule is in one place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django_outfitanyone.admin.django_classes import AdminMixin
from django_outfitanyone.permissions import (
    may_generate,
    may_publish,
    may_review,
    may_see_costs,
)

if TYPE_CHECKING:
    from django.http import HttpRequest

COST_NAMES = frozenset({"paid", "cost", "amount", "spent", "budget", "raw_answer", "remote_answer"})
"""Columns, fields and lookups that tell an amount; some engines answer with what they charged."""


class TryOnPermissionMixin(AdminMixin):
    """For the admin of try-on results."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may request pictures, which cost money."""
        return super().has_add_permission(request) and may_generate(request.user)

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may cancel try-ons and settle unclear ones."""
        return self.has_change_permission(request) and may_generate(request.user)

    def has_review_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may approve, reject and choose pictures, and undo that."""
        return self.has_change_permission(request) and may_review(request.user)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may publish pictures and take them back."""
        return self.has_change_permission(request) and may_publish(request.user)


class CostMixin(AdminMixin):
    """Shows columns and fields with amounts only to users who may see costs."""

    def get_list_display(self, request: HttpRequest) -> Any:
        columns = super().get_list_display(request)
        return columns if may_see_costs(request.user) else [*_without_costs(columns)]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if may_see_costs(request.user):
            return fieldsets
        return [
            (title, {**options, "fields": tuple(_without_costs(options["fields"]))})
            for title, options in fieldsets
        ]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Refuse to filter by an amount in the address, from which it could be guessed."""
        if COST_NAMES & set(lookup.split("__")) and not may_see_costs(request.user):
            return False
        return super().lookup_allowed(lookup, value, request)


def _without_costs(names: Any) -> Iterator[Any]:
    """Yield the names that tell no amount; a field may be a group of fields in one line."""
    for name in names:
        if isinstance(name, list | tuple):
            if others := tuple(_without_costs(name)):
                yield others
        elif name not in COST_NAMES:
            yield name
