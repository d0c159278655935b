"""What a person does on the pages that add many pictures, as plain forms."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from django_outfitanyone.models import (
    Intake,
)
from tests.admin.pages import text_of
from tests.drawing import picture

FRONT = "TS-1001_front.jpg"


def file(name, data=None, *, seed=1):
    return SimpleUploadedFile(name, picture(seed) if data is None else data)


def upload(site, *files, model="garment", **extra):
    """Upload files without the script, and return the intake."""
    response = site.post(f"{model}_intake", pictures=list(files), **extra)
    assert response.status_code == 302, text_of(response)
    return Intake.objects.order_by("-pk").first()


def table_of(site, intake, model="garment"):
    return site.get(f"{model}_intake_page", intake.pk)


def as_shown(response, **changes):
    """Return what a browser sends from the table, with changes such as ``kind="top"``."""
    sent = {}
    for row in response.context["rows"]:
        form = row["row"].form
        sent[row["row"].shown] = "1"
        for name in form.fields:
            value = changes.get(name, form[name].value())
            if value not in (None, "", False):
                sent[form.add_prefix(name)] = "on" if value is True else value
    return sent


def press(site, intake, button, *, model="garment", **changes):
    data = as_shown(table_of(site, intake, model), **changes)
    return site.post(f"{model}_intake_page", intake.pk, **{button: "1"}, **data)


def files_in_storage():
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
