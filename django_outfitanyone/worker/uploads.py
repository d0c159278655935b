"""An address for each picture that the engine can read: public, or uploaded to the engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A picture that an engine is to read: a stored file, or bytes made from one."""

    file: FieldFile
    sha256: str
    """Of the bytes that the engine gets."""
    data: bytes | None = None
    """What the engine gets instead of the file; it has no address, so it is uploaded."""
    suffix: str = ""

    @property
    def public_url(self) -> str:
        return public_url(self.file) if self.data is None else ""

    @property
    def upload_name(self) -> str:
        suffix = self.suffix or PurePosixPath(self.file.name or "").suffix
        return f"{self.sha256[:32]}{suffix}"

    def read(self) -> bytes:
        return read_stored(self.file) if self.data is None else self.data


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
    pictures: Mapping[str, Delivery],
    *,
    remote_model: str,
    account: Account,
    engine: Engine,
) -> Iterator[tuple[str, str]]:
    """Yield the name and address of each picture, and upload those without a public address.

    An upload is valid for one remote model for 48 hours and serves every call in that time.
    Raises ``PictureRefused`` when a file is missing, or lacks the public address that the
    settings demand.
    """
    valid = TemporaryUpload.objects.filter(
        account=account,
        remote_model=remote_model,
        sha256__in={picture.sha256 for picture in pictures.values()},
        expires_at__gt=timezone.now() + SPARE_TIME,
    )
    uploaded = dict(valid.values_list("sha256", "url"))
    for name, picture in pictures.items():
        url = picture.public_url or uploaded.get(picture.sha256)
        if not url:
            upload = engine.upload(picture.read(), filename=picture.upload_name, model=remote_model)
            TemporaryUpload.objects.update_or_create(
                account=account,
                sha256=picture.sha256,
                remote_model=remote_model,
                defaults={"url": upload.url, "expires_at": upload.expires_at},
            )
            url = uploaded[picture.sha256] = upload.url
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
    pictures = {"picture": Delivery(file=file, sha256=sha256)}
    addresses = addresses_of(pictures, remote_model=remote_model, account=account, engine=engine)
    return dict(addresses)["picture"]


def read_stored(file: FieldFile) -> bytes:
    """Return the bytes of a stored file; raise ``PictureRefused`` if it is missing."""
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
