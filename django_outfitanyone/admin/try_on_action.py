"""The action “Try on…” in the changelists of garments and products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.http import HttpResponse
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from django_outfitanyone.admin.django_classes import AdminMixin, FieldNames
from django_outfitanyone.admin.panels import PanelMixin
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


class TryOnButtonMixin(TryOnActionMixin, PanelMixin):
    """Adds the button “Try on…” to the page of a garment, or of a product with garments."""

    def panels_above(self, request: HttpRequest, row: Any) -> FieldNames:
        is_offered = self.has_try_on_permission(request) and self._garments_of_row(row).exists()
        return ("try_on_button",) if is_offered else ()

    @admin.display(description=gettext_lazy("actions"))
    def try_on_button(self, row: Any) -> SafeString:
        garments = ",".join(str(garment.pk) for garment in self._garments_of_row(row))
        return self.render_panel("try_on_button", row, garments=garments)

    def _garments_of_row(self, row: Any) -> QuerySet[Garment]:
        return self.garments_of(type(row)._default_manager.filter(pk=row.pk))


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
