"""What the local engine's errors mean to people."""

from __future__ import annotations

from django_outfitanyone.engines.base import ErrorExplanation
from django_outfitanyone.exceptions import OutcomeUnknown, RequestNotSent


def gettext_noop(text: str) -> str:
    """Mark a text for translation; it is translated when it is shown."""
    return text


_ = gettext_noop

PERSON_REFUSED = "LocalPersonRefused"
GARMENT_REFUSED = "LocalGarmentRefused"
FAILED = "LocalEngineFailed"
MISSING = "LocalEngineMissing"
BUSY = "LocalEngineBusy"
NOT_INSTALLED = _("The local engine is not installed.")

EXPLANATIONS = {
    PERSON_REFUSED: ErrorExplanation(
        fixed_by="shop",
        help=_("Choose a photo of one complete person, who stands and faces the camera."),
        is_temporary=False,
        is_about_person=True,
    ),
    GARMENT_REFUSED: ErrorExplanation(
        fixed_by="shop",
        help=_("Choose a picture of this one garment, lying flat on a plain background."),
        is_temporary=False,
        is_about_garment=True,
    ),
    FAILED: ErrorExplanation(
        fixed_by="developer",
        help=_("The local engine failed on these pictures; the log has the details."),
        is_temporary=False,
    ),
    MISSING: ErrorExplanation(
        fixed_by="developer",
        help=_('Install it with pip install "django-outfitanyone[local]", then resume.'),
        is_temporary=False,
    ),
    BUSY: ErrorExplanation(
        fixed_by="nobody",
        help=_("No action needed: the local engine works on other pictures first."),
        is_temporary=True,
    ),
    OutcomeUnknown.code: ErrorExplanation(
        fixed_by="nobody",
        help=_("No action needed: the picture is made again, which costs nothing."),
        is_temporary=True,
    ),
    RequestNotSent.code: ErrorExplanation(
        fixed_by="nobody",
        help=_("No action needed: the picture is made again, which costs nothing."),
        is_temporary=True,
    ),
}
UNKNOWN = ErrorExplanation(
    fixed_by="developer",
    help=_("The reason is not known; read the log, then retry."),
    is_temporary=False,
)


def explain(code: str) -> ErrorExplanation:
    """Return the explanation of a stored error code."""
    return EXPLANATIONS.get(code, UNKNOWN)
