"""The e-mail that tells a person that the batch which they requested is finished."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from django_outfitanyone.choices import Status
from django_outfitanyone.conf import conf
from django_outfitanyone.models import Batch, TryOnResult

logger = logging.getLogger("django_outfitanyone")

TEMPLATE = "django_outfitanyone/email/batch_finished"
SOON = timedelta(minutes=1)
"""Who requested a batch that takes no longer is still on its page."""
PATIENCE = 10.0
"""Seconds that the worker waits for the mail server; Django itself waits as long as it takes."""


def send_mail_about(batch: Batch) -> None:
    """Send the e-mail if the settings and the batch ask for it. Never raises."""
    address = getattr(batch.requested_by, "email", "")
    if not (conf.NOTIFY_BY_EMAIL and address and batch.duration > SOON):
        return
    if not TryOnResult.objects.of_batch(batch.pk).exists():
        return  # all are deleted
    try:
        message = message_about(batch, address)
    except Exception:  # a shop may have templates of its own
        logger.exception("The e-mail about batch %s could not be written", batch.pk)
        return
    thread = threading.Thread(
        target=_send, args=(message, batch), daemon=True, name="outfitanyone-mail"
    )
    thread.start()
    thread.join(PATIENCE)
    if thread.is_alive():
        _log_failure(batch, f"no answer within {PATIENCE:.0f} s")


def message_about(batch: Batch, address: str) -> EmailMessage:
    """Return the e-mail in the site's language."""
    with translation.override(settings.LANGUAGE_CODE):
        context = _context(batch)
        subject = render_to_string(f"{TEMPLATE}_subject.txt", context)
        body = render_to_string(f"{TEMPLATE}.txt", context)
    return EmailMessage(" ".join(subject.split()), body.strip() + "\n", to=[address])


def _context(batch: Batch) -> dict[str, Any]:
    counts = TryOnResult.objects.of_batch(batch.pk).count_by_status()
    return {
        "batch": batch,
        "name": str(batch),
        "user": batch.requested_by,
        "total": sum(counts.values()),
        "ready": counts[Status.SUCCEEDED],
        "failed": counts[Status.FAILED],
        "canceled": counts[Status.CANCELED],
        "unclear": counts[Status.NEEDS_ATTENTION],
        "url": _url(batch),
    }


def _url(batch: Batch) -> str:
    """Return the address of the batch's page, ``""`` if the settings do not name the site."""
    if not conf.SITE_URL:
        return ""
    try:
        path = reverse("admin:django_outfitanyone_tryonresult_batch", args=[batch.pk])
    except NoReverseMatch:  # the project has no admin
        return ""
    return conf.SITE_URL.rstrip("/") + path


def _send(message: EmailMessage, batch: Batch) -> None:
    try:
        message.send()
    except Exception as error:  # noqa: BLE001 - every e-mail backend has errors of its own
        _log_failure(batch, f"{type(error).__name__}: {error}")


def _log_failure(batch: Batch, reason: str) -> None:
    logger.warning(
        "The e-mail about batch %s was not sent (%s)",
        batch.pk,
        reason,
        extra={"event": "mail_failed", "batch": str(batch.pk)},
    )
