"""“Find clothes” in the lists of pictures, and the searches themselves to look at."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from django_outfitanyone import actions
from django_outfitanyone.account.money import money
from django_outfitanyone.admin import rendering
from django_outfitanyone.admin.actions import refusal_of, warn_of_refusals
from django_outfitanyone.admin.big_lists import BigListMixin
from django_outfitanyone.admin.classes import AdminMixin, ModelAdmin
from django_outfitanyone.admin.notices import NoticeMixin
from django_outfitanyone.admin.read_only import ReadOnlyMixin
from django_outfitanyone.choices import Status
from django_outfitanyone.conf import conf
from django_outfitanyone.models import ClothesParse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from django_outfitanyone.models.of_picture import Picture


FIND_CLOTHES = ("parse_clothes", "find_clothes_again")
"""To be named in ``actions`` beside the mixin."""


SEARCH_BUTTON = "_find_clothes"


class FindClothesMixin(AdminMixin):
    """For admins of model photos and try-on results: in their lists and beside each picture."""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        picture = context.get("original")
        if picture and picture.image and self.has_change_permission(request, picture):
            cost = {"cost": money(conf.price(conf.PARSING_MODEL), conf.CURRENCY)}
            label = _("Find clothes again (%(cost)s)") if picture.hotspots.exists() else ""
            context["parse_clothes"] = (label or _("Find clothes (%(cost)s)")) % cost
        return super().render_change_form(request, context, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """The button beside the picture saves what was changed, then has the search done."""
        if SEARCH_BUTTON not in request.POST:
            return super().response_change(request, obj)
        self.search(request, [obj], again=True)
        return HttpResponseRedirect(request.get_full_path())

    @admin.action(description=gettext_lazy("Find clothes"), permissions=["change"])
    def parse_clothes(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self.search(request, queryset, again=False)

    @admin.action(
        description=gettext_lazy("Find clothes again (paid again)"), permissions=["change"]
    )
    def find_clothes_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self.search(request, queryset, again=True)

    def search(self, request: HttpRequest, pictures: Iterable[Picture], *, again: bool) -> None:
        """Queue a search for each, and say how many of them cost something."""
        started_at = timezone.now()
        searches: list[ClothesParse] = []

        def ask(picture: Picture) -> None:
            searches.append(actions.parse_clothes(picture, requested_by=request.user, again=again))

        refusals = Counter(refusal_of(partial(ask, picture)) for picture in pictures)
        del refusals[""]
        new = sum(search.created_at >= started_at for search in searches)
        known = len(searches) - new
        if new:
            self.message_user(request, _announcement(new, again=again), messages.SUCCESS)
        if known:
            text = ngettext(
                "%(count)d picture has been searched, or is being searched; nothing is paid for "
                "it. To search anew, use “Find clothes again”.",
                "%(count)d pictures have been searched, or are being searched; nothing is paid "
                "for them. To search anew, use “Find clothes again”.",
                known,
            )
            self.message_user(request, text % {"count": known}, messages.INFO)
        warn_of_refusals(refusals, model_admin=self, request=request)


def _announcement(count: int, *, again: bool) -> str:
    text = ngettext(
        "%(count)d search for clothes is queued and will cost at most %(cost)s.",
        "%(count)d searches for clothes are queued and will cost at most %(cost)s.",
        count,
    ) % {
        "count": count,
        "cost": money(count * conf.price(conf.PARSING_MODEL), conf.CURRENCY),
    }
    paid_again = _("What was found before is paid for again.") if again else ""
    return f"{text} {paid_again}".rstrip()


class ClothesParseAdminMixin(BigListMixin, NoticeMixin, ReadOnlyMixin):
    """To look at only: a search is asked for at its picture."""

    list_display = ("__str__", "status_badge", "paid", "requested_by", "created_at")
    list_filter = ("status", "created_at")
    list_select_related = (
        "requested_by",
        "model_image",
        "try_on__model_image",
        "try_on__top_garment__product",
        "try_on__bottom_garment__product",
    )
    search_fields = ("model_image__name", "request_id")
    actions = ("search_again", "give_up")
    fieldsets = (
        (None, {"fields": ("picture", "clothes_types", "status_badge", "error", "paid")}),
        (None, {"fields": ("requested_by", "created_at", "submitted_at", "finished_at")}),
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

    def has_search_permission(self, request: HttpRequest) -> bool:
        """Whether this person may have a search that failed repeated, which costs money."""
        return self.may_change(request)

    @admin.action(description=gettext_lazy("Retry those that failed"), permissions=["search"])
    def search_again(self, request: HttpRequest, queryset: QuerySet[ClothesParse]) -> None:
        failed = queryset.filter(status__in=[Status.FAILED, Status.NEEDS_ATTENTION])
        refusals = Counter(refusal_of(partial(actions.retry, search)) for search in failed)
        done = refusals.pop("", 0)
        text = ngettext(
            "%(count)d search is tried again.", "%(count)d searches are tried again.", done
        )
        self.message_user(request, text % {"count": done})
        warn_of_refusals(refusals, model_admin=self, request=request)

    @admin.action(description=gettext_lazy("Give up"), permissions=["search"])
    def give_up(self, request: HttpRequest, queryset: QuerySet[ClothesParse]) -> None:
        refusals = Counter(refusal_of(partial(actions.cancel, search)) for search in queryset)
        done = refusals.pop("", 0)
        text = ngettext("%(count)d search given up.", "%(count)d searches given up.", done)
        self.message_user(request, text % {"count": done})
        warn_of_refusals(refusals, model_admin=self, request=request)

    @admin.display(description=gettext_lazy("picture"))
    def picture(self, search: ClothesParse) -> SafeString:
        return rendering.thumbnail(search.picture.thumbnail, alt=str(search.picture))

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_badge(self, search: ClothesParse) -> SafeString:
        return rendering.status_badge(search)

    @admin.display(description=gettext_lazy("error"))
    def error(self, search: ClothesParse) -> SafeString | str:
        return rendering.error(search)

    @admin.display(description=gettext_lazy("cost"), ordering="cost")
    def paid(self, search: ClothesParse) -> str:
        return _("reused, free") if search.is_reused else rendering.cost(search)


@admin.register(ClothesParse)
class ClothesParseAdmin(ClothesParseAdminMixin, ModelAdmin):
    """Searches for clothes."""
