"""The page “Move to another engine”: which pictures move, at what price, and which ones stay."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from django_outfitanyone import actions
from django_outfitanyone.account.prices import order_size
from django_outfitanyone.admin.actions import warn_about_refusals
from django_outfitanyone.admin.admin_urls import admin_url
from django_outfitanyone.admin.engine_choice import EngineCards, engine_options, offer_engines
from django_outfitanyone.admin.estimates import budget_warning, estimate_text, move_label
from django_outfitanyone.admin.notices import page_context
from django_outfitanyone.admin.order_check import as_text, dearer_text, is_dearer
from django_outfitanyone.admin.visible_rows import visible_rows
from django_outfitanyone.admin.work_permissions import TryOnPermissionMixin
from django_outfitanyone.conf import ConfigurationError
from django_outfitanyone.exceptions import OutfitAnyoneError
from django_outfitanyone.jobs.engine_target import Target
from django_outfitanyone.jobs.move import Move
from django_outfitanyone.models import Garment, ModelImage, TryOnResult
from django_outfitanyone.permissions import may_see_costs
from django_outfitanyone.visibility import with_inputs_among

if TYPE_CHECKING:
    from django.db.models import QuerySet

MAX_ROWS = 5000
"""Try-ons of one request; the page counts and prices each of them."""
MAX_NAMED = 3
"""Try-ons that are named for each reason to stay."""
ID = re.compile(r"[0-9]{1,18}")


class MoveForm(forms.Form):
    """``move`` is what the chosen engine takes of the selected try-ons, with its price."""

    engine = forms.ChoiceField(label=gettext_lazy("Engine and quality"), widget=EngineCards)

    def __init__(self, data: Any, *, try_ons: QuerySet[TryOnResult], shows_costs: bool) -> None:
        super().__init__(data)
        self.shows_costs = shows_costs
        self.try_ons = try_ons
        self.notice = ""
        self.engines = engine_options(shows_costs=shows_costs)
        offer_engines(self.fields["engine"], self.engines)

    @cached_property
    def move(self) -> Move | None:
        """What would move, or ``None`` if no engine is chosen."""
        if not self.is_valid():
            return None
        target = self.target
        found = actions.estimate_move(self.try_ons, engine=target.alias, model=target.model)
        sizes = tuple(dict.fromkeys(map(order_size, found.moving)))
        described = {name: replace(one, sizes=sizes) for name, one in self.engines.items()}
        offer_engines(self.fields["engine"], described)
        return found

    @property
    def target(self) -> Target:
        return self.engines[self.cleaned_data["engine"]].target


@dataclass(frozen=True, kw_only=True)
class Staying:
    """Why ``count`` try-ons stay; ``names`` are the first of them."""

    reason: str
    count: int
    names: list[str]


class MoveMixin(TryOnPermissionMixin):
    """Adds the action and the page to the admin of try-on results."""

    def get_urls(self) -> list[URLPattern]:
        view = path(
            "move/",
            self.admin_site.admin_view(self.move_view),
            name="django_outfitanyone_tryonresult_move",
        )
        return [view, *super().get_urls()]

    @admin.action(description=gettext_lazy("Move to another engine…"), permissions=["add"])
    def move(self, request: HttpRequest, queryset: QuerySet[TryOnResult]) -> HttpResponse:
        keys = list(queryset.order_by("pk").values_list("pk", flat=True)[: MAX_ROWS + 1])
        if len(keys) > MAX_ROWS:
            text = _("Only the first %(count)d pictures are moved at once.") % {"count": MAX_ROWS}
            self.message_user(request, text, messages.WARNING)
        return self._move_page(request, keys[:MAX_ROWS])

    def move_view(self, request: HttpRequest) -> HttpResponse:
        """Show what would move, for the try-ons of a form or of ``?batch=``; on POST, move."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            rows = self.get_queryset(request).filter(batch=_batch_of(request))
            return self._move_page(request, list(rows.values_list("pk", flat=True)[:MAX_ROWS]))
        keys = [int(key) for key in ID.findall(request.POST.get("try_ons", ""))[:MAX_ROWS]]
        if "_order" in request.POST:
            form = self._move_form(request, request.POST, self._movable_for(request, keys))
            if self._may_move(request, form) and (done := self._move(request, form)):
                return redirect(self._page_of(done))
            return self._move_page(request, keys, form=form)
        return self._move_page(request, keys)

    def _page_of(self, done: Move) -> str:
        """Return the URL of the batch that moved, or of the list if it was not just one."""
        batches = {row.batch for row in done.moving}
        if len(batches) == 1:
            return admin_url(self.admin_site, "tryonresult_batch", *batches)
        return admin_url(self.admin_site, "tryonresult_changelist")

    def _movable_for(self, request: HttpRequest, keys: list[int]) -> QuerySet[TryOnResult]:
        """Return those of these try-ons whose pictures the user may use."""
        return with_inputs_among(
            self.get_queryset(request).filter(pk__in=keys),
            photos=visible_rows(self.admin_site, request, ModelImage),
            garments=visible_rows(self.admin_site, request, Garment),
        )

    def _move_form(
        self, request: HttpRequest, data: Any, try_ons: QuerySet[TryOnResult]
    ) -> MoveForm:
        return MoveForm(data, try_ons=try_ons, shows_costs=may_see_costs(request.user))

    def _may_move(self, request: HttpRequest, form: MoveForm) -> bool:
        """Return whether the button moves what the page has shown."""
        if form.move is None or not form.move.moving:
            return False
        shown = request.POST.get("shown_costs")
        if shown is not None and is_dearer(form.move.estimate, shown):
            form.notice = dearer_text(shows_costs=form.shows_costs)
        return not form.notice

    def _move(self, request: HttpRequest, form: MoveForm) -> Move | None:
        """Move the pictures and report it; ``form.notice`` says why if that is refused."""
        target, user = form.target, request.user
        try:
            done = actions.move_to_engine(
                form.try_ons, engine=target.alias, model=target.model, moved_by=user
            )
        except (OutfitAnyoneError, ConfigurationError) as error:
            form.notice = str(error)
            return None
        if done.moving:
            text = _("Moved to %(engine)s") % {"engine": target.title}
            LogEntry.objects.log_actions(user.pk, done.moving, CHANGE, text)  # type: ignore[arg-type]
        count = len(done.moving)
        text = ngettext(
            "%(count)d picture moved to %(engine)s.",
            "%(count)d pictures moved to %(engine)s.",
            count,
        )
        text %= {"count": count, "engine": target.title}
        self.message_user(request, text, messages.SUCCESS if count else messages.WARNING)
        warn_about_refusals(done.reasons, model_admin=self, request=request)
        return done

    def _move_page(
        self, request: HttpRequest, keys: list[int], *, form: MoveForm | None = None
    ) -> HttpResponse:
        request.current_app = self.admin_site.name
        usable = self._movable_for(request, keys)
        if form is None:
            data = request.POST if "engine" in request.POST else _other_engine(usable)
            form = self._move_form(request, data, usable)
        found = form.move
        context = {
            **page_context(request, self.admin_site),
            "title": _("Move to another engine"),
            "script": "django_outfitanyone/admin/try_on_form.js",
            "form": form,
            "keys": ",".join(map(str, keys)),
            "hidden_inputs": len(keys) - usable.count(),
            **(_described(found, shows_costs=form.shows_costs) if found else {}),
        }
        name = "move_update" if "_summary" in request.POST else "move_form"
        return TemplateResponse(request, f"admin/django_outfitanyone/{name}.html", context)


def _described(move: Move, *, shows_costs: bool) -> dict[str, Any]:
    """Return what the page says about a move."""
    names: dict[str, list[str]] = {}
    for row, reason in move.staying:
        names.setdefault(reason, []).append(f"{row} ({row.pk})")
    return {
        "moving": len(move.moving),
        "estimate": estimate_text(move.estimate, shows_costs=shows_costs) if move.moving else "",
        "submit_label": move_label(move.estimate, shows_costs=shows_costs),
        "shown_costs": as_text(move.estimate, shows_costs=shows_costs),
        "over_budget": budget_warning(move.estimate, shows_costs=shows_costs),
        "changes": list(move.changes.items()),
        "staying": [
            Staying(reason=reason, count=count, names=names[reason][:MAX_NAMED])
            for reason, count in move.reasons.most_common()
        ],
    }


def _other_engine(try_ons: QuerySet[TryOnResult]) -> dict[str, str]:
    """Return the data of a form with the best proposal: another engine, usable, not at its end."""
    first = try_ons.first()
    present = first and str(Target(first.account_id, first.remote_model))
    worn = Garment.objects.filter(worn__try_on__in=try_ons)
    kinds = frozenset(worn.values_list("kind", flat=True).distinct())
    options = {
        name: replace(one, kinds=kinds) for name, one in engine_options(shows_costs=False).items()
    }
    drawbacks = {
        name: (name == present, bool(one.refusal), bool(one.end)) for name, one in options.items()
    }
    return {"engine": min(options, key=drawbacks.__getitem__, default="")}


def _batch_of(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.GET.get("batch", ""))
    except ValueError:
        return None
