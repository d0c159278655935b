"""An address for each picture that the engine can read: public, or uploaded to the engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.translation import gettext as _

from django_outfitanyone.conf import conf
from django_outfitanyone.engines.addresses import is_public_host
from django_outfitanyone.exceptions import PictureRefused
from django_outfitanyone.models import Account, TemporaryUpload

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine

SPARE_TIME = timedelta(hours=1)
"""An upload must stay valid this long, for queueing and the engine's download."""


def public_url(file: FieldFile) -> str:
    """Return the file's own address if the engine can read it, else ``""``.

    A storage that signs its addresses must sign them for longer than a task may wait.
    """
    url = str(file.url)
    parts = urlsplit(url)
    if conf.DELIVERY == "upload":
        return ""
    if conf.DELIVERY == "url":
        if not parts.hostname:
            raise PictureRefused(
                _("The picture's address “%(url)s” has no host, so the engine cannot download it.")
                % {"url": url},
                remedy=_(
                    'Use a storage with full addresses, or OUTFITANYONE = {"DELIVERY": "auto"}.'
                ),
                code="PictureNotPublic",
            )
        return url
    return url if parts.scheme == "https" and is_public_host(parts.hostname or "") else ""


def addresses_of(
    pictures: Mapping[str, tuple[FieldFile, str]],
    *,
    remote_model: str,
    account: Account,
    engine: Engine,
) -> Iterator[tuple[str, str]]:
    """Yield the name and address of each picture, and upload those without a public address.

    ``pictures`` maps names to files and their SHA-256. An upload is valid for one remote
    model for 48 hours and serves every call in that time. Raises ``PictureRefused`` when a
    file is missing, or lacks the public address that the settings demand.
    """
    valid = TemporaryUpload.objects.filter(
        account=account,
        remote_model=remote_model,
        sha256__in={sha256 for _file, sha256 in pictures.values()},
        expires_at__gt=timezone.now() + SPARE_TIME,
    )
    uploaded = dict(valid.values_list("sha256", "url"))
    for name, (file, sha256) in pictures.items():
        url = public_url(file) or uploaded.get(sha256)
        if not url:
            upload = engine.upload(
                _read(file), filename=_upload_name(file, sha256), model=remote_model
            )
            TemporaryUpload.objects.update_or_create(
                account=account,
                sha256=sha256,
                remote_model=remote_model,
                defaults={"url": upload.url, "expires_at": upload.expires_at},
            )
            url = uploaded[sha256] = upload.url
        yield name, url


def drop_uploads(hashes: Iterable[str], *, remote_model: str, account: Account) -> bool:
    """Forget the uploads of these pictures; return False if there were none."""
    uploads = TemporaryUpload.objects.filter(
        account=account, remote_model=remote_model, sha256__in=set(hashes)
    )
    return bool(uploads.delete()[0])


def address_of(
    file: FieldFile, *, sha256: str, remote_model: str, account: Account, engine: Engine
) -> str:
    """Return an address of one file, as ``addresses_of`` does."""
    addresses = addresses_of(
        {"picture": (file, sha256)}, remote_model=remote_model, account=account, engine=engine
    )
    return dict(addresses)["picture"]


def _read(file: FieldFile) -> bytes:
    try:
        with file.open("rb") as opened:
            data: bytes = opened.read()
    except FileNotFoundError as error:
        raise PictureRefused(
            _("The file %(name)s is missing from the storage.") % {"name": file.name},
            remedy=_("Upload the picture again."),
            code="PictureMissing",
        ) from error
    return data


def _upload_name(file: FieldFile, sha256: str) -> str:
    return f"{sha256[:32]}{PurePosixPath(file.name or '').suffix}"
