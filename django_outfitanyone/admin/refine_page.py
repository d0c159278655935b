"""The page “Refine pictures”: a second, paid pass over finished pictures."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_outfitanyone import actions
from django_outfitanyone.admin.admin_urls import admin_url
from django_outfitanyone.admin.estimates import budget_warning, estimate_text, refine_label
from django_outfitanyone.admin.notices import page_context
from django_outfitanyone.admin.visible_rows import check_inputs
from django_outfitanyone.admin.work_permissions import TryOnPermissionMixin
from django_outfitanyone.choices import Gender
from django_outfitanyone.conf import ConfigurationError
from django_outfitanyone.exceptions import OutfitAnyoneError, RequestRefused
from django_outfitanyone.jobs.estimate import estimate_rows
from django_outfitanyone.jobs.refine import as_refinement, check_refinable, known_gender
from django_outfitanyone.models import ModelImage, TryOnResult
from django_outfitanyone.permissions import may_see_costs

if TYPE_CHECKING:
    from typing import Any

    from django.db.models import QuerySet

MAX_PICTURES = 100
"""Pictures per request: the user must still be able to check the gender in each of them."""


class RefineForm(forms.Form):
    """``batch`` is created with the page, so that a form sent twice makes one batch.

    The gender is asked only if a model photo does not say it.
    """

    gender = forms.ChoiceField(
        label=gettext_lazy("The people in these pictures are"),
        choices=Gender.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("The refiner needs to know. Refine women and men separately."),
    )
    force_new = forms.BooleanField(
        label=gettext_lazy("Make pictures that already exist again"),
        required=False,
        help_text=gettext_lazy("Every picture is then charged, even if it already exists."),
    )
    batch = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, unknown: Sequence[TryOnResult], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unknown = unknown
        """The pictures whose photos do not say the gender."""
        if not unknown:
            del self.fields["gender"]


class RefineMixin(TryOnPermissionMixin):
    """Adds the action and the page to the admin of try-on results."""

    def get_urls(self) -> list[URLPattern]:
        view = path(
            "refine/",
            self.admin_site.admin_view(self.refine_view),
            name="django_outfitanyone_tryonresult_refine",
        )
        return [view, *super().get_urls()]

    @admin.action(description=gettext_lazy("Refine…"), permissions=["add"])
    def refine(self, request: HttpRequest, queryset: QuerySet[TryOnResult]) -> HttpResponse | None:
        keys = list(queryset.order_by("pk").values_list("pk", flat=True)[: MAX_PICTURES + 1])
        if len(keys) > MAX_PICTURES:
            text = _("Choose at most %(count)d pictures to refine.") % {"count": MAX_PICTURES}
            self.message_user(request, text, messages.WARNING)
            return None
        selected = ",".join(map(str, keys))
        return redirect(f"{admin_url(self.admin_site, 'tryonresult_refine')}?results={selected}")

    def refine_view(self, request: HttpRequest) -> HttpResponse:
        """Show the options and the cost; on POST, request the refined pictures."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        selected = request.POST.get("results") or request.GET.get("results", "")
        results, refusals = self._refinable(request, selected)
        unknown = [result for result in results if not known_gender(result)]
        initial = {"batch": uuid.uuid4()}
        form = RefineForm(request.POST or None, initial=initial, unknown=unknown)
        if request.method == "POST" and form.is_valid() and results:
            rows = self._request_refined(request, form, results)
            if rows:
                return redirect(admin_url(self.admin_site, "tryonresult_batch", rows[0].batch))
        return self._page(request, form, results, refusals)

    def may_refine(self, request: HttpRequest, try_on: TryOnResult) -> bool:
        """Return whether the page of a picture offers to refine it."""
        return self.has_add_permission(request) and not self._refusal(request, try_on)

    def _refinable(
        self, request: HttpRequest, selected: str
    ) -> tuple[list[TryOnResult], list[tuple[TryOnResult, str]]]:
        """Return the pictures that can be refined, and the others with the reason."""
        keys = [int(key) for key in re.findall(r"[0-9]{1,18}", selected)][:MAX_PICTURES]
        rows = self.get_queryset(request).filter(pk__in=keys).select_related("model_image")
        checked = [(row, self._refusal(request, row)) for row in rows.order_by("pk")]
        refinable = [row for row, refusal in checked if not refusal]
        return refinable, [(row, refusal) for row, refusal in checked if refusal]

    def _refusal(self, request: HttpRequest, try_on: TryOnResult) -> str:
        """Return why the picture cannot be refined, or ``""`` if it can."""
        try:
            check_refinable(try_on)
            check_inputs(self.admin_site, request, try_on)
        except RequestRefused as error:
            return str(error)
        return ""

    def _request_refined(
        self, request: HttpRequest, form: RefineForm, results: Sequence[TryOnResult]
    ) -> list[TryOnResult]:
        values = form.cleaned_data
        gender = values.pop("gender", "")
        photos = {photo.pk: photo for result in form.unknown if (photo := result.model_image)}
        for result in form.unknown:
            result.model_image.gender = gender  # type: ignore[union-attr]
        try:
            rows = actions.refine_all(results, **values, requested_by=request.user)
        except (OutfitAnyoneError, ConfigurationError) as error:
            form.add_error(None, str(error))
            return []
        if photos and self._may_note_gender(request):
            ModelImage.objects.note_gender(photos, gender)
        return rows

    def _may_note_gender(self, request: HttpRequest) -> bool:
        """Return whether the photos may remember what the person has said about them."""
        codename = get_permission_codename("change", ModelImage._meta)
        return request.user.has_perm(f"{ModelImage._meta.app_label}.{codename}")

    def _page(
        self,
        request: HttpRequest,
        form: RefineForm,
        results: list[TryOnResult],
        refusals: list[tuple[TryOnResult, str]],
    ) -> HttpResponse:
        request.current_app = self.admin_site.name
        rows = [as_refinement(result, gender=Gender.WOMAN) for result in results]
        total = estimate_rows(rows)
        shows_costs = may_see_costs(request.user)
        context = {
            "unknown": form.unknown if len(form.unknown) < len(results) else [],
            **page_context(request, self.admin_site),
            "title": _("Refine pictures"),
            "form": form,
            "results": results,
            "refusals": refusals,
            "selected": ",".join(str(result.pk) for result in results),
            "estimate": estimate_text(total, shows_costs=shows_costs) if results else "",
            "submit_label": refine_label(total, shows_costs=shows_costs),
            "over_budget": budget_warning(total, shows_costs=shows_costs),
        }
        return TemplateResponse(request, "admin/django_outfitanyone/refine_form.html", context)
