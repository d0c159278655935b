"""Who can fix an error and how, by the code that is stored with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from django_outfitanyone.conf import conf

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine, ErrorExplanation

_ = gettext_lazy

FIXED_BY = {
    "shop": pgettext_lazy("who can fix it", "the person who chose the pictures"),
    "account": pgettext_lazy("who can fix it", "the owner of the API account"),
    "developer": pgettext_lazy("who can fix it", "the person who runs this site"),
    "nobody": pgettext_lazy("who can fix it", "no one, but a retry may help"),
}

OWN = {
    "InputChanged": ("shop", _("Request the try-on again with the current pictures.")),
    "Replaced": (
        "shop",
        _("The same batch has a picture of these garments on another model photo instead."),
    ),
    "PictureReplaced": ("shop", _("Parse the picture again.")),
    "CropUnusable": ("shop", _("Parse the model photo again, then retry the try-on.")),
    "NothingToKeep": (
        "shop",
        _("Choose another model photo, or let the other half of the clothes be replaced."),
    ),
    "SearchNeedsAttention": (
        "shop",
        _("Open the clothes parse and retry or cancel it."),
    ),
    "SearchCanceled": (
        "shop",
        _("Retry the try-on, which parses the photo again, or choose another model photo."),
    ),
    "BudgetSpent": (
        "developer",
        _(
            "No action needed. Work resumes when the next period starts or when you raise "
            "the budget."
        ),
    ),
    "PictureMissing": ("developer", _("Upload the picture again; its file is missing.")),
    "PictureNotPublic": ("developer", _('Set OUTFITANYONE = {"DELIVERY": "auto"}.')),
    "PictureNeedsAddress": (
        "developer",
        _("Use a storage whose addresses are public, with https, or another engine."),
    ),
    "PictureUnreadable": ("shop", _("Upload the picture again as JPEG or PNG.")),
    "PictureDamaged": ("shop", _("Export the picture again and upload it.")),
    "PictureTooSmall": ("shop", _("Use a larger photo.")),
    "PictureTooLong": ("shop", _("Crop the picture.")),
    "PictureTooLarge": ("shop", _("Scale the picture down.")),
    "DownloadRefused": (
        "developer",
        _("The downloaded file broke a safety rule; see the log for details."),
    ),
    "DownloadFailed": (
        "nobody",
        _("The download of the finished picture is retried until the engine deletes it."),
    ),
    "ResultLost": (
        "shop",
        _(
            "The picture was paid for, but it was lost before it was stored. Retry the try-on, "
            "which is paid for again, or leave it."
        ),
    ),
    "CatalogueFailed": (
        "developer",
        _("Read the log, correct the shop's catalogue adapter, then try again."),
    ),
    "UnexpectedFault": ("developer", _("Read the log, then retry.")),
}
"""Code to who can fix it and how, for errors of this app; engines explain their own."""


@dataclass(frozen=True)
class ErrorHelp:
    """``fixed_by`` is a key of ``FIXED_BY``; ``text`` is in the reader's language."""

    fixed_by: str
    text: str

    @property
    def person(self) -> str:
        """Who can fix the error, in words."""
        return str(FIXED_BY[self.fixed_by])


def is_temporary(code: str, message: str = "", engine_class: type[Engine] | None = None) -> bool:
    """Whether the same request may succeed later without anybody changing anything."""
    return _explanation(code, message, engine_class).is_temporary


def may_be_lost_upload(
    code: str, message: str = "", engine_class: type[Engine] | None = None
) -> bool:
    """Whether the engine could not read a picture's address, so that a new upload may help."""
    return _explanation(code, message, engine_class).may_be_lost_upload


def is_about_person(code: str, message: str = "", engine_class: type[Engine] | None = None) -> bool:
    """Whether the error says that the model photo does not show one complete person."""
    return code not in OWN and _explanation(code, message, engine_class).is_about_person


def is_about_garment(
    code: str, message: str = "", engine_class: type[Engine] | None = None
) -> bool:
    """Whether the error says that the picture of a garment cannot be used."""
    return code not in OWN and _explanation(code, message, engine_class).is_about_garment


def error_help_for(
    code: str, message: str = "", engine_class: type[Engine] | None = None
) -> ErrorHelp | None:
    """Return the help for an error code as stored on a row; ``None`` without a code.

    The engine of the row's account explains its own codes; without a class, the engine of the
    settings does.
    """
    if not code:
        return None
    if code in OWN:
        fixed_by, text = OWN[code]
        return ErrorHelp(fixed_by, str(text))
    explanation = _explanation(code, message, engine_class)
    return ErrorHelp(explanation.fixed_by, gettext(explanation.help))


def engine_class_of(alias: str) -> type[Engine] | None:
    """Return the class of the engine with this alias; ``None`` if it is gone from the settings."""
    engine = conf.engines.get(alias)
    return engine.backend_class if engine and engine.is_importable else None


def refusing_engine_class(code: str, message: str) -> type[Engine] | None:
    """Return the first engine that knows this code as a refusal of the model photo.

    A photo keeps the code of its refusal, but not the engine.
    """
    classes = [engine.backend_class for engine in conf.engines.values() if engine.is_importable]
    known = (one for one in classes if is_about_person(code, message, one))
    return next(known, None)


def _explanation(code: str, message: str, engine_class: type[Engine] | None) -> ErrorExplanation:
    return (engine_class or conf.default_engine.backend_class).classify(code, message)
