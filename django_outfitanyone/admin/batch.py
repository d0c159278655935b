"""The pictures of one order, as they come in."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from django_outfitanyone.admin.actions import VERBS, Verb, carry_out
from django_outfitanyone.admin.addresses import address_of, back_to
from django_outfitanyone.admin.classes import AdminMixin
from django_outfitanyone.admin.progress import Progress, progress_of
from django_outfitanyone.admin.rendering import cost, review_badge, status_badge
from django_outfitanyone.admin.trouble import trouble
from django_outfitanyone.catalogue import catalogue
from django_outfitanyone.choices import Status
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.wakeup import wake_if_idle

if TYPE_CHECKING:
    from django.db.models import QuerySet

PER_PAGE = 48


@dataclass(frozen=True, kw_only=True)
class Card:
    """One try-on in the grid, with what this person may do to it."""

    try_on: TryOnResult
    verbs: list[Verb]
    links: list[tuple[str, str]]
    """Name and address of the storefront pages of the products worn."""

    @property
    def badge(self) -> SafeString:
        """Where it stands: of a finished picture, what people think of it."""
        return review_badge(self.try_on) if self.is_finished else status_badge(self.try_on)

    @property
    def is_finished(self) -> bool:
        return self.try_on.status == Status.SUCCEEDED

    @property
    def cost(self) -> str:
        return cost(self.try_on)

    @property
    def version(self) -> str:
        """Changes whenever the card looks different."""
        row = self.try_on
        parts = (row.status, row.review, bool(row.published_at), row.error_code, row.attempts)
        return "-".join(map(str, parts))


class BatchMixin(AdminMixin):
    """Adds the page of a batch to the admin of try-on results."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        name = "django_outfitanyone_tryonresult_batch"
        return [
            path("batch/<uuid:batch>/", view(self.batch_view), name=name),
            path("batch/<uuid:batch>/cards/", view(self.cards_view), name=f"{name}_cards"),
            path("batch/<uuid:batch>/do/", view(self.batch_do_view), name=f"{name}_do"),
            path("<int:pk>/do/", view(self.do_view), name="django_outfitanyone_tryonresult_do"),
            *super().get_urls(),
        ]

    @method_decorator(require_GET)
    def batch_view(self, request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
        """The whole page."""
        progress = self._progress(request, batch)
        rows = Paginator(self._rows(request, batch), PER_PAGE)
        page = rows.get_page(request.GET.get("p"))
        context = {
            **self.admin_site.each_context(request),
            **self._fragment(request, batch, progress, page.object_list),
            "title": _("Try-on pictures"),
            "opts": self.opts,
            "page": page,
        }
        return TemplateResponse(request, "admin/django_outfitanyone/batch.html", context)

    @method_decorator(require_GET)
    def cards_view(self, request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
        """What may have changed: the progress and the cards the page names as open."""
        progress = self._progress(request, batch)
        wanted = [int(pk) for pk in request.GET.getlist("card") if pk.isdecimal()][:PER_PAGE]
        rows = self._rows(request, batch).filter(pk__in=wanted)
        context = self._fragment(request, batch, progress, rows)
        return TemplateResponse(request, "admin/django_outfitanyone/batch_cards.html", context)

    @method_decorator(require_POST)
    def do_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Does one thing to one try-on."""
        verb = self._permitted_verb(request)
        try_on = self.get_object(request, str(pk))
        if try_on is None:
            raise Http404
        carry_out(verb, [try_on], model_admin=self, request=request)
        detail = address_of(self.admin_site, "tryonresult_change", pk)
        return redirect(back_to(request, otherwise=detail))

    @method_decorator(require_POST)
    def batch_do_view(self, request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
        """Does one thing to all of a batch that it makes sense for."""
        verb = self._permitted_verb(request)
        rows = self._rows(request, batch)
        swept = verb.sweep(rows) if verb.sweep else []
        fitting = [
            try_on
            for try_on in rows.all()
            if verb.fits_to_all(try_on.status, try_on.review, try_on.published_at is not None)
        ]
        carry_out(verb, fitting, model_admin=self, request=request, swept=swept)
        page = address_of(self.admin_site, "tryonresult_batch", batch)
        return redirect(back_to(request, otherwise=page))

    def may_see_batches(self, request: HttpRequest) -> bool:
        """Those who may look at results, and those who ask for them."""
        return self.has_view_permission(request) or self.has_add_permission(request)

    def _permitted_verb(self, request: HttpRequest) -> Verb:
        verb = VERBS.get(request.POST.get("verb", ""))
        if verb is None:
            raise Http404
        if not verb.is_permitted(self, request):
            raise PermissionDenied
        return verb

    def _progress(self, request: HttpRequest, batch: uuid.UUID) -> Progress:
        if not self.may_see_batches(request):
            raise PermissionDenied
        progress = progress_of(self._rows(request, batch))
        if progress is None:
            raise Http404(_("There is no such batch."))
        if progress.open:
            wake_if_idle()
        return progress

    def _rows(self, request: HttpRequest, batch: uuid.UUID) -> QuerySet[TryOnResult]:
        rows: QuerySet[TryOnResult] = self.get_queryset(request)
        return (
            rows.filter(batch=batch)
            .select_related("model_image", "top_garment__product", "bottom_garment__product")
            .order_by("number")
        )

    def _fragment(
        self, request: HttpRequest, batch: uuid.UUID, progress: Progress, rows: Any
    ) -> dict[str, Any]:
        request.current_app = self.admin_site.name
        page = address_of(self.admin_site, "tryonresult_batch", batch)
        number = request.GET.get("p", "")
        verbs = [
            (verb, count) for verb, count in progress.verbs if verb.is_permitted(self, request)
        ]
        return {
            "trouble": trouble(request, self.admin_site),
            "batch": batch,
            "here": f"{page}?p={number}" if number.isdecimal() else page,
            "progress": progress,
            "cards": [self.card(request, try_on) for try_on in rows],
            "verbs": verbs,
            "verbs_version": "-".join(f"{verb.name}{count}" for verb, count in verbs),
        }

    def card(self, request: HttpRequest, try_on: TryOnResult) -> Card:
        """One row as the grid and its own page show it."""
        return Card(try_on=try_on, verbs=self.verbs_for(request, try_on), links=shop_links(try_on))

    def verbs_for(self, request: HttpRequest, try_on: TryOnResult) -> list[Verb]:
        """What this person may do to this row, as buttons."""
        return [
            verb
            for verb in VERBS.values()
            if verb.fits_to(try_on) and verb.is_permitted(self, request)
        ]


def shop_links(try_on: TryOnResult) -> list[tuple[str, str]]:
    """Name and address of the storefront pages of what is worn in a finished picture."""
    if try_on.status != Status.SUCCEEDED:
        return []
    shop = catalogue()
    products = {garment.product_id: garment.product for garment in try_on.garments}
    named = ((shop.title(product), shop.url(product)) for product in products.values())
    return [(title, url) for title, url in named if url]
