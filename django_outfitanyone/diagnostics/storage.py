"""Diagnoses the file storage, and the delivery of pictures to the engine."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils.translation import gettext as _

from django_outfitanyone.conf import conf
from django_outfitanyone.diagnostics.findings import Findings, ok, problem
from django_outfitanyone.engines.addresses import is_public_host
from django_outfitanyone.engines.dashscope import probe
from django_outfitanyone.exceptions import PictureRefused
from django_outfitanyone.models import ModelImage
from django_outfitanyone.models.storage_fields import STORAGE_SETTINGS
from django_outfitanyone.worker import uploads


def diagnose_storage() -> Findings:
    """Write, read and delete a file in each storage, and check how inputs are delivered."""
    for alias in dict.fromkeys(getattr(conf, name) for name in STORAGE_SETTINGS):
        yield from _diagnose_storage(alias)


def _diagnose_storage(alias: str) -> Findings:
    storage = storages[alias]
    path = f"outfitanyone/doctor-{uuid.uuid4().hex}.txt"
    try:
        name = storage.save(path, ContentFile(b"doctor"))
        try:
            with storage.open(name) as file:
                is_readable = file.read() == b"doctor"
            if alias == conf.INPUT_STORAGE:
                yield from _diagnose_delivery(name)
        finally:
            storage.delete(name)
    except Exception as error:  # noqa: BLE001 - every storage has errors of its own
        text = _("The file storage does not work: %(error)s")
        values = {"error": f"{type(error).__name__}: {error}"}
        yield problem(
            "storage", text % values, _("Check STORAGES, MEDIA_ROOT and the file permissions.")
        )
        return
    if not is_readable:
        text = _("The file storage returns different content than was written.")
        yield problem("storage", text, _("Check STORAGES."))
        return
    yield ok("storage", _("Files can be written, read and deleted."))


def _diagnose_delivery(name: str) -> Findings:
    try:
        url = uploads.public_url(ModelImage(image=name).image)
    except PictureRefused as error:
        yield problem("delivery", error.message, error.remedy)
        return
    host = urlsplit(url).hostname or ""
    if not url:
        yield ok("delivery", _("Pictures are uploaded to the vendor, which keeps them 48 hours."))
    elif (
        conf.DELIVERY == "url"
        and probe.region_of(conf.default_engine.base_url)
        and not is_public_host(host)
    ):
        text = _("Pictures are sent as URLs at %(host)s, which the vendor cannot reach.")
        yield problem("delivery", text % {"host": host}, 'OUTFITANYONE = {"DELIVERY": "auto"}')
    else:
        text = _("Pictures are sent as URLs at %(host)s.")
        yield ok("delivery", text % {"host": host})
