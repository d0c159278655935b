"""Handing pictures to the remote system, which reads addresses only."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.translation import gettext as _

from django_outfitanyone.conf import conf
from django_outfitanyone.downloads import is_public_address
from django_outfitanyone.exceptions import PictureRefused
from django_outfitanyone.models import Account, TemporaryUpload

if TYPE_CHECKING:
    from django_outfitanyone.provider import Provider

SPARE_TIME = timedelta(hours=1)
"""An upload must outlive queueing and the remote download by this."""


def is_public_host(host: str) -> bool:
    """Whether everything this name stands for is an address of the open internet."""
    try:
        found = socket.getaddrinfo(host, None)
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(is_public_address(str(entry[4][0])) for entry in found)


def public_url(file: FieldFile) -> str:
    """The file's own address if the remote system can read it, else ``""``.

    A storage that signs its addresses must sign them for longer than a task may wait.
    """
    url = str(file.url)
    parts = urlsplit(url)
    if conf.DELIVERY == "upload":
        return ""
    if conf.DELIVERY == "url":
        if not parts.hostname:
            raise PictureRefused(
                _("The picture's address “%(url)s” has no host, so the API cannot fetch it.")
                % {"url": url},
                remedy=_(
                    'Use a storage with full addresses, or OUTFITANYONE = {"DELIVERY": "auto"}.'
                ),
                code="PictureNotPublic",
            )
        return url
    return url if parts.scheme == "https" and is_public_host(parts.hostname or "") else ""


def address_of(
    file: FieldFile, *, sha256: str, remote_model: str, account: Account, provider: Provider
) -> str:
    """An address of this file that the remote model can read; uploads it when it must.

    An upload is good for one remote model for 48 hours and serves every call in that time.
    """
    url = public_url(file)
    if url:
        return url
    kept = TemporaryUpload.objects.filter(
        account=account, sha256=sha256, remote_model=remote_model
    ).first()
    if kept and kept.is_good_until(timezone.now() + SPARE_TIME):
        return kept.url
    try:
        with file.open("rb") as opened:
            data = opened.read()
    except FileNotFoundError as error:
        raise PictureRefused(
            _("The file %(name)s is gone from the storage.") % {"name": file.name},
            remedy=_("Upload the picture again."),
            code="PictureMissing",
        ) from error
    suffix = PurePosixPath(file.name or "").suffix
    upload = provider.upload(data, filename=f"{sha256[:32]}{suffix}", model=remote_model)
    TemporaryUpload.objects.update_or_create(
        account=account,
        sha256=sha256,
        remote_model=remote_model,
        defaults={"url": upload.url, "expires_at": upload.expires_at},
    )
    return upload.url
