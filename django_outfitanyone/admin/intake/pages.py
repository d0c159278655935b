"""The pages of an intake, for the admin of garments or model photos.

Everything works as plain forms. The script uploads file by file instead, and asks for the
fragments that it shows.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from django_outfitanyone.admin.admin_urls import admin_url
from django_outfitanyone.admin.intake.buttons import ButtonsMixin
from django_outfitanyone.admin.intake.links import TITLES, continue_text, unfinished
from django_outfitanyone.admin.intake.rows import Rows
from django_outfitanyone.admin.intake.uploads import UploadForm, receive
from django_outfitanyone.admin.notices import page_context
from django_outfitanyone.admin.rendering import with_badges
from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.conf import conf
from django_outfitanyone.engines import local
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.intake import drafts, guesses
from django_outfitanyone.intake.drafts import MAX_PICTURES
from django_outfitanyone.intake.names import base_name
from django_outfitanyone.models import Intake, IntakePicture

TEMPLATES = "admin/django_outfitanyone/intake"


class IntakeMixin(ButtonsMixin):
    """Adds the pages; they need Django's add permission for the model."""

    intake_subject: str

    def get_urls(self) -> list[URLPattern]:
        pages: dict[str, tuple[str, Any]] = {
            "intake": ("many/", self.intake_start_view),
            "intake_page": ("many/<int:pk>/", self.intake_view),
            "intake_upload": ("many/<int:pk>/upload/", self.intake_upload_view),
            "intake_fetch": ("many/<int:pk>/fetch/", self.intake_fetch_view),
            "intake_picture": ("many/<int:pk>/<int:picture>/", self.intake_picture_view),
        }
        views = [
            path(route, self.admin_site.admin_view(view), name=self._url_name(page))
            for page, (route, view) in pages.items()
        ]
        return [*views, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = {}
        if self.has_add_permission(request):
            shown = {"intake_url": self._url("intake"), "intake_label": self._title()}
        return super().changelist_view(request, {**shown, **(extra_context or {})})

    def intake_start_view(self, request: HttpRequest) -> HttpResponse:
        """Show the upload form; on POST, start an intake with what was sent, if anything."""
        self._check_may_add(request)
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            intake = Intake.objects.create(
                subject=self.intake_subject, created_by_id=request.user.pk
            )
            if "_script" in request.POST:
                return JsonResponse({"page": self._url("intake_page", intake.pk)})
            self._receive(request, intake, form)
            return redirect(self._url("intake_page", intake.pk))
        waiting = [
            (continue_text(intake), self._page_url(intake))
            for intake in unfinished(request, self.intake_subject)
        ]
        context = {"form": form, "waiting": waiting}
        return self._page(request, "start", context)

    def intake_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the table; on POST, do what the pressed button says."""
        self._check_may_add(request)
        if request.method == "POST" and "_upload" not in request.POST:
            return self.press(request, pk)
        intake = self._intake_or_none(request, pk)
        if intake is None:
            return self.intake_is_gone(request)
        if request.method == "POST":
            form = UploadForm(request.POST, request.FILES)
            if form.is_valid():
                self._receive(request, intake, form)
                return redirect(self._page_url(intake))
        return self.table(request, intake, Rows(request, self.admin_site, intake))

    @method_decorator(require_POST)
    def intake_upload_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take one file from the script, and return how it is listed."""
        intake = self._intake(request, pk)
        file = request.FILES.get("file")
        if file is None:
            raise Http404
        try:
            if str(file.name).lower().endswith(".csv"):
                count = drafts.add_list(intake, file)
                return JsonResponse({"html": self._listed(request, list_count=count)})
            name = request.POST.get("path") or str(file.name)
            entry = drafts.add_file(intake, file, path=name, user=request.user)
        except RequestRefused as error:
            return JsonResponse({"html": self._listed(request, name=file.name, problem=error)})
        return JsonResponse({"html": self._listed(request, entry=entry)})

    @method_decorator(require_POST)
    def intake_fetch_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Download the next listed picture for the script."""
        intake = self._intake(request, pk)
        try:
            fetched = list(drafts.fetch(intake, user=request.user, seconds=1))
        except RequestRefused as error:
            html = self._listed(request, name=intake, problem=error)
            return JsonResponse({"html": html, "left": 0})
        html = "".join(self._listed(request, entry=entry) for entry in fetched)
        return JsonResponse({"html": html, "left": intake.lines.to_fetch().count()})

    @method_decorator(require_POST)
    def intake_picture_view(self, request: HttpRequest, pk: int, picture: int) -> HttpResponse:
        """Store one row of the table as soon as it changes, and check a picture's new kind."""
        intake = self._intake(request, pk)
        rows = Rows(request, self.admin_site, intake, data=request.POST, only=picture)
        if not rows.rows:
            raise Http404
        (row,) = rows.rows
        had_kind = row.draft.kind
        if rows.is_valid():
            rows.store()
            if row.draft.kind != had_kind:
                guesses.examine(row.draft)
                row.draft.save(update_fields=["findings"])
        notes = render_to_string(f"{TEMPLATES}/notes.html", self._row_context(request, row))
        counted = request.POST.get("_count", "")
        save_label = self.save_label(int(counted) if counted.isdecimal() else 0)
        label = row.choice_label
        return JsonResponse({"notes": notes, "label": label, "save_label": save_label})

    def table(self, request: HttpRequest, intake: Intake, rows: Rows) -> HttpResponse:
        """Show the table of the drafts."""
        count = rows.chosen_count
        context = {
            "intake": intake,
            "rows": [self._row_context(request, row) for row in rows.rows],
            "upload_form": UploadForm(),
            "problems": intake.lines.with_problem(),
            "missing": intake.lines.without_file(),
            "to_fetch": intake.lines.to_fetch().count(),
            "unchecked": conf.CHECK_PICTURES
            and local.is_installed()
            and intake.pictures.to_check().exists(),
            "is_size_only": not local.is_installed(),
            "kinds": GarmentKind.choices,
            "save_label": self.save_label(count),
            "parse_question": self.parse_question(request),
            "media": rows.widget.media if rows.widget and not intake.shows_people else "",
        }
        return self._page(request, "table", context, intake=intake)

    def _page(
        self,
        request: HttpRequest,
        name: str,
        context: dict[str, Any],
        *,
        intake: Intake | None = None,
    ) -> HttpResponse:
        request.current_app = self.admin_site.name
        context = {
            **page_context(request, self.admin_site),
            "opts": self.opts,
            "title": self._title(),
            "subject": self.intake_subject,
            "most": MAX_PICTURES,
            "script": "django_outfitanyone/admin/intake.js",
            "start_url": self._url("intake"),
            "page_url": self._page_url(intake) if intake else "",
            **context,
        }
        return TemplateResponse(request, f"{TEMPLATES}/{name}.html", context)

    def _row_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        known = row.duplicate.row if row.duplicate else None
        url = ""
        if known is not None and not row.duplicate.is_draft and self.has_view_permission(request):
            url = admin_url(self.admin_site, f"{self.opts.model_name}_change", known.pk)
        return {
            "row": row,
            "duplicate_url": url,
            "url": self._url("intake_picture", row.draft.intake_id, row.draft.pk),
        }

    def _listed(self, request: HttpRequest, *, entry: Any = None, **context: Any) -> str:
        """Return the list item of an upload; ``entry`` is a draft, or a line with its problem."""
        if isinstance(entry, IntakePicture):
            context = {"draft": entry, "findings": with_badges(entry.found)}
        elif entry is not None:
            context = {"name": base_name(entry.reference), "problem": entry.problem}
        return render_to_string(f"{TEMPLATES}/listed.html", context, request=request)

    def _receive(self, request: HttpRequest, intake: Intake, form: UploadForm) -> None:
        report = partial(self.message_user, request, level=messages.WARNING)
        receive(intake, form, user=request.user, report=report)

    def _check_may_add(self, request: HttpRequest) -> None:
        if not self.has_add_permission(request):
            raise PermissionDenied

    def _intake(self, request: HttpRequest, pk: int) -> Intake:
        self._check_may_add(request)
        intake = self._intake_or_none(request, pk)
        if intake is None:
            raise Http404
        return intake

    def _intake_or_none(self, request: HttpRequest, pk: int) -> Intake | None:
        return Intake.objects.of(request.user, self.intake_subject).filter(pk=pk).first()

    def _title(self) -> Any:
        return TITLES[self.intake_subject]

    def _page_url(self, intake: Intake) -> str:
        return self._url("intake_page", intake.pk)

    def _url(self, page: str, *args: object) -> str:
        return admin_url(self.admin_site, f"{self.opts.model_name}_{page}", *args)

    def _url_name(self, page: str) -> str:
        return f"django_outfitanyone_{self.opts.model_name}_{page}"
