"""Admin of the try-on results."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_outfitanyone.admin import rendering, row_finder
from django_outfitanyone.admin.actions import RESULT_ACTIONS, as_changelist_action
from django_outfitanyone.admin.batch import BatchMixin
from django_outfitanyone.admin.candidates import CandidateMixin
from django_outfitanyone.admin.django_classes import AdminMixin, FieldNames, ModelAdmin
from django_outfitanyone.admin.export_page import ExportMixin
from django_outfitanyone.admin.filters import (
    EngineFilter,
    IndexedBooleanFilter,
    ProductFilter,
    PublishedFilter,
    QualityFilter,
)
from django_outfitanyone.admin.hotspot import HotspotOwnerMixin
from django_outfitanyone.admin.large_table import LargeTableMixin
from django_outfitanyone.admin.move_page import MoveMixin
from django_outfitanyone.admin.needs_attention import NeedsAttentionMixin, candidate_tasks
from django_outfitanyone.admin.notices import NoticeMixin
from django_outfitanyone.admin.panels import PanelMixin
from django_outfitanyone.admin.parse_requests import PARSE_ACTIONS, ParseClothesMixin
from django_outfitanyone.admin.refine_page import RefineMixin
from django_outfitanyone.admin.review_desk import ReviewDeskMixin
from django_outfitanyone.admin.try_on_page import TryOnPage
from django_outfitanyone.admin.work_permissions import CostMixin
from django_outfitanyone.models import Garment, ModelImage, TryOnResult
from django_outfitanyone.models.worn_garment import worn_with_products
from django_outfitanyone.permissions import may_see_costs
from django_outfitanyone.visibility import is_visible_try_on
from django_outfitanyone.wakeup import wake_if_idle

if TYPE_CHECKING:
    from django.db.models import QuerySet


class TryOnResultAdminMixin(
    BatchMixin,
    ReviewDeskMixin,
    CandidateMixin,
    RefineMixin,
    ExportMixin,
    MoveMixin,
    NeedsAttentionMixin,
    ParseClothesMixin,
    HotspotOwnerMixin,
    PanelMixin,
    CostMixin,
    LargeTableMixin,
    NoticeMixin,
    AdminMixin,
):
    first_step = gettext_lazy(
        "No try-ons yet. Select garments in their list and choose “Try on…”, or add a try-on here."
    )
    list_display = (
        "picture",
        "status_badge",
        "review_badge",
        "model_photo",
        "worn",
        "paid",
        "requested_by",
        "created_at",
    )
    list_display_links = ("picture", "model_photo")
    list_filter = (
        "status",
        "review",
        PublishedFilter,
        ProductFilter,
        EngineFilter,
        QualityFilter,
        ("is_preview", IndexedBooleanFilter),
        "created_at",
    )
    list_select_related = ("model_image", "requested_by")
    list_per_page = 50
    search_fields = ("pk",)  # shows the box; find_rows() reads
    search_help_text = gettext_lazy(
        "An id, task id or batch id, or names of the photo, garments and products. Names "
        "show the newest 200 matches."
    )
    actions = (
        *(as_changelist_action(action) for action in RESULT_ACTIONS.values()),
        "refine",
        "export",
        "move",
        *PARSE_ACTIONS,
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("requested_by", "created_at"),
                    ("reviewed_by", "reviewed_at", "published_at"),
                )
            },
        ),
        (
            gettext_lazy("Technical details"),
            {
                "classes": ("collapse",),
                "fields": (
                    *("status", "remote_model", "resolution", "keep", "restore_face", "force_new"),
                    *("refines", "gender", "account", "remote_task_id", "request_id"),
                    *("submitted_at", "finished_at", "due_at", "attempts"),
                    *("image_count", "cost", "reused_from", "is_preview", "width", "height"),
                    *("candidates", "candidate", "seed", "is_chosen"),
                    *("batch", "number", "fingerprint", "sha256", "raw_answer"),
                ),
            },
        ),
    )

    class Media:
        css = {"all": [rendering.STYLESHEET]}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> FieldNames:
        """Return all fields: a try-on is changed by actions only."""
        return flatten_fieldsets(self.get_fieldsets(request, obj))

    def find_rows(self, request: HttpRequest, rows: QuerySet[TryOnResult], text: str) -> list[int]:
        exact = (
            row_finder.by_uuid(rows, text, column="batch")
            or row_finder.by_uuid(rows, text, column="candidates")
            or row_finder.by_task(rows, text, column="remote_task_id")
            or row_finder.by_text(rows, text, column="request_id")
        )
        wearing = row_finder.wearing(self.admin_site, request)
        return exact or [
            *row_finder.by_number(rows, text),
            *row_finder.by_names(rows, text, row_finder.on_photo, wearing),
        ]

    @admin.display(description=gettext_lazy("picture"))
    def picture(self, try_on: TryOnResult) -> SafeString:
        return rendering.thumbnail(try_on.thumbnail, alt=str(try_on))

    @admin.display(description=gettext_lazy("model photo"), ordering="model_image__name")
    def model_photo(self, try_on: TryOnResult) -> str:
        return str(try_on.model_image or _("deleted"))

    @admin.display(description=gettext_lazy("garments"))
    def worn(self, try_on: TryOnResult) -> str:
        return " + ".join(map(str, try_on.garments)) or _("deleted")

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_badge(self, try_on: TryOnResult) -> SafeString:
        return rendering.listed_status(try_on)

    @admin.display(description=gettext_lazy("review"), ordering="review")
    def review_badge(self, try_on: TryOnResult) -> SafeString:
        return rendering.review_badge(try_on)

    @admin.display(description=gettext_lazy("cost"), ordering="cost")
    def paid(self, try_on: TryOnResult) -> str:
        return _("reused") if try_on.is_reused else rendering.cost(try_on)

    @admin.display(description=gettext_lazy("remote answer"))
    def raw_answer(self, try_on: TryOnResult) -> SafeString:
        text = json.dumps(try_on.remote_answer, indent=2, ensure_ascii=False)
        return format_html('<pre class="outfit-raw">{}</pre>', text)

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",  # noqa: ARG002 - Django's signature
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        """Show the page “Try on garments” instead of a form for one row."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        page = TryOnPage(self, request)
        return page.handle_post() if request.method == "POST" else page.start_from_query()

    def start_try_on(
        self,
        request: HttpRequest,
        *,
        garments: Sequence[Garment] = (),
        photos: Sequence[ModelImage] = (),
    ) -> HttpResponse:
        """Show the page “Try on garments” for rows selected in a changelist."""
        return TryOnPage(self, request).start(garments=garments, photos=photos)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if TryOnResult.objects.open().exists():
            wake_if_idle()
        context = {**self.review_button(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try_on = self.get_object(request, object_id)
        if try_on is not None and try_on.is_open:
            wake_if_idle()
        context = {"show_save_and_add_another": False, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def panels_above(self, request: HttpRequest, row: TryOnResult) -> FieldNames:  # noqa: ARG002
        return ("overview",)

    @admin.display(description=gettext_lazy("picture"))
    def overview(self, try_on: Any) -> SafeString:
        """Return the picture with its hotspots, the facts about it, and the action buttons."""
        request = try_on.admin_request
        return self.render_panel(
            "overview",
            try_on,
            card=self.card(request, try_on),
            candidates=candidate_tasks(try_on),
            may_decide=self.has_cancel_permission(request),
            panel=self.candidate_panel(request, try_on),
            may_refine=self.may_refine(request, try_on),
            may_export=self.may_export(request, try_on),
            may_pay=self.has_add_permission(request),
            shows_costs=may_see_costs(request.user),
            product_choices=self.product_choices(request, try_on),
            **self.parse_button(request, try_on),
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[TryOnResult]:
        """Return all rows; without the view permission only the user's own and public ones."""
        rows: QuerySet[TryOnResult] = super().get_queryset(request)
        if not self.has_view_or_change_permission(request):
            rows = rows.filter(is_visible_try_on(request.user))
        rows = rows.select_related(*self.list_select_related)
        return rows.prefetch_related(worn_with_products())


@admin.register(TryOnResult)
class TryOnResultAdmin(TryOnResultAdminMixin, ModelAdmin):
    """Try-ons with their results and reviews."""
