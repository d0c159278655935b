"""Files of finished pictures for use outside of the shop: feeds, marketplaces, print.

A file states how the picture was made, as a feed such as Google Merchant Center demands. What
China demands besides is optional, because a feed refuses text on a picture. The stored picture
never changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _

from django_outfitanyone.choices import Review
from django_outfitanyone.conf import ConfigurationError, conf
from django_outfitanyone.exceptions import PictureRefused, RequestRefused
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.pictures.containers import mime_type
from django_outfitanyone.pictures.label import labelled_file
from django_outfitanyone.pictures.marks import mark_copy
from django_outfitanyone.pictures.provenance import AIGC, states

SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}


@dataclass(frozen=True, kw_only=True)
class ExportOptions:
    """``aigc`` adds China's metadata field; ``label`` draws "AI生成" into the picture."""

    aigc: bool = False
    label: bool = False

    def check(self) -> None:
        """Raise ``ConfigurationError`` if a setting that the options need is missing."""
        if self.aigc and not conf.AIGC_PRODUCER:
            raise ConfigurationError(
                _(
                    "The AIGC field names who made the picture. Set "
                    'OUTFITANYONE = {"AIGC_PRODUCER": ...}.'
                )
            )


class ExportedPicture(NamedTuple):
    """A file and its name, for example ``try-on-12.jpg``."""

    name: str
    data: bytes


DEFAULT = ExportOptions()


def export_picture(try_on: TryOnResult, options: ExportOptions = DEFAULT) -> ExportedPicture:
    """Return a finished picture as a file with its marks, in the format in which it is stored.

    Raises ``RequestRefused`` for a picture that visitors may not see, ``PictureRefused`` if its
    file is missing or damaged, and ``ConfigurationError`` as ``ExportOptions.check``.
    """
    options.check()
    check_exportable(try_on)
    master = _read(try_on)
    source_type = try_on.digital_source_type
    is_marked = not source_type or states(master, source_type)
    data = master
    if options.label or options.aigc or not is_marked:
        data = mark_copy(
            labelled_file(master) if options.label else master,
            source_type,
            master=master,
            actions=["c2pa.edited" if options.label else "c2pa.edited.metadata"],
            aigc=_aigc_of(try_on) if options.aigc else None,
        )
    return ExportedPicture(_name(try_on, data, options), data)


def check_exportable(try_on: TryOnResult) -> None:
    """Raise ``RequestRefused`` unless the picture may leave the app: an export publishes it."""
    if not try_on.has_succeeded:
        raise RequestRefused(_("Only finished pictures can be exported."), code="NotFinished")
    if try_on.review == Review.REJECTED:
        raise RequestRefused(
            _("A rejected picture cannot be exported. Approve it first."), code="Rejected"
        )
    if conf.REQUIRE_REVIEW and try_on.review != Review.APPROVED:
        raise RequestRefused(
            _("This picture has not been reviewed. Approve it first."), code="NotReviewed"
        )


def _read(try_on: TryOnResult) -> bytes:
    try:
        return try_on.read()
    except FileNotFoundError as error:
        raise PictureRefused(
            _("The file %(name)s is missing from the storage.") % {"name": try_on.image.name},
            code="PictureMissing",
        ) from error


def _aigc_of(try_on: TryOnResult) -> AIGC:
    number = f"try-on-{try_on.pk}-{try_on.sha256[:16]}"
    return AIGC(
        producer=conf.AIGC_PRODUCER,
        produce_id=number,
        propagator=conf.AIGC_PROPAGATOR,
        propagate_id=number if conf.AIGC_PROPAGATOR else "",
    )


def _name(try_on: TryOnResult, data: bytes, options: ExportOptions) -> str:
    parts = {
        f"try-on-{try_on.pk}": True,
        "preview": try_on.is_preview,
        "aigc": options.aigc,
        "label": options.label,
    }
    stem = "-".join(part for part, is_named in parts.items() if is_named)
    return stem + SUFFIXES.get(mime_type(data), ".jpg")
