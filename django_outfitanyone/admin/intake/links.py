"""Links from the app's first page to the pages that add many pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_outfitanyone.admin.admin_urls import admin_url
from django_outfitanyone.models import Garment, Intake, ModelImage
from django_outfitanyone.models.batch import short_moment
from django_outfitanyone.models.intake import Subject

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
    from django.http import HttpRequest

MOST_OPEN = 5
"""Unfinished intakes that a page offers to continue."""
TITLES: dict[str, Any] = {
    Subject.GARMENT: gettext_lazy("Add many garments"),
    Subject.MODEL_PHOTO: gettext_lazy("Add many model photos"),
}
MODELS: dict[str, Any] = {Subject.GARMENT: Garment, Subject.MODEL_PHOTO: ModelImage}


def intake_links(request: HttpRequest, site: AdminSite) -> Iterator[dict[str, str]]:
    """Yield text and URL of each page that this person may use, and of what is unfinished."""
    for subject, model in MODELS.items():
        name = model._meta.model_name
        model_admin: Any = site.get_model_admin(model) if site.is_registered(model) else None
        if not hasattr(model_admin, "intake_view") or not model_admin.has_add_permission(request):
            continue
        yield {"text": str(TITLES[subject]), "url": admin_url(site, f"{name}_intake")}
        for intake in unfinished(request, subject):
            url = admin_url(site, f"{name}_intake_page", intake.pk)
            yield {"text": continue_text(intake), "url": url}


def unfinished(request: HttpRequest, subject: str) -> list[Intake]:
    """Return what this person has uploaded, but not added yet."""
    return list(Intake.objects.of(request.user, subject)[:MOST_OPEN])


def continue_text(intake: Intake) -> str:
    """Return the text of the link to an unfinished intake."""
    moment = short_moment(intake.created_at)
    if intake.shows_people:
        return _("Continue with the model photos of %(moment)s") % {"moment": moment}
    return _("Continue with the garments of %(moment)s") % {"moment": moment}
