"""The page “Try on garments”: options, estimate, and the button that requests the pictures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from django_outfitanyone import actions
from django_outfitanyone.admin.account_problem import may_resume, resume
from django_outfitanyone.admin.admin_urls import admin_url
from django_outfitanyone.admin.notices import page_context
from django_outfitanyone.admin.picture_choices import MAX_OFFERED, PictureChoices
from django_outfitanyone.admin.try_on_form import TryOnForm
from django_outfitanyone.admin.visible_rows import visible_rows
from django_outfitanyone.admin.waiting_orders import usable_photos, waiting_garments
from django_outfitanyone.conf import ConfigurationError, conf
from django_outfitanyone.exceptions import OutfitAnyoneError
from django_outfitanyone.models import Account, Garment, ModelImage, OrderRule, TryOnResult
from django_outfitanyone.models.database import atomic
from django_outfitanyone.permissions import may_see_costs

if TYPE_CHECKING:
    from django_outfitanyone.admin.django_classes import ModelAdmin

MAX_SHOWN = 24
"""Garments shown as pictures; a selection may have thousands."""
MAX_WITHHELD = 100
"""Up to this number the page says how many photos are not offered."""
ID = re.compile(r"[0-9]{1,18}")


class TryOnPage:
    """Handles one request to the page.

    The selection is sent as one field of comma-separated ids, because Django accepts only
    ``DATA_UPLOAD_MAX_NUMBER_FIELDS`` fields, but 2.5 MB of data.
    """

    def __init__(self, model_admin: ModelAdmin, request: HttpRequest) -> None:
        self.model_admin = model_admin
        self.site = model_admin.admin_site
        self.request = request
        request.current_app = self.site.name

    def start(
        self,
        *,
        garments: Sequence[Garment] = (),
        photos: Sequence[ModelImage] = (),
        rule: OrderRule | None = None,
    ) -> HttpResponse:
        """Show the form with its defaults; the only photo of a shop is selected already."""
        garments = self._garments_by_key([garment.pk for garment in garments])
        available = list(self._photos()[:2])
        selected = photos or (available if len(available) == 1 else [])
        data = TryOnForm.defaults(garments=garments, photos=selected, rule=rule)
        return self._page(self._form(data, garments))

    def start_from_query(self) -> HttpResponse:
        """Show the form for a link with ``?garments=1,2&photos=3`` or ``?rule=4``."""
        if rule := self._rule(self.request.GET.get("rule", "")):
            garments = waiting_garments(self.site, self.request, rule)
            people = usable_photos(self.site, self.request, rule)
            return self.start(garments=garments, photos=people, rule=rule)
        photos = self._photos().filter(pk__in=_ids(self.request.GET.get("photos", "")))
        garments = self._garments(self.request.GET.get("garments", ""))
        return self.start(garments=garments, photos=list(photos))

    def handle_post(self) -> HttpResponse:
        """Handle the buttons of the page, and the script that asks for the summary."""
        data = self.request.POST
        form = self._form(data, self._garments(data.get("garments", "")))
        if "_resume" in data and may_resume(self.site, self.request):
            resume(_account_of(data["_resume"]), request=self.request)
        if form.is_ordered(data) and self._request_try_ons(form):
            batch = form.cleaned_data["batch"]
            return redirect(admin_url(self.site, "tryonresult_batch", batch))
        if "_summary" in data:
            return TemplateResponse(
                self.request,
                "admin/django_outfitanyone/try_on_update.html",
                self._estimated(form),
            )
        return self._page(form)

    def _request_try_ons(self, form: TryOnForm) -> bool:
        """Request the pictures; return ``False`` with an error in the form if that fails."""
        if Account.of(form.options.engine).is_stopped:
            text = _("The account is stopped. Resume it before you request pictures.")
            form.refuse(text)
            return False
        batch = form.cleaned_data["batch"]
        is_repeated = TryOnResult.objects.filter(batch=batch).exists()
        try:
            with atomic():
                actions.request_try_ons(
                    form.requests,
                    options=form.options,
                    requested_by=self.request.user,
                    batch=batch,
                    name=form.cleaned_data["batch_name"],
                )
                self._decide(form)
        except (OutfitAnyoneError, ConfigurationError) as error:
            form.refuse(str(error))
            return False
        if is_repeated:
            text = _("This form was sent before. Here is its batch; nothing is charged twice.")
            messages.warning(self.request, text)
        if form.left_out_text:
            messages.warning(self.request, form.left_out_text)
        return True

    def _decide(self, form: TryOnForm) -> None:
        """Record that the garments that waited because of a rule wait no longer."""
        rule = self._rule(str(form.cleaned_data.get("rule") or ""))
        if rule and form.garments:
            shown = [garment.pk for garment in form.garments]
            rule.decide(shown, decided_by=self.request.user)

    def _rule(self, key: str) -> OrderRule | None:
        """Return the rule with this key, if the site shows it to the user."""
        if not ID.fullmatch(key) or not self.site.is_registered(OrderRule):
            return None
        rules = self.site.get_model_admin(OrderRule)
        if not rules.has_view_permission(self.request):
            return None
        return OrderRule.objects.filter(pk=key).first()

    def _form(self, data: Any, garments: Sequence[Garment]) -> TryOnForm:
        choices = PictureChoices(self.site, self.request, data)
        shows_costs = may_see_costs(self.request.user)
        return TryOnForm(data, garments=garments, choices=choices, shows_costs=shows_costs)

    def _page(self, form: TryOnForm) -> HttpResponse:
        shown = form.garments[:MAX_SHOWN]
        context = {
            **page_context(self.request, self.site),
            "title": _("Try on garments"),
            "script": "django_outfitanyone/admin/try_on_form.js",
            **self._estimated(form),
            "garments": shown,
            "garment_count": len(form.garments),
            "more_garments": len(form.garments) - len(shown),
            "garment_ids": ",".join(str(garment.pk) for garment in form.garments),
            "withheld": self._visible(ModelImage).withheld()[:MAX_WITHHELD].count(),
        }
        return TemplateResponse(self.request, "admin/django_outfitanyone/try_on_form.html", context)

    def _estimated(self, form: TryOnForm) -> dict[str, Any]:
        """Return what the answer to the script needs, which is a part of the page."""
        return {
            "form": form,
            "estimate": form.estimate,
            "with_parses": conf.PARSE_RESULTS and form.shows_costs,
            "matrix": form.matrix,
            "max_offered": MAX_OFFERED,
            "may_view_results": self.model_admin.has_view_permission(self.request),
            "updated": self.request.POST.get("_summary", ""),
        }

    def _garments(self, ids: str) -> list[Garment]:
        """Return the garments that the user may use, in the order of the ids."""
        return self._garments_by_key(_ids(ids))

    def _garments_by_key(self, keys: Sequence[int]) -> list[Garment]:
        garments = self._visible(Garment).select_related("product").in_bulk(keys)
        return [garments[pk] for pk in keys if pk in garments]

    def _photos(self) -> Any:
        return self._visible(ModelImage).offered()

    def _visible(self, model: type[Garment | ModelImage]) -> Any:
        return visible_rows(self.site, self.request, model)


def _account_of(name: str) -> Account:
    """Return the account that a button resumes, else that of the default engine."""
    return Account.objects.configured().filter(pk=name).first() or Account.of()


def _ids(text: str) -> list[int]:
    """Return ``"3,17"`` as numbers, without duplicates and anything that is not a number."""
    numbers = (part.strip() for part in text.split(","))
    return list(dict.fromkeys(int(number) for number in numbers if ID.fullmatch(number)))
