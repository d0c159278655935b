"""Who may request clothes parses, and the decisions about a parse that did not end well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_permission_codename
from django.utils.translation import gettext_lazy

from django_outfitanyone import actions
from django_outfitanyone.account.money import money
from django_outfitanyone.conf import conf
from django_outfitanyone.jobs.estimate import parse_cost
from django_outfitanyone.models import ClothesParse
from django_outfitanyone.permissions import may_generate, may_see_costs

if TYPE_CHECKING:
    from django.http import HttpRequest

    from django_outfitanyone.admin.django_classes import ModelAdmin


def may_parse(request: HttpRequest) -> bool:
    """Return whether the user may request or retry parses, which cost money.

    As in the API, this needs the *add* permission, though no admin page adds a parse.
    """
    codename = get_permission_codename("add", ClothesParse._meta)
    may_add = request.user.has_perm(f"{ClothesParse._meta.app_label}.{codename}")
    return may_add and may_generate(request.user)


def price_of_parse(request: HttpRequest, count: int = 1) -> str:
    """Return what so many parses cost at most, or ``""`` if the user may not see it."""
    if not may_see_costs(request.user):
        return ""
    return money(parse_cost(count), conf.parser.currency)


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a button on the page of a parse does."""

    name: str
    """Of the button; ``has_<name>_permission`` of the admin says who may press it."""
    run: Callable[[ClothesParse], None]
    success_message: Any
    log_entry: Any

    def is_permitted(self, model_admin: ModelAdmin, request: HttpRequest) -> bool:
        """Return whether the user may see the parses and decide so."""
        may_decide = getattr(model_admin, f"has_{self.name}_permission")(request)
        return bool(model_admin.has_view_permission(request) and may_decide)


RETRY = Decision(
    name="retry",
    run=actions.retry,
    success_message=gettext_lazy("The clothes parse will be retried."),
    log_entry=gettext_lazy("Retry"),
)
CANCEL = Decision(
    name="cancel",
    run=actions.cancel,
    success_message=gettext_lazy("The clothes parse is canceled."),
    log_entry=gettext_lazy("Cancel"),
)
DECISIONS = {decision.name: decision for decision in (RETRY, CANCEL)}
