"""The page between “Try on…” and the paid requests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from django_outfitanyone import actions
from django_outfitanyone.admin.addresses import address_of
from django_outfitanyone.admin.trouble import may_resume, resume, trouble
from django_outfitanyone.admin.try_on_form import TryOnForm
from django_outfitanyone.conf import ConfigurationError, conf
from django_outfitanyone.exceptions import OutfitAnyoneError
from django_outfitanyone.models import Account, Garment, ModelImage, TryOnResult

if TYPE_CHECKING:
    from django_outfitanyone.admin.classes import ModelAdmin

SHOWN = 24
"""Garments shown as pictures; a selection may have thousands."""
ID = re.compile(r"[0-9]{1,18}")
PICKABLE = 60
"""Newest garments offered where none were selected in a list."""


class TryOnPage:
    """Asks how, says what it will cost, and orders.

    The selection travels as one field of comma-separated ids, however large it is:
    Django takes at most ``DATA_UPLOAD_MAX_NUMBER_FIELDS`` fields but 2.5 MB.
    """

    def __init__(self, model_admin: ModelAdmin, request: HttpRequest) -> None:
        self.model_admin = model_admin
        self.site = model_admin.admin_site
        self.request = request
        request.current_app = self.site.name

    def start(
        self, *, garments: Sequence[Garment] = (), photos: Sequence[ModelImage] = ()
    ) -> HttpResponse:
        """The page as it is first seen."""
        known = list(self._photos()[:2])
        chosen = photos or (known if len(known) == 1 else [])
        return self._page(
            self._form(TryOnForm.defaults(garments=garments, photos=chosen), garments)
        )

    def start_from_address(self) -> HttpResponse:
        """As ``start``, for a link with ``?garments=1,2&photos=3``."""
        photos = self._photos().filter(pk__in=_ids(self.request.GET.get("photos", "")))
        garments = self._garments(self.request.GET.get("garments", ""))
        return self.start(garments=garments, photos=list(photos))

    def answer(self) -> HttpResponse:
        """What comes of pressing one of the buttons."""
        asked = self.request.POST
        form = self._form(asked, self._garments(asked.get("garments", "")))
        if "_resume" in asked and may_resume(self.site, self.request):
            resume(Account.current(), request=self.request)
        if "_order" in asked and form.is_valid() and self._order(form):
            batch = form.cleaned_data["batch"]
            return redirect(address_of(self.site, "tryonresult_batch", batch))
        if "_summary" in asked:
            return TemplateResponse(
                self.request,
                "admin/django_outfitanyone/try_on_summary.html",
                self._estimated(form),
            )
        return self._page(form)

    def _order(self, form: TryOnForm) -> bool:
        """Whether the pictures are asked for; if not, the form says why."""
        if Account.current().is_stopped:
            form.add_error(None, _("Nothing can be ordered while the account is stopped."))
            return False
        batch = form.cleaned_data["batch"]
        was_sent = TryOnResult.objects.filter(batch=batch).exists()
        try:
            actions.request_try_ons(
                form.wishes, options=form.options, requested_by=self.request.user, batch=batch
            )
        except (OutfitAnyoneError, ConfigurationError) as error:
            form.add_error(None, str(error))
            return False
        if was_sent:
            text = _("This form was sent before: here is what it asked for. Nothing is paid twice.")
            messages.warning(self.request, text)
        return True

    def _form(self, data: Any, garments: Sequence[Garment]) -> TryOnForm:
        return TryOnForm(data, garments=garments, photos=self._photos(), pickable=self._pickable())

    def _page(self, form: TryOnForm) -> HttpResponse:
        shown = form.garments[:SHOWN]
        prefetch_related_objects(shown, "product")
        context = {
            **self.site.each_context(self.request),
            "title": _("Try on"),
            "opts": TryOnResult._meta,
            **self._estimated(form),
            "garments": shown,
            "garment_count": len(form.garments),
            "more_garments": len(form.garments) - len(shown),
            "garment_ids": ",".join(str(garment.pk) for garment in form.garments),
            "photo_count": len(form.fields["photos"].queryset),  # type: ignore[attr-defined]
            "pickable": PICKABLE,
            "all_garments": 0 if shown else self._seen(Garment).count(),
            "trouble": trouble(self.request, self.site),
        }
        return TemplateResponse(self.request, "admin/django_outfitanyone/try_on_form.html", context)

    def _estimated(self, form: TryOnForm) -> dict[str, Any]:
        return {"form": form, "estimate": form.estimate, "with_searches": conf.PARSE_RESULTS}

    def _garments(self, ids: str) -> list[Garment]:
        """In the order given; only what this person sees in the list of garments."""
        wanted = _ids(ids)
        known = self._seen(Garment).in_bulk(wanted)
        return [known[pk] for pk in wanted if pk in known]

    def _photos(self) -> Any:
        return self._seen(ModelImage).active()

    def _pickable(self) -> Any:
        newest = self._seen(Garment).order_by("-pk").values_list("pk", flat=True)[:PICKABLE]
        return Garment.objects.filter(pk__in=list(newest)).select_related("product")

    def _seen(self, model: type[Garment | ModelImage]) -> Any:
        if self.site.is_registered(model):
            return self.site.get_model_admin(model).get_queryset(self.request)
        return model._default_manager.all()


def _ids(text: str) -> list[int]:
    """``"3,17"`` as numbers, once each; what is not a number was not written by our pages."""
    numbers = (part.strip() for part in text.split(","))
    return list(dict.fromkeys(int(number) for number in numbers if ID.fullmatch(number)))
