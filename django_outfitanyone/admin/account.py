"""Admin of the engine accounts: their state, and resuming a stopped one."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from django_outfitanyone.account import budgets, free_quota
from django_outfitanyone.account.money import money, moneys
from django_outfitanyone.admin.account_problem import resume
from django_outfitanyone.admin.admin_urls import admin_url, next_url
from django_outfitanyone.admin.django_classes import ModelAdmin
from django_outfitanyone.admin.notices import NoticeMixin
from django_outfitanyone.admin.panels import PanelMixin
from django_outfitanyone.admin.read_only import UndeletableMixin
from django_outfitanyone.admin.rendering import STYLESHEET, badge
from django_outfitanyone.admin.work_permissions import CostMixin
from django_outfitanyone.jobs.engine_target import fallback_targets
from django_outfitanyone.jobs.fallback import why_waiting
from django_outfitanyone.models import Account, DailyTotal, TryOnResult
from django_outfitanyone.models.account import LONG_AGO
from django_outfitanyone.models.amounts import shop_day
from django_outfitanyone.permissions import may_generate, may_see_costs

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class AccountAdminMixin(PanelMixin, CostMixin, NoticeMixin, UndeletableMixin):
    """The app writes these rows; staff can only resume an account."""

    first_step = gettext_lazy(
        "No account yet. It is created with the first request: try on a garment first."
    )
    list_display = ("name", "engine", "state", "runner", "slots", "pause", "spent")
    actions = ("resume_selected",)
    fields = (
        "name",
        "engine",
        "state",
        "runner",
        "slots",
        "pause",
        "spent",
        "budget",
        "free_images",
        "fallbacks",
        "links",
    )
    fields_if_stopped = ("stopped_at", "stopped_code", "stopped_message", "error_help")

    class Media:
        css = {"all": [STYLESHEET]}

    def has_resume_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may resume an account: it sends the paid requests that wait."""
        return self.may_run_actions(request) and may_generate(request.user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        used_slots = (
            TryOnResult.objects.filter(account=OuterRef("pk"), slot__isnull=False)
            .order_by()
            .values("account")
            .annotate(count=Count("pk"))
            .values("count")
        )
        accounts: QuerySet[Account] = super().get_queryset(request)
        return accounts.annotate(used_slots=Coalesce(Subquery(used_slots), 0))

    @admin.action(description=gettext_lazy("Resume"), permissions=["resume"])
    def resume_selected(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        for account in queryset:
            resume(account, request=request)

    @admin.display(description=gettext_lazy("engine"))
    def engine(self, account: Account) -> str:
        if not account.is_configured:
            return "–"
        title = account.settings.title
        return _("%(title)s, sandbox") % {"title": title} if _is_sandbox(account) else title

    @admin.display(description=gettext_lazy("state"))
    def state(self, account: Account) -> SafeString:
        if not account.is_configured:
            return badge("stopped", _("not in the settings any more"))
        if account.is_stopped:
            return badge("stopped", _("stopped: %(code)s") % {"code": account.stopped_code})
        return badge("working", _("working"))

    @admin.display(description=gettext_lazy("who can fix it"))
    def error_help(self, account: Account) -> str:
        help_text = account.error_help
        return f"{help_text.person}: {help_text.text}" if help_text else "–"

    @admin.display(description=gettext_lazy("runner"))
    def runner(self, account: Account) -> str:
        if account.runner_expires_at > timezone.now():
            return _("active")
        if account.runner_expires_at == LONG_AGO:
            return _("never seen")
        ago = timesince(account.runner_expires_at)
        if account.is_runner_missing:
            return _("not running; last seen %(time)s ago") % {"time": ago}
        return _("idle; last seen %(time)s ago") % {"time": ago}

    @admin.display(description=gettext_lazy("slots in use"))
    def slots(self, account: Any) -> str:
        if not account.is_configured:
            return str(account.used_slots)
        return _("%(used)d of %(all)d") % {
            "used": account.used_slots,
            "all": account.settings.concurrent_tasks,
        }

    @admin.display(description=gettext_lazy("pause"))
    def pause(self, account: Account) -> str:
        if not account.paused_until:
            return "–"
        wait = (account.paused_until - timezone.now()).total_seconds()
        return _("%(count)d more seconds, after too many requests") % {"count": wait}

    @admin.display(description=gettext_lazy("spent"))
    def spent(self, account: Account) -> str:
        is_sandbox = _is_sandbox(account)
        charged = DailyTotal.objects.filter(account=account, is_sandbox=is_sandbox)
        today = shop_day(timezone.now())
        nothing = {account.settings.currency: Decimal(0)} if account.is_configured else {}
        amounts = {
            "today": moneys(charged.since(today).totals() or nothing),
            "month": moneys(charged.since(today.replace(day=1)).totals() or nothing),
        }
        if is_sandbox:
            return _("would cost %(today)s today, %(month)s this month; nothing is paid") % amounts
        return _("%(today)s today, %(month)s this month") % amounts

    @admin.display(description=gettext_lazy("budget"))
    def budget(self, account: Account) -> str:
        texts = [
            _("%(left)s left of %(limit)s (%(setting)s)")
            % {
                "left": money(budget.left, budget.currency),
                "limit": money(budget.limit, budget.currency),
                "setting": budget.setting,
            }
            for budget in budgets.budgets_of(account)
        ]
        return ", ".join(texts) or _("no budget set")

    @admin.display(description=gettext_lazy("free pictures left"))
    def free_images(self, account: Account) -> str:
        texts = [
            _("%(left)d of %(all)d (%(model)s)")
            % {"left": quota.left, "all": quota.images, "model": quota.remote_model}
            for quota in free_quota.quotas_of(account)
        ]
        return ", ".join(texts) or _("no free quota set (FREE_IMAGES)")

    @admin.display(description=gettext_lazy("if it stops"))
    def fallbacks(self, account: Any) -> SafeString | str:
        """Return the engines to which waiting try-ons move, and why some stay."""
        names = [target.title for target in fallback_targets() if target.alias != account.pk]
        if not names:
            return _("waiting try-ons stay until a person moves them (FALLBACKS)")
        order = _("waiting try-ons move automatically to %(engines)s, if it is not dearer")
        rows = TryOnResult.objects.filter(account=account)
        shows_prices = may_see_costs(account.admin_request.user)
        waiting = why_waiting(rows, shows_prices=shows_prices)
        texts = [order % {"engines": ", ".join(names)}, *map(str, waiting)]
        return format_html_join(SafeString("<br>"), "{}", ((text,) for text in texts))

    @admin.display(description=gettext_lazy("pages of the vendor"))
    def links(self, account: Account) -> SafeString:
        """Return a list of links, which tell the vendor nothing about this site."""
        links = account.settings.links if account.is_configured else ()
        items = format_html_join(
            "",
            '<li><a href="{}" target="_blank" rel="noopener noreferrer">{}</a></li>',
            ((link.url, _(link.title)) for link in links),
        )
        return format_html('<ul class="outfit-links">{}</ul>', items) if items else SafeString("–")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:  # noqa: ARG002
        return (*self.fields, *self.fields_if_stopped) if obj and obj.is_stopped else self.fields

    def panels_above(self, request: HttpRequest, row: Account) -> tuple[str, ...]:
        is_waiting = row.is_stopped or row.paused_until is not None
        return ("resume_button",) if is_waiting and self.has_resume_permission(request) else ()

    @admin.display(description=gettext_lazy("actions"))
    def resume_button(self, account: Account) -> SafeString:
        return self.render_panel("resume_button", account)

    def get_urls(self) -> list[URLPattern]:
        resume_url = path(
            "<path:name>/resume/",
            self.admin_site.admin_view(self.resume_view),
            name="django_outfitanyone_account_resume",
        )
        return [resume_url, *super().get_urls()]

    @method_decorator(require_POST)
    def resume_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """Resume the account and return to the page that the button is on."""
        if not self.has_resume_permission(request):
            raise PermissionDenied
        account = self.get_object(request, name)
        if account is None:
            raise Http404
        resume(account, request=request)
        accounts = admin_url(self.admin_site, "account_changelist")
        return redirect(next_url(request, default=accounts))


def _is_sandbox(account: Account) -> bool:
    return account.is_configured and account.settings.is_sandbox


@admin.register(Account)
class AccountAdmin(AccountAdminMixin, ModelAdmin):
    """Accounts, one for each engine that was used."""
