"""Rules for new garments: what waits because of them, and the way to order or to leave it out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from django_outfitanyone.admin import rendering
from django_outfitanyone.admin.admin_urls import admin_url
from django_outfitanyone.admin.django_classes import AdminMixin, FieldNames, ModelAdmin, ModelForm
from django_outfitanyone.admin.notices import NoticeMixin
from django_outfitanyone.admin.panels import PanelMixin
from django_outfitanyone.admin.waiting_orders import (
    MAX_AT_ONCE,
    may_order,
    waiting_garments,
    waiting_order,
)
from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.jobs.engine_target import targets
from django_outfitanyone.models import OrderRule
from django_outfitanyone.permissions import may_generate


class OrderRuleForm(ModelForm):
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds"),
        choices=GarmentKind,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Without any, all kinds."),
    )
    engine = forms.ChoiceField(label=gettext_lazy("Engine and quality"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "engine" in self.fields:
            engine: Any = self.fields["engine"]
            known = [(str(target), target.title) for target in targets()]
            engine.choices = [("", _("the default one")), *known]


class OrderRuleAdminMixin(PanelMixin, NoticeMixin, AdminMixin):
    form = OrderRuleForm
    list_display = ("name", "is_active", "waits")
    list_filter = ("is_active",)
    fields = ("name", "is_active", "kinds", "photos", "engine")
    filter_horizontal = ("photos",)

    class Media:
        css = {"all": [rendering.STYLESHEET]}

    @admin.display(description=gettext_lazy("new garments that wait"))
    def waits(self, rule: OrderRule) -> str:
        count = len(rule.waiting().values_list("pk")[: MAX_AT_ONCE + 1])
        return f"{MAX_AT_ONCE}+" if count > MAX_AT_ONCE else str(count)

    def panels_above(self, request: HttpRequest, row: Any) -> FieldNames:  # noqa: ARG002
        return ("waiting_garments",) if row.is_active else ()

    @admin.display(description=gettext_lazy("waiting"))
    def waiting_garments(self, rule: Any) -> SafeString:
        """Return the garments that wait, with the buttons that order them or leave them out."""
        request = rule.admin_request
        order = waiting_order(self.admin_site, request, rule)
        garments = order.garments
        may_approve = may_order(self.admin_site, request)
        return self.render_panel(
            "waiting_garments",
            rule,
            garments=garments,
            order=order if may_approve else None,
            more=len(garments) == MAX_AT_ONCE,
            last=garments[-1].pk if garments else 0,
            may_order=may_approve,
        )

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.leave_out))
        name = "django_outfitanyone_orderrule_leave_out"
        return [path("<path:object_id>/leave-out/", view, name=name), *super().get_urls()]

    def leave_out(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Record that no pictures of the garments that were shown are wanted."""
        rule = get_object_or_404(OrderRule, pk=object_id)
        if not (may_generate(request.user) and self.has_change_permission(request, rule)):
            raise PermissionDenied
        last = request.POST.get("last", "")
        if last.isascii() and last.isdecimal() and len(last) <= 18:
            shown = [one.pk for one in waiting_garments(self.admin_site, request, rule)]
            rule.decide([pk for pk in shown if pk <= int(last)], decided_by=request.user)
            messages.success(request, _("These garments no longer wait."))
        return redirect(admin_url(self.admin_site, "orderrule_change", rule.pk))


@admin.register(OrderRule)
class OrderRuleAdmin(OrderRuleAdminMixin, ModelAdmin):
    """Rules for new garments."""
