"""“Refine…”: a second, paid pass over finished pictures."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_outfitanyone import actions
from django_outfitanyone.admin.addresses import address_of
from django_outfitanyone.admin.classes import AdminMixin
from django_outfitanyone.admin.trouble import trouble
from django_outfitanyone.admin.try_on_form import in_words, over_budget
from django_outfitanyone.conf import ConfigurationError
from django_outfitanyone.exceptions import OutfitAnyoneError, RequestRefused
from django_outfitanyone.jobs.estimate import estimate
from django_outfitanyone.jobs.refine import as_refinement, check_refinable
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.models.try_on import Gender

if TYPE_CHECKING:
    from django.db.models import QuerySet

MOST = 100
"""Pictures at once: people should still see for whom they answer."""


class RefineForm(forms.Form):
    """``batch`` makes a form that is sent twice one order."""

    gender = forms.ChoiceField(
        label=gettext_lazy("The pictures show"),
        choices=Gender.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("The refiner has to be told; refine women and men separately."),
    )
    force_new = forms.BooleanField(
        label=gettext_lazy("Make pictures that already exist again"),
        required=False,
        help_text=gettext_lazy("Every picture is then paid for, even those that already exist."),
    )
    batch = forms.UUIDField(widget=forms.HiddenInput)


class RefineMixin(AdminMixin):
    """Adds the page to the admin of try-on results."""

    def get_urls(self) -> list[URLPattern]:
        view = path(
            "refine/",
            self.admin_site.admin_view(self.refine_view),
            name="django_outfitanyone_tryonresult_refine",
        )
        return [view, *super().get_urls()]

    @admin.action(description=gettext_lazy("Refine…"), permissions=["add"])
    def refine(self, request: HttpRequest, queryset: QuerySet[TryOnResult]) -> HttpResponse | None:
        keys = list(queryset.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        if len(keys) > MOST:
            text = _("Choose at most %(count)d pictures to refine.") % {"count": MOST}
            self.message_user(request, text, messages.WARNING)
            return None
        chosen = ",".join(map(str, keys))
        return redirect(f"{address_of(self.admin_site, 'tryonresult_refine')}?results={chosen}")

    def refine_view(self, request: HttpRequest) -> HttpResponse:
        """Asks what the refiner has to know, says what it costs, and orders."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        chosen = request.POST.get("results") or request.GET.get("results", "")
        results, refusals = self._sorted_out(request, chosen)
        form = RefineForm(request.POST or None, initial={"batch": uuid.uuid4()})
        if request.method == "POST" and form.is_valid() and results:
            done = self._order(request, form, results)
            if done:
                return redirect(address_of(self.admin_site, "tryonresult_batch", done[0].batch))
        return self._page(request, form, results, refusals)

    def may_refine(self, request: HttpRequest, try_on: TryOnResult) -> bool:
        """Whether to offer it on the picture's own page."""
        return self.has_add_permission(request) and not refusal_to_refine(try_on)

    def _sorted_out(
        self, request: HttpRequest, chosen: str
    ) -> tuple[list[TryOnResult], list[tuple[TryOnResult, str]]]:
        """Those of the chosen pictures that can be refined, and the others with the reason."""
        keys = [int(key) for key in re.findall(r"[0-9]{1,18}", chosen)][:MOST]
        rows = self.get_queryset(request).filter(pk__in=keys)
        judged = [(row, refusal_to_refine(row)) for row in rows.order_by("pk")]
        fitting = [row for row, refusal in judged if not refusal]
        return fitting, [(row, refusal) for row, refusal in judged if refusal]

    def _order(
        self, request: HttpRequest, form: RefineForm, results: Sequence[TryOnResult]
    ) -> list[TryOnResult]:
        try:
            return actions.refine_all(results, **form.cleaned_data, requested_by=request.user)
        except (OutfitAnyoneError, ConfigurationError) as error:
            form.add_error(None, str(error))
            return []

    def _page(
        self,
        request: HttpRequest,
        form: RefineForm,
        results: list[TryOnResult],
        refusals: list[tuple[TryOnResult, str]],
    ) -> HttpResponse:
        request.current_app = self.admin_site.name
        rows = [as_refinement(result, gender=Gender.WOMAN) for result in results]
        total = estimate(rows)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Refine"),
            "opts": self.opts,
            "form": form,
            "results": results,
            "refusals": refusals,
            "chosen": ",".join(str(result.pk) for result in results),
            "estimate": in_words(total) if results else "",
            "over_budget": over_budget(total),
            "trouble": trouble(request, self.admin_site),
            "here": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/django_outfitanyone/refine.html", context)


def refusal_to_refine(try_on: TryOnResult) -> str:
    """Why the refiner cannot take it; ``""`` when it can."""
    try:
        check_refinable(try_on)
    except RequestRefused as error:
        return str(error)
    return ""
