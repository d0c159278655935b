"""The free check of pictures before anything is paid, and what a person does about it.

The check never stops a picture from being saved. What it finds is stored with the picture.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.utils.translation import gettext as _

from django_outfitanyone.exceptions import (
    LocalEngineUnavailable,
    PictureRefused,
    RequestRefused,
)
from django_outfitanyone.models import Garment, ModelImage
from django_outfitanyone.models.database import atomic
from django_outfitanyone.picture_findings import to_json
from django_outfitanyone.pictures import examination, images
from django_outfitanyone.pictures.examination import Examination

logger = logging.getLogger("django_outfitanyone")


def check_picture(picture: Garment | ModelImage) -> Examination:
    """Check a stored picture and store what the local engine found; a person's decision stays.

    If only the size could be checked, nothing is stored: an earlier check of the same file
    stays. Raises ``PictureRefused`` if the file is missing or damaged.
    """
    kind = picture.kind if isinstance(picture, Garment) else ""
    scaled = picture.scaled
    result = (
        examination.examine_scaled(scaled, kind=kind)
        if scaled
        else examination.examine(_read(picture), kind=kind)
    )
    if result.seen is not None:
        picture.findings = to_json(result.seen)
        same = {"sha256": picture.sha256, **({"kind": kind} if kind else {})}
        rows = type(picture).objects.filter(pk=picture.pk, **same)
        rows.update(findings=picture.findings)  # nothing if the picture was replaced meanwhile
    return result


def check_saved(picture: Garment | ModelImage) -> str:
    """Check a picture that was saved a moment ago; return why that was refused, or ``""``.

    Raises nothing: after an error people would do again what is done.
    """
    try:
        check_picture(picture)
    except PictureRefused as error:
        return str(error)
    except Exception:  # storages raise errors of any kind
        logger.exception("The picture check failed", extra={"event": "picture_check_failed"})
    return ""


def ignore_findings(picture: Garment | ModelImage, *, ignored: bool = True) -> None:
    """Use a picture although the check advises against it, or no longer."""
    picture.findings_ignored = ignored
    rows = type(picture).objects.filter(pk=picture.pk, sha256=picture.sha256)
    rows.update(findings_ignored=ignored)


def crop_to_garment(garment: Garment) -> None:
    """Replace the picture by its part that shows the garment, and keep the original.

    Raises ``RequestRefused`` if there is nothing to crop.
    """
    cropped = _made(examination.crop_to_garment, garment)
    if cropped is None:
        raise RequestRefused(
            _(
                "The picture cannot be cropped: it does not show exactly one garment, or the "
                "garment already fills it."
            ),
            code="NothingToCrop",
        )
    _replace(garment, cropped)


def cut_out_garment(garment: Garment) -> None:
    """Replace a photo of a worn garment by the garment on plain ground, and keep the original.

    Raises ``RequestRefused`` if the photo does not show all of such a garment.
    """
    cut_out = _made(lambda data: examination.cut_out_worn_garment(data, kind=garment.kind), garment)
    if cut_out is None:
        raise RequestRefused(
            _(
                "The garment cannot be cut out: the photo must show the whole garment from the "
                "front, worn by one person or mannequin."
            ),
            code="NothingToCutOut",
        )
    _replace(garment, cut_out)


def restore_original(garment: Garment) -> None:
    """Use the picture again that was uploaded; raise ``RequestRefused`` if it still is."""
    if not garment.original:
        raise RequestRefused(_("The picture is the original one."), code="NoOriginal")
    replaced = garment.sha256
    garment.image = garment.original.name
    garment.measure_if_renamed()  # before the transaction
    _save(garment, over=replaced, original="")


def _read(picture: Garment | ModelImage) -> bytes:
    try:
        return picture.read()
    except FileNotFoundError as error:
        raise PictureRefused(
            _("The file %(name)s is missing from the storage.") % {"name": picture.image.name},
            remedy=_("Upload the picture again."),
            code="PictureMissing",
        ) from error


def _made(
    make: Callable[[bytes], images.Picture | None], garment: Garment
) -> images.Picture | None:
    try:
        return make(_read(garment))
    except LocalEngineUnavailable as error:
        raise RequestRefused(
            _(
                "The local engine is not installed, is busy or failed. Install "
                "django-outfitanyone[local] on the server, or try again."
            ),
            code=error.code,
        ) from error


def _replace(garment: Garment, picture: images.Picture) -> None:
    """Store the new picture; what a person uploaded stays the original."""
    replaced, original = garment.sha256, garment.original.name or garment.image.name
    garment.image.save("garment", images.PreparedFile(picture), save=False)
    _save(garment, over=replaced, original=str(original))


def _save(garment: Garment, *, over: str, original: str) -> None:
    """Save the row with its new picture, if it still has the one with the hash ``over``."""
    with atomic():
        # the UPDATE locks the row, so that no upload gets lost meanwhile
        rows = Garment.objects.filter(pk=garment.pk, sha256=over)
        if not rows.update(original=original):
            raise RequestRefused(
                _("The picture was replaced meanwhile. Open the garment again."),
                code="InputChanged",
            )
        garment.original = original
        garment.save(update_fields=["image"])
