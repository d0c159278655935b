"""The buttons below the table of an intake. Each stores what the table holds first."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_outfitanyone.account.money import money
from django_outfitanyone.admin.django_classes import AdminMixin
from django_outfitanyone.admin.intake.rows import Rows
from django_outfitanyone.admin.parse_decisions import may_parse
from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.conf import ConfigurationError, conf
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.intake import drafts, saving
from django_outfitanyone.jobs.estimate import parse_price
from django_outfitanyone.models import Intake
from django_outfitanyone.models.database import atomic
from django_outfitanyone.permissions import may_see_costs

if TYPE_CHECKING:
    from django.db.models import Model

SECONDS = 10
"""Time in which one request begins checks and downloads; the last one may take some more."""


class ButtonsMixin(AdminMixin):
    """``pages.IntakeMixin`` shows the pages to which these buttons return."""

    intake_subject: str

    if TYPE_CHECKING:

        def table(self, request: HttpRequest, intake: Intake, rows: Rows) -> HttpResponse: ...
        def _url(self, page: str, *args: object) -> str: ...

    def press(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Store the table, and do what the pressed button says, in one transaction."""
        is_final = "_save" in request.POST
        added: list[Any] = []
        with atomic():
            intake = Intake.objects.lock(pk)
            if intake is None or intake.subject != self.intake_subject:
                return self.intake_is_gone(request)
            if request.user.pk is None or intake.created_by_id != request.user.pk:
                raise PermissionDenied
            if "_discard" in request.POST:
                Intake.objects.filter(pk=pk).discard()
                self.message_user(request, _("The pictures were discarded."), messages.SUCCESS)
                return redirect(self._url("changelist"))
            rows = Rows(request, self.admin_site, intake, data=request.POST)
            if not rows.is_valid(is_final=is_final):
                return self.table(request, intake, rows)
            rows.store()
            if is_final:
                added = self._save(request, intake, rows)
            elif "_set_kind" in request.POST and request.POST.get("all_kind") in GarmentKind:
                rows.set_kind(request.POST["all_kind"])
        if is_final:
            return self._after_saving(request, intake, added)
        try:
            _fetch_and_check(request, intake)
        except RequestRefused:
            return self.intake_is_gone(request)
        return redirect(self._url("intake_page", pk))

    def intake_is_gone(self, request: HttpRequest) -> HttpResponse:
        """Return to the list: a form that was sent twice has nothing left to do."""
        text = _("These pictures were added or discarded before.")
        self.message_user(request, text, messages.INFO)
        return redirect(self._url("changelist"))

    def save_label(self, count: int) -> str:
        """Return the label of the main button, which says what it does."""
        if self.intake_subject == "garment":
            text = ngettext("Add %(count)d garment", "Add %(count)d garments", count)
        else:
            text = ngettext("Add %(count)d model photo", "Add %(count)d model photos", count)
        return text % {"count": count}

    def parse_question(self, request: HttpRequest) -> str:
        """Return the label of the choice to pay for parses, or ``""``: free ones need none."""
        is_paid = self.intake_subject != "garment" and not saving.is_parse_free()
        if not is_paid or not may_parse(request) or not parse_price():
            return ""
        if not may_see_costs(request.user):
            return _("Parse their clothes, which costs money")
        price = money(parse_price(), conf.parser.currency)  # a free quota may end before the last
        return _("Parse their clothes (%(price)s for each photo)") % {"price": price}

    def _save(self, request: HttpRequest, intake: Intake, rows: Rows) -> list[Any]:
        is_asked = "parse" in request.POST and may_parse(request)
        parse = saving.is_parse_free() or is_asked
        if parse and self.intake_subject != "garment":
            try:
                conf.parser.api_key()
            except ConfigurationError as error:
                self.message_user(request, str(error), messages.WARNING)
                parse = False
        added = saving.save(intake, rows.chosen, user=request.user, parse=parse)
        self._log(request, added)
        if not intake.pictures.exists() and not intake.lines.to_fetch().exists():
            intake.delete()  # locked, so that no draft comes in between
        return added

    def _log(self, request: HttpRequest, added: Sequence[Model]) -> None:
        if added and request.user.pk is not None:
            queryset: Any = added  # any iterable of rows
            LogEntry.objects.log_actions(
                request.user.pk, queryset, ADDITION, _("Added together with other pictures.")
            )

    def _after_saving(
        self, request: HttpRequest, intake: Intake, added: Sequence[Any]
    ) -> HttpResponse:
        saving.check_new(added, seconds=SECONDS)
        if self.intake_subject == "garment":
            text = ngettext(
                "%(count)d garment was added.", "%(count)d garments were added.", len(added)
            )
        else:
            text = ngettext(
                "%(count)d model photo was added.", "%(count)d model photos were added.", len(added)
            )
        level = messages.SUCCESS if added else messages.WARNING
        self.message_user(request, text % {"count": len(added)}, level)
        if intake.pk is None:
            return redirect(self._url("changelist"))
        left = intake.pictures.count()
        text = ngettext(
            "%(count)d picture was not added. Correct or discard it.",
            "%(count)d pictures were not added. Correct or discard them.",
            left,
        )
        if left:
            self.message_user(request, text % {"count": left}, messages.INFO)
        return redirect(self._url("intake_page", intake.pk))


def _fetch_and_check(request: HttpRequest, intake: Intake) -> None:
    """Download what the button asks for, then check what was not checked."""
    end = monotonic() + SECONDS
    if "_fetch" in request.POST:
        list(drafts.fetch(intake, user=request.user, seconds=SECONDS))
    if conf.CHECK_PICTURES:
        drafts.check(intake, seconds=end - monotonic())
