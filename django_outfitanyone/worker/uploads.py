"""Hand each picture over as the engine takes it: by address, by an upload, or as bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _

from django_outfitanyone.conf import conf
from django_outfitanyone.engines.addresses import is_public_host
from django_outfitanyone.engines.base import Picture
from django_outfitanyone.engines.capabilities import Inputs
from django_outfitanyone.exceptions import PictureRefused
from django_outfitanyone.models import (
    Account,
    Garment,
    ModelImage,
    TryOnResult,
)
from django_outfitanyone.worker.temporary_uploads import Uploads

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine

MEDIA_TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}
"""By the suffix of a stored file, which names its real format."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A picture that an engine is to read: a stored file, or bytes made from one."""

    file: FieldFile
    sha256: str
    """Of the bytes that the engine gets."""
    data: bytes | None = None
    """What the engine gets instead of the file; it has no address of its own."""
    suffix: str = ""
    width: int = 0
    height: int = 0

    @classmethod
    def of(cls, row: Garment | ModelImage | TryOnResult) -> Delivery:
        """Return the picture of a row."""
        return cls(file=row.image, sha256=row.sha256, width=row.width or 0, height=row.height or 0)

    @property
    def public_url(self) -> str:
        return public_url(self.file) if self.data is None else ""

    @property
    def upload_name(self) -> str:
        suffix = self.suffix or PurePosixPath(self.file.name or "").suffix
        return f"{self.sha256[:32]}{suffix}"

    @property
    def size(self) -> int:
        return self.file.size if self.data is None else len(self.data)

    def picture(self, url: str = "") -> Picture:
        """Return the picture of an order; without a URL, its bytes are what the engine gets."""
        suffix = PurePosixPath(self.upload_name).suffix.lower()
        return Picture(
            url=url,
            load=self.read,
            sha256=self.sha256,
            media_type=MEDIA_TYPES.get(suffix, "application/octet-stream"),
            size=0 if url else self.size,
            width=self.width,
            height=self.height,
        )

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


def pictures_of(
    deliveries: Mapping[str, Delivery],
    *,
    inputs: Inputs,
    remote_model: str,
    account: Account,
    engine: Engine,
) -> Iterator[tuple[str, Picture]]:
    """Yield the name and the picture of each delivery, in the first form that the engine takes.

    That is a public address, else an upload, else the bytes. An upload is valid for one
    remote model, for as long as the engine says, and serves every call in that time. Raises
    ``PictureRefused`` when a file is missing, or lacks an address that the engine or the
    settings demand.
    """
    hashes = {delivery.sha256 for delivery in deliveries.values()}
    uploads = Uploads(hashes, remote_model=remote_model, account=account, engine=engine)
    for name, delivery in deliveries.items():
        url = delivery.public_url if inputs.takes_url else ""
        if not url and inputs.takes_upload:
            url = uploads.address_of(delivery.sha256, delivery.read, name=delivery.upload_name)
        if not url and not inputs.takes_data:
            raise _not_public(str(delivery.file.url))
        yield name, delivery.picture(url)


def picture_of(
    delivery: Delivery, *, inputs: Inputs, remote_model: str, account: Account, engine: Engine
) -> Picture:
    """Return one picture, as ``pictures_of`` does."""
    pictures = pictures_of(
        {"picture": delivery},
        inputs=inputs,
        remote_model=remote_model,
        account=account,
        engine=engine,
    )
    return dict(pictures)["picture"]


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


def _not_public(url: str) -> PictureRefused:
    return PictureRefused(
        _("The engine takes pictures by public addresses only, and “%(url)s” is none.")
        % {"url": url},
        remedy=_("Use a storage whose addresses are public, with https, or another engine."),
        code="PictureNeedsAddress",
    )
