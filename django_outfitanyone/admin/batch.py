"""The page of a batch, which shows its pictures as they finish."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
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

from django_outfitanyone import actions
from django_outfitanyone.admin.actions import CANCEL, RESULT_ACTIONS, ResultAction, run_action
from django_outfitanyone.admin.admin_urls import admin_url, next_url
from django_outfitanyone.admin.candidates import CANDIDATE_ACTIONS
from django_outfitanyone.admin.notices import page_context
from django_outfitanyone.admin.progress import Progress, progress_of
from django_outfitanyone.admin.rendering import cost, review_badge, status_badge
from django_outfitanyone.admin.replace_page import ReplacePhotoMixin
from django_outfitanyone.admin.review_queue import review_label
from django_outfitanyone.admin.work_permissions import TryOnPermissionMixin
from django_outfitanyone.catalogue import catalogue_for
from django_outfitanyone.jobs.failures import blocking_parses, causes_of_failures
from django_outfitanyone.jobs.fallback import why_waiting
from django_outfitanyone.models import Batch, ClothesParse, TryOnResult
from django_outfitanyone.permissions import may_see_costs
from django_outfitanyone.wakeup import wake_if_idle

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


PER_PAGE = 48


@dataclass(frozen=True, kw_only=True)
class Card:
    """One try-on as shown in the grid, with the actions that the user may run on it."""

    try_on: TryOnResult
    actions: list[ResultAction]
    links: list[tuple[str, str]]
    """Title and URL of the storefront pages of the products worn."""
    blocking_parse: ClothesParse | None = None
    """The clothes parse that a person must decide about before this try-on goes on."""

    @property
    def badge(self) -> SafeString:
        """The review state of a finished picture, else the status."""
        return review_badge(self.try_on) if self.is_finished else status_badge(self.try_on)

    @property
    def is_finished(self) -> bool:
        return self.try_on.has_succeeded

    @property
    def cost(self) -> str:
        return cost(self.try_on)

    @property
    def version(self) -> str:
        """Changes whenever the content of the card changes."""
        row = self.try_on
        parts = (
            row.status,
            row.review,
            bool(row.is_chosen),
            bool(row.published_at),
            row.error_code,
            row.attempts,
        )
        return "-".join(map(str, parts))


class BatchMixin(ReplacePhotoMixin, TryOnPermissionMixin):
    """Adds the batch page and the action buttons to the admin of try-on results."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        name = "django_outfitanyone_tryonresult_batch"
        return [
            path("batch/<uuid:batch>/", view(self.batch_view), name=name),
            path("batch/<uuid:batch>/cards/", view(self.cards_view), name=f"{name}_cards"),
            path("batch/<uuid:batch>/do/", view(self.batch_action_view), name=f"{name}_do"),
            path("<int:pk>/do/", view(self.action_view), name="django_outfitanyone_tryonresult_do"),
            *super().get_urls(),
        ]

    @method_decorator(require_GET)
    def batch_view(self, request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
        """Render the whole page."""
        named = self.named_batch(request, batch)
        progress = self._progress(request, batch, named)
        rows = Paginator(self.rows_of_batch(request, batch), PER_PAGE)
        page = rows.get_page(request.GET.get("p"))
        context = {
            **page_context(request, self.admin_site, missing_worker=progress.missing_worker),
            **self._fragment(request, batch, progress, page.object_list, named),
            "title": str(named) if named else _("Review try-on pictures"),
            "script": "django_outfitanyone/admin/batch.js",
            "page": page,
        }
        return TemplateResponse(request, "admin/django_outfitanyone/batch.html", context)

    @method_decorator(require_GET)
    def cards_view(self, request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
        """Render the parts that may have changed: the progress and the requested cards."""
        named = self.named_batch(request, batch)
        progress = self._progress(request, batch, named)
        wanted = [int(pk) for pk in request.GET.getlist("card") if pk.isdecimal()][:PER_PAGE]
        rows = self.rows_of_batch(request, batch).filter(pk__in=wanted)
        context = self._fragment(request, batch, progress, rows, named)
        return TemplateResponse(request, "admin/django_outfitanyone/batch_cards.html", context)

    @method_decorator(require_POST)
    def action_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Run an action on one try-on."""
        action = self._permitted_action(request, {**RESULT_ACTIONS, **CANDIDATE_ACTIONS})
        try_on = self.get_object(request, str(pk))
        if try_on is None:
            raise Http404
        run_action(action, [try_on], model_admin=self, request=request)
        detail = admin_url(self.admin_site, "tryonresult_change", pk)
        return redirect(next_url(request, default=detail))

    @method_decorator(require_POST)
    def batch_action_view(self, request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
        """Run an action on all try-ons of a batch whose state allows it."""
        action = self._permitted_action(request, RESULT_ACTIONS)
        rows: Any = self.rows_of_batch(request, batch)
        done: list[TryOnResult] = []
        if action is CANCEL:
            if named := self.named_batch(request, batch):
                self.cancel_rest(request, named)
            else:
                done = actions.cancel_unsent(rows)
            rows = rows.running()  # a batch may have 100,000 other ones
        remaining, left_out = action.rows_in_bulk(rows)
        run_action(action, remaining, model_admin=self, request=request, already_done=done)
        if left_out:
            text = action.left_out_message % {"count": left_out}
            self.message_user(request, text, messages.WARNING)
        page = admin_url(self.admin_site, "tryonresult_batch", batch)
        return redirect(next_url(request, default=page))

    def may_see_batches(self, request: HttpRequest) -> bool:
        """Return whether the user may view or request try-ons."""
        return self.has_view_permission(request) or self.has_add_permission(request)

    def _permitted_action(
        self, request: HttpRequest, among: Mapping[str, ResultAction]
    ) -> ResultAction:
        action = among.get(request.POST.get("action", ""))
        if action is None:
            raise Http404
        if not action.is_permitted(self, request):
            raise PermissionDenied
        return action

    def _progress(self, request: HttpRequest, batch: uuid.UUID, named: Batch | None) -> Progress:
        if not self.may_see_batches(request):
            raise PermissionDenied
        is_paused = named is not None and named.is_paused
        progress = progress_of(self.rows_of_batch(request, batch), is_paused=is_paused)
        if progress is None:
            raise Http404(_("There is no such batch."))
        if progress.open:
            wake_if_idle()
        return progress

    def _fragment(
        self,
        request: HttpRequest,
        batch: uuid.UUID,
        progress: Progress,
        rows: Any,
        named: Batch | None,
    ) -> dict[str, Any]:
        request.current_app = self.admin_site.name
        page = admin_url(self.admin_site, "tryonresult_batch", batch)
        number = request.GET.get("p", "")
        actions = [
            (action, count)
            for action, count in progress.actions
            if action.is_permitted(self, request)
        ]
        may_review = progress.to_review and self.has_view_permission(request)
        label = review_label(progress.to_review) if may_review else ""
        return {
            "batch": batch,
            "here": f"{page}?p={number}" if number.isdecimal() else page,
            "progress": progress,
            "cost_text": progress.cost_text if may_see_costs(request.user) else "",
            "cards": self.cards(request, rows),
            **self.batch_controls(request, named, progress),
            **self._problems(request, batch, progress),
            "actions": actions,
            "review_label": label,
            "actions_version": "-".join([label, *(f"{one.name}{count}" for one, count in actions)]),
        }

    def cards(self, request: HttpRequest, rows: Iterable[TryOnResult]) -> list[Card]:
        """Return the cards of some try-ons."""
        rows = list(rows)
        products = (
            garment.product for row in rows if row.has_succeeded for garment in row.garments
        )
        catalogue_for(request).prepare(products)
        blocking = ClothesParse.objects.blocking(rows)
        return [self._card(request, row, blocking.get(row.pk)) for row in rows]

    def _problems(
        self, request: HttpRequest, batch: uuid.UUID, progress: Progress
    ) -> dict[str, Any]:
        rows: Any = self.rows_of_batch(request, batch)
        causes = causes_of_failures(rows) if progress.failed else []
        blocking = blocking_parses(rows.blocked()) if progress.blocked else []
        shows_prices = may_see_costs(request.user)
        waiting = why_waiting(rows, shows_prices=shows_prices) if progress.open else []
        version = [f"{cause.code}{cause.count}" for cause in causes]
        version += [f"{parse.pk}x{count}" for parse, count in blocking]
        version += [str(one) for one in waiting]
        may_help = progress.failed or progress.waiting or waiting
        may_move = may_help and self.has_add_permission(request)
        version += ["move"] if may_move else []
        move = f"{admin_url(self.admin_site, 'tryonresult_move')}?batch={batch}"
        return {
            "causes": causes,
            "may_retry": bool(causes) and self.may_retry(request),
            "blocking": blocking,
            "waiting": waiting,
            "problems_version": "-".join(version),
            "move_url": move if may_move else "",
        }

    def card(self, request: HttpRequest, try_on: TryOnResult) -> Card:
        """Return the card of a try-on for its detail page."""
        blocking = ClothesParse.objects.blocking([try_on])
        return self._card(request, try_on, blocking.get(try_on.pk))

    def _card(
        self, request: HttpRequest, try_on: TryOnResult, blocking_parse: ClothesParse | None
    ) -> Card:
        actions = [
            action
            for action in RESULT_ACTIONS.values()
            if action.is_available_for(try_on) and action.is_permitted(self, request)
        ]
        return Card(
            try_on=try_on,
            actions=actions,
            links=shop_links(try_on, request),
            blocking_parse=blocking_parse,
        )


def shop_links(try_on: TryOnResult, request: HttpRequest) -> list[tuple[str, str]]:
    """Return title and URL of the storefront pages of the products in a finished picture."""
    if not try_on.has_succeeded:
        return []
    shop = catalogue_for(request)
    products = {garment.product_id: garment.product for garment in try_on.garments}
    products.pop(None, None)  # of garments that belong to no product
    links = ((shop.title(product), shop.url(product)) for product in products.values())
    return [(title, url) for title, url in links if url]
