"""The page “Replace photo”: failed pictures of a batch are requested anew with another photo."""

from __future__ import annotations

import uuid
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from django_outfitanyone import actions
from django_outfitanyone.admin.admin_urls import admin_url
from django_outfitanyone.admin.batch_controls import BatchControlsMixin
from django_outfitanyone.admin.notices import page_context
from django_outfitanyone.admin.order_summary import OrderSummary
from django_outfitanyone.admin.picture_choices import MAX_OFFERED, PictureChoices, filter_field
from django_outfitanyone.admin.visible_rows import visible_rows
from django_outfitanyone.admin.widgets import OnePictureField
from django_outfitanyone.conf import ConfigurationError, conf
from django_outfitanyone.exceptions import OutfitAnyoneError
from django_outfitanyone.jobs.failures import keys_of_cause
from django_outfitanyone.jobs.replace_photo import Replacement, changed_meanwhile
from django_outfitanyone.models import Garment, ModelImage, TryOnResult
from django_outfitanyone.permissions import may_see_costs
from django_outfitanyone.visibility import with_inputs_among

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from django_outfitanyone.jobs.estimate import Estimate

MAX_ROWS = 5_000
"""Pictures of one request; the page prices each of them."""


class ReplacePhotoForm(OrderSummary, forms.Form):
    """Asks for the other photo; ``plan`` is what would be requested with it."""

    photos = OnePictureField(
        ModelImage.objects.none(),
        label=gettext_lazy("Model photo"),
        error_messages={"required": gettext_lazy("Choose a model photo.")},
    )
    photo_filter = filter_field(gettext_lazy("Name or tag"))
    plan: Replacement | None = None
    matrix = None

    def __init__(
        self, data: Any, *, photos: QuerySet[Any], try_ons: QuerySet[TryOnResult], shows_costs: bool
    ) -> None:
        super().__init__(data)
        self.adapted: list[str] = []
        self.shows_costs = shows_costs
        self.try_ons = try_ons
        field: Any = self.fields["photos"]
        field.queryset = photos

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if photo := values.get("photos"):
            try:
                self.plan = actions.plan_replacement(self.try_ons, photo)
            except OutfitAnyoneError as error:
                raise forms.ValidationError(str(error)) from error
            if not self.plan.failed:
                raise forms.ValidationError(str(changed_meanwhile()))
        return values

    @cached_property
    def estimate(self) -> Estimate | None:
        """The estimate, or ``None`` if the form is not valid."""
        return self.plan.estimate if self.is_valid() and self.plan else None

    def refuse(self, reason: str) -> None:
        """Add an error that came up after validation; there is no estimate any more."""
        self.add_error(None, reason)
        self.__dict__["estimate"] = None


class ReplacePhotoMixin(BatchControlsMixin):
    """Adds the page to the admin of try-on results."""

    def get_urls(self) -> list[URLPattern]:
        view = path(
            "batch/<uuid:batch>/replace/<slug:cause>/",
            self.admin_site.admin_view(self.replace_view),
            name="django_outfitanyone_tryonresult_batch_replace",
        )
        return [view, *super().get_urls()]

    def replace_view(self, request: HttpRequest, batch: uuid.UUID, cause: str) -> HttpResponse:
        """Show which pictures are requested anew, and at what price; on POST, request them."""
        if not self.may_retry(request):
            raise PermissionDenied
        request.current_app = self.admin_site.name
        keys = keys_of_cause(self.rows_of_batch(request, batch), cause)[:MAX_ROWS]
        if not keys:
            text = _("These pictures have been retried already, or their cause has changed.")
            self.message_user(request, text, messages.WARNING)
            return self._back_to(request, batch)
        form = self._replace_form(request, keys)
        if form.is_ordered(request.POST) and self._replace(request, form):
            return self._back_to(request, batch)
        context = {
            **page_context(request, self.admin_site),
            "title": _("Replace the model photo"),
            "script": "django_outfitanyone/admin/try_on_form.js",
            "form": form,
            "estimate": form.estimate,
            "with_parses": conf.PARSE_RESULTS and form.shows_costs,
            "max_offered": MAX_OFFERED,
            "count": len(keys),
            "staying": len(keys) - len(form.plan.failed) if form.plan else 0,
            "batch_url": admin_url(self.admin_site, "tryonresult_batch", batch),
            "updated": request.POST.get("_summary", ""),
        }
        name = "replace_update" if "_summary" in request.POST else "replace_form"
        return TemplateResponse(request, f"admin/django_outfitanyone/{name}.html", context)

    def _replace_form(self, request: HttpRequest, keys: list[int]) -> ReplacePhotoForm:
        rows = with_inputs_among(
            TryOnResult.objects.filter(pk__in=keys),
            photos=ModelImage.objects.all(),
            garments=visible_rows(self.admin_site, request, Garment),
        )
        data = request.POST if request.method == "POST" else request.GET
        choices: Any = PictureChoices(self.admin_site, request, data).photos()
        known = rows.order_by().values("model_image")
        return ReplacePhotoForm(
            data,
            photos=choices.offered().exclude(pk__in=known),
            try_ons=rows,
            shows_costs=may_see_costs(request.user),
        )

    def _replace(self, request: HttpRequest, form: ReplacePhotoForm) -> bool:
        """Request the pictures; return ``False`` with an error in the form if that fails."""
        photo, user = form.cleaned_data["photos"], request.user
        try:
            rows = actions.replace_photo(form.try_ons, photo, requested_by=user)
        except (OutfitAnyoneError, ConfigurationError) as error:
            form.refuse(str(error))
            return False
        if form.plan:
            text = _("Requested anew with the model photo “%(photo)s”") % {"photo": photo}
            LogEntry.objects.log_actions(user.pk, form.plan.failed, CHANGE, text)  # type: ignore[arg-type]
        text = ngettext(
            "%(count)d picture was requested with the model photo “%(photo)s”.",
            "%(count)d pictures were requested with the model photo “%(photo)s”.",
            len(rows),
        )
        self.message_user(request, text % {"count": len(rows), "photo": photo}, messages.SUCCESS)
        return True
