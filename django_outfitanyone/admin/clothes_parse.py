"""The admin of the clothes parses."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from django_outfitanyone import actions
from django_outfitanyone.admin import rendering, row_finder
from django_outfitanyone.admin.actions import refusal_of, warn_about_refusals
from django_outfitanyone.admin.admin_urls import admin_url
from django_outfitanyone.admin.django_classes import ModelAdmin
from django_outfitanyone.admin.large_table import LargeTableMixin
from django_outfitanyone.admin.notices import NoticeMixin
from django_outfitanyone.admin.panels import PanelMixin
from django_outfitanyone.admin.parse_decisions import (
    CANCEL,
    DECISIONS,
    RETRY,
    may_parse,
    price_of_parse,
)
from django_outfitanyone.admin.read_only import ReadOnlyMixin
from django_outfitanyone.admin.work_permissions import CostMixin
from django_outfitanyone.models import Charge, ClothesParse, TryOnResult
from django_outfitanyone.models.worn_garment import worn_with_products
from django_outfitanyone.permissions import may_generate

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from django_outfitanyone.models.clothes_parse import ClothesParseQuerySet


class ClothesParseAdminMixin(PanelMixin, CostMixin, LargeTableMixin, NoticeMixin, ReadOnlyMixin):
    """Clothes parses are requested from their picture; staff can retry or cancel them here."""

    first_step = gettext_lazy(
        "No clothes parses yet. Select model photos or try-on results in their list and choose "
        "“Parse clothes”."
    )
    list_display = ("__str__", "listed_status", "paid", "requested_by", "created_at")
    list_filter = ("status", "created_at")
    list_select_related = ("requested_by", "model_image", "try_on__model_image")
    search_fields = ("pk",)  # shows the box; find_rows() reads
    search_help_text = gettext_lazy(
        "An id, a request id, or the name of the model photo. Names show the newest 200 matches."
    )
    actions = ("retry_failed", "cancel_parses")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    *("picture", "clothes_types", "status_badge", "error", "paid"),
                    *("requested_by", "created_at", "submitted_at", "finished_at"),
                )
            },
        ),
        (
            gettext_lazy("Technical details"),
            {
                "classes": ("collapse",),
                "fields": (
                    "account",
                    "image_count",
                    "request_id",
                    "attempts",
                    "due_at",
                    "picture_sha256",
                    "remote_answer",
                ),
            },
        ),
    )

    class Media:
        css = {"all": [rendering.STYLESHEET]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[ClothesParse]:
        rows: QuerySet[ClothesParse] = super().get_queryset(request)
        return rows.prefetch_related(worn_with_products("try_on__"))

    def find_rows(self, request: HttpRequest, rows: QuerySet[ClothesParse], text: str) -> list[int]:  # noqa: ARG002
        return row_finder.by_text(rows, text, column="request_id") or [
            *row_finder.by_number(rows, text),
            *row_finder.by_names(rows, text, row_finder.on_photo),
        ]

    def get_urls(self) -> list[URLPattern]:
        decide_url = path(
            "<int:pk>/decide/",
            self.admin_site.admin_view(self.decide_view),
            name="django_outfitanyone_clothesparse_decide",
        )
        return [decide_url, *super().get_urls()]

    def panels_above(self, request: HttpRequest, row: ClothesParse) -> tuple[str, ...]:
        has_choices = row.needs_attention or any(self._choices(request, row).values())
        return ("decision",) if has_choices else ()

    @admin.display(description=gettext_lazy("decision"))
    def decision(self, parse: Any) -> SafeString:
        """Return the choices that the parse leaves to a person."""
        return self.render_panel(
            "decision",
            parse,
            **self._choices(parse.admin_request, parse),
            calls=Charge.objects.count_unclear_calls(parse) + 1,
            blocked=TryOnResult.objects.waiting_for(parse).blocked().count(),
            price=price_of_parse(parse.admin_request),
        )

    def _choices(self, request: HttpRequest, parse: ClothesParse) -> dict[str, bool]:
        ended_badly = parse.is_finished and not parse.has_succeeded
        is_cancelable = parse.is_unsent or parse.needs_attention
        return {
            "may_retry": ended_badly and RETRY.is_permitted(self, request),
            "may_cancel": is_cancelable and CANCEL.is_permitted(self, request),
        }

    @method_decorator(require_POST)
    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Retry or cancel one parse, as the button on its page says."""
        decision = DECISIONS.get(request.POST.get("action", ""))
        if decision is None:
            raise Http404
        if not decision.is_permitted(self, request):
            raise PermissionDenied
        parse = self.get_object(request, str(pk))
        if parse is None:
            raise Http404
        refusal = refusal_of(partial(decision.run, parse))
        if refusal:
            self.message_user(request, refusal, messages.WARNING)
        else:
            self.log_change(request, parse, str(decision.log_entry))
            self.message_user(request, str(decision.success_message), messages.SUCCESS)
        return redirect(admin_url(self.admin_site, "clothesparse_change", pk))

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may retry parses, which costs money."""
        return may_parse(request)

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may cancel parses."""
        return self.may_run_actions(request) and may_generate(request.user)

    @admin.action(description=gettext_lazy("Retry failed parses"), permissions=["retry"])
    def retry_failed(self, request: HttpRequest, queryset: QuerySet[ClothesParse]) -> None:
        failed = cast("ClothesParseQuerySet", queryset).failed_or_unclear()
        refusals = Counter(refusal_of(partial(actions.retry, parse)) for parse in failed)
        done = refusals.pop("", 0)
        text = ngettext(
            "%(count)d clothes parse will be retried.",
            "%(count)d clothes parses will be retried.",
            done,
        )
        self.message_user(request, text % {"count": done})
        warn_about_refusals(refusals, model_admin=self, request=request)

    @admin.action(description=gettext_lazy("Cancel parses"), permissions=["cancel"])
    def cancel_parses(self, request: HttpRequest, queryset: QuerySet[ClothesParse]) -> None:
        refusals = Counter(refusal_of(partial(actions.cancel, parse)) for parse in queryset)
        done = refusals.pop("", 0)
        text = ngettext(
            "%(count)d clothes parse canceled.", "%(count)d clothes parses canceled.", done
        )
        self.message_user(request, text % {"count": done})
        warn_about_refusals(refusals, model_admin=self, request=request)

    @admin.display(description=gettext_lazy("picture"))
    def picture(self, parse: ClothesParse) -> SafeString:
        return rendering.thumbnail(parse.picture.thumbnail, alt=str(parse.picture))

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def listed_status(self, parse: ClothesParse) -> SafeString:
        return rendering.listed_status(parse)

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_badge(self, parse: ClothesParse) -> SafeString:
        return rendering.status_badge(parse)

    @admin.display(description=gettext_lazy("error"))
    def error(self, parse: ClothesParse) -> SafeString | str:
        return rendering.error_panel(parse)

    @admin.display(description=gettext_lazy("cost"), ordering="cost")
    def paid(self, parse: ClothesParse) -> str:
        return _("reused, free") if parse.is_reused else rendering.cost(parse)


@admin.register(ClothesParse)
class ClothesParseAdmin(ClothesParseAdminMixin, ModelAdmin):
    """Clothes parses."""
