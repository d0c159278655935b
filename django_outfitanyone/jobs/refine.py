"""Refinement of a finished result: what the refiner accepts, checked before anything is paid.

Refiner reference: the result must have the exact size of the model photo, its face kept,
and a top; the model photo and the garments are sent again with it.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from django_outfitanyone.choices import GarmentKind, Gender
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.fingerprint import fingerprint_of
from django_outfitanyone.jobs.try_on import HALVES
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.models.try_on import Keep
from django_outfitanyone.pictures.images import MAX_BYTES


def check_refinable(result: TryOnResult) -> None:
    """Raise ``RequestRefused`` if the refiner does not accept this result."""
    if not result.has_succeeded:
        raise RequestRefused(
            _("Only finished pictures can be refined; this one is “%(status)s”.")
            % {"status": result.get_status_display()},
            code="NotFinished",
        )
    refiner = _refiner_of(result)
    if result.remote_model == refiner:
        raise RequestRefused(_("This picture has already been refined."), code="AlreadyRefined")
    if result.resolution != -1 or not result.restore_face:
        raise RequestRefused(
            _("Only a picture in the size of the model photo, with its face, can be refined."),
            code="NotRefinable",
        )
    kinds = {garment.kind for garment in result.garments}
    if not kinds <= HALVES:
        raise RequestRefused(
            _("The refiner takes tops, bottoms and dresses only."), code="NotRefinable"
        )
    if kinds <= {GarmentKind.BOTTOM} and result.keep != Keep.UPPER:
        raise RequestRefused(
            _("The refiner needs a top: one that was tried on, or one that was kept."),
            code="NotRefinable",
        )
    _check_files(result)


def as_refinement(result: TryOnResult, *, gender: str = "", force_new: bool = False) -> TryOnResult:
    """Return the unsaved row of the refinement; raise ``RequestRefused`` if it is impossible.

    Without ``gender``, the model photo must know it.
    """
    gender = gender or known_gender(result)
    if gender not in Gender.values:
        raise RequestRefused(
            _("Choose woman or man: the refiner needs to know who is in the picture."),
            code="NoGender",
        )
    check_refinable(result)
    row = TryOnResult(
        account_id=result.account_id,
        model_image=result.model_image,
        keep=result.keep,
        remote_model=_refiner_of(result),
        refines=result,
        gender=gender,
        force_new=force_new,
    )
    row.garments = result.garments
    row.fingerprint = fingerprint_of(row)
    return row


def known_gender(result: TryOnResult) -> str:
    """Return the gender that the model photo of a result says, or ``""``."""
    return result.model_image.gender if result.model_image else ""


def _refiner_of(result: TryOnResult) -> str:
    """Return the refining model of the result's engine; raise ``RequestRefused`` without one."""
    engine = conf.engines.get(result.account_id)
    if engine is None or not engine.refiner_model:
        raise RequestRefused(
            _("The engine that made this picture cannot refine it."), code="NotRefinable"
        )
    return engine.refiner_model


def _check_files(result: TryOnResult) -> None:
    """Refuse a result whose photo or garments were changed, or whose file is unsuitable."""
    photo = result.model_image
    if photo is None or fingerprint_of(result) != result.fingerprint:
        raise RequestRefused(
            _(
                "The model photo or a garment was changed or deleted since. Request the picture "
                "again."
            ),
            code="InputChanged",
        )
    if (result.width, result.height) != (photo.width, photo.height):
        raise RequestRefused(
            _("The refiner needs a picture of exactly the model photo's size."),
            code="NotRefinable",
        )
    if result.image.size > MAX_BYTES:
        raise RequestRefused(
            _("The picture's file is larger than the 5 MB that the refiner accepts."),
            code="NotRefinable",
        )
