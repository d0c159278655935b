"""The list of batches: how far each one is, what it costs, who requested it; and its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_outfitanyone import actions
from django_outfitanyone.admin import row_finder
from django_outfitanyone.admin.admin_urls import admin_url
from django_outfitanyone.admin.django_classes import AdminMixin, ModelAdmin
from django_outfitanyone.admin.filters import NewestRequesterFilter
from django_outfitanyone.admin.large_table import LargeTableMixin
from django_outfitanyone.admin.notices import NoticeMixin
from django_outfitanyone.admin.rendering import STYLESHEET, badge
from django_outfitanyone.jobs.batch_progress import NOTHING, BatchProgress, progress_of_batches
from django_outfitanyone.models import Batch, TryOnResult
from django_outfitanyone.models.batch import short_moment
from django_outfitanyone.permissions import may_generate, may_see_costs

if TYPE_CHECKING:
    from django.db.models import QuerySet

    _ChangeList = ChangeList
else:
    _ChangeList = object

NEWEST_NAMES = 10_000
"""Batches whose names are compared with a text, the newest ones."""
MAX_FOUND = 200


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002
        return [
            ("unfinished", gettext_lazy("being made")),
            ("paused", gettext_lazy("paused")),
            ("finished", gettext_lazy("finished")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Batch]:  # noqa: ARG002
        known = {name for name, _label in self.lookup_choices}
        shown: QuerySet[Batch] = (
            getattr(queryset, str(self.value()))() if self.value() in known else queryset
        )
        return shown


class WithProgress(_ChangeList):
    """A mixin for a changelist: reads the progress of all batches on the page at once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        batches: Any = self.result_list
        keys = [batch.pk for batch in batches]
        found = progress_of_batches(keys, with_costs=may_see_costs(request.user))
        for batch in batches:
            batch.progress = found.get(batch.pk, NOTHING)


class BatchAdminMixin(LargeTableMixin, NoticeMixin, AdminMixin):
    """Who may see try-on results may see their batches; who may request pictures renames them."""

    first_step = gettext_lazy(
        "No batches yet. Request two or more pictures together, and they are listed here."
    )
    list_display = ("title", "state", "progress", "requested_by", "created")
    list_display_links = None
    list_filter = (StateFilter, NewestRequesterFilter, "created_at")
    list_select_related = ("requested_by", "paused_by")
    list_per_page = 25
    actions = None
    search_fields = ("name",)  # shows the box; find_rows() reads
    search_help_text = gettext_lazy("A name, or a batch id.")
    sorted_by_index = ("created_at",)
    fields = ("name", "requested_by", "created_at", "paused_at", "finished_at")
    readonly_fields = ("requested_by", "created_at", "paused_at", "finished_at")

    class Media:
        css = {"all": [STYLESHEET]}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        own = super().get_changelist(request, **kwargs)
        return type(own.__name__, (WithProgress, own), {})

    def get_list_display(self, request: HttpRequest) -> Any:
        columns = tuple(self.list_display)
        return (*columns[:3], "cost", *columns[3:]) if may_see_costs(request.user) else columns

    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,  # noqa: FBT001 - Django's signature
        **kwargs: Any,
    ) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        if "name" in form.base_fields:
            form.base_fields["name"].required = True
        return form

    def find_rows(self, request: HttpRequest, rows: QuerySet[Batch], text: str) -> list[Any]:  # noqa: ARG002
        newest = rows.order_by("-created_at").values_list("pk", "name")[:NEWEST_NAMES]
        found = [key for key, name in newest if text.casefold() in name.casefold()]
        return row_finder.by_uuid(rows, text, column="pk") or found[:MAX_FOUND]

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: Any = None,  # noqa: ARG002
    ) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return self._may(request, "view") or self.has_change_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Return whether the user may rename batches."""
        is_listed = self._may(request, "view") or self._may(request, "add")
        return is_listed and may_generate(request.user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Batch]:
        """Return all batches; without the view permission only the user's own."""
        batches: QuerySet[Batch] = super().get_queryset(request)
        is_limited = not self._may(request, "view")
        return batches.filter(requested_by=request.user.pk) if is_limited else batches

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:  # noqa: ARG002
        actions.rename_batch(obj, obj.name)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Return to the page of the batch."""
        if "_save" not in request.POST:
            return super().response_change(request, obj)
        self.message_user(request, _("The batch is now called “%(name)s”.") % {"name": obj})
        return redirect(admin_url(self.admin_site, "tryonresult_batch", obj.pk))

    @admin.display(description=gettext_lazy("name"), ordering="name")
    def title(self, batch: Any) -> SafeString | str:
        if not batch.progress.total:
            return str(batch)
        url = admin_url(self.admin_site, "tryonresult_batch", batch.pk)
        return format_html('<a href="{}">{}</a>', url, batch)

    @admin.display(description=gettext_lazy("state"))
    def state(self, batch: Any) -> SafeString:
        progress: BatchProgress = batch.progress
        if not progress.total:
            return badge("canceled", _("deleted"))
        if not progress.open:
            return badge("succeeded", _("finished"))
        if batch.is_being_canceled:
            return badge("canceled", _("being canceled"))
        is_paused = batch.is_paused
        return badge("paused", _("paused")) if is_paused else badge("running", _("being made"))

    @admin.display(description=gettext_lazy("progress"))
    def progress(self, batch: Any) -> SafeString | str:
        progress: BatchProgress = batch.progress
        if not progress.total:
            return "–"
        bar = '<progress max="{}" value="{}" aria-hidden="true"></progress>'
        return format_html(
            f'<span class="outfit-batch-progress">{{}} {bar}</span>',
            progress.text,
            progress.total,
            progress.closed,
        )

    @admin.display(description=gettext_lazy("cost"))
    def cost(self, batch: Any) -> str:
        progress: BatchProgress = batch.progress
        return progress.cost_text

    @admin.display(description=gettext_lazy("created at"), ordering="created_at")
    def created(self, batch: Batch) -> str:
        return short_moment(batch.created_at)

    def _may(self, request: HttpRequest, what: str) -> bool:
        """Return whether the user has this permission for try-on results on this site."""
        site: Any = self.admin_site
        if not site.is_registered(TryOnResult):
            return False
        return bool(getattr(site.get_model_admin(TryOnResult), f"has_{what}_permission")(request))


@admin.register(Batch)
class BatchAdmin(BatchAdminMixin, ModelAdmin):
    """Batches of try-ons."""
