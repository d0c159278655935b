"""The action “Try on…” in the changelists of garments and products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.http import HttpResponse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from django_outfitanyone.admin.django_classes import AdminMixin
from django_outfitanyone.models import Garment, TryOnResult

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

MAX_NAMED = 5
"""Products named in a message before it says "and 12 more"."""


class TryOnActionMixin(AdminMixin):
    """Adds the action “Try on…” to the changelist of the shop's product model.

    For any other model, override ``garments_of``. The action needs the permission to add
    try-on results.
    """

    def garments_of(self, queryset: QuerySet[Any]) -> QuerySet[Garment]:
        """Return the garments of the selected rows, in the order of their try-ons."""
        return Garment.objects.filter(product__in=queryset.values("pk")).order_by(
            "product_id", "pk"
        )

    def has_try_on_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may request try-ons, which cost money."""
        return may_try_on(self.admin_site, request)

    @admin.action(description=gettext_lazy("Try on…"), permissions=["try_on"])
    def try_on(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        garments = list(self.garments_of(queryset))
        if queryset.model is not Garment:
            self._warn_about_missing_garments(request, queryset, garments)
        if not garments:
            return None
        return start_try_on(self.admin_site, request, garments=garments)

    def get_actions(self, request: HttpRequest, action_location: Any = None) -> dict[str, Any]:
        """Add the action here, so that it stays if a subclass sets ``actions``.

        action_location: changelist or change form; passed since Django 6.1.
        """
        location = {} if action_location is None else {"action_location": action_location}
        actions = super().get_actions(request, **location)
        is_offered = self.actions is not None and IS_POPUP_VAR not in request.GET
        action = self.get_action("try_on", **location)
        if is_offered and action and self.has_try_on_permission(request):
            actions["try_on"] = action
        return actions

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Add the ids of the garments to try on to the context."""
        row = context.get("original")
        if row is not None and self.has_try_on_permission(request):
            garments = self.garments_of(type(row)._default_manager.filter(pk=row.pk))
            context["try_on_garments"] = ",".join(str(garment.pk) for garment in garments)
        return super().render_change_form(request, context, *args, **kwargs)

    def _warn_about_missing_garments(
        self, request: HttpRequest, products: QuerySet[Any], garments: list[Garment]
    ) -> None:
        with_garment = {garment.product_id for garment in garments}
        without = [str(product) for product in products if product.pk not in with_garment]
        if not without:
            return
        named = without[:MAX_NAMED]
        if len(without) > MAX_NAMED:
            named.append(_("%(count)d more") % {"count": len(without) - MAX_NAMED})
        text = ngettext(
            "%(products)s has no garment picture and cannot be tried on. Add one to it first.",
            "%(products)s have no garment picture and cannot be tried on. Add one to each first.",
            len(without),
        )
        self.message_user(
            request, text % {"products": get_text_list(named, _("and"))}, messages.WARNING
        )


def may_try_on(site: admin.AdminSite, request: HttpRequest) -> bool:
    """Return whether the user may request try-ons on this site."""
    return site.is_registered(TryOnResult) and site.get_model_admin(TryOnResult).has_add_permission(
        request
    )


def start_try_on(site: admin.AdminSite, request: HttpRequest, **selection: Any) -> HttpResponse:
    """Show the page “Try on garments” for the selected garments or photos."""
    model_admin: Any = site.get_model_admin(TryOnResult)
    response: HttpResponse = model_admin.start_try_on(request, **selection)
    return response
