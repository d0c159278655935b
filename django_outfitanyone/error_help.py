"""Who can fix an error and how, by the code that is stored with it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from django_outfitanyone.conf import conf

_ = gettext_lazy

FIXED_BY = {
    "shop": pgettext_lazy("who can fix it", "the person who chose the pictures"),
    "account": pgettext_lazy("who can fix it", "the owner of the API account"),
    "developer": pgettext_lazy("who can fix it", "the person who runs this site"),
    "nobody": pgettext_lazy("who can fix it", "no action needed: it will be retried"),
}

OWN = {
    "InputChanged": ("shop", _("Request the try-on again with the current pictures.")),
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
        _("The download of the finished picture is retried for 24 hours."),
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


def is_temporary(code: str, message: str = "") -> bool:
    """Whether the same request may succeed later without anybody changing anything."""
    return conf.engine_class.explain(code, message).is_temporary


def may_be_lost_upload(code: str, message: str = "") -> bool:
    """Whether the engine could not read a picture's address, so that a new upload may help."""
    return conf.engine_class.explain(code, message).may_be_lost_upload


def is_about_person(code: str, message: str = "") -> bool:
    """Whether the error says that the model photo does not show one complete person."""
    return code not in OWN and conf.engine_class.explain(code, message).is_about_person


def error_help_for(code: str, message: str = "") -> ErrorHelp | None:
    """Return the help for an error code as stored on a row; ``None`` without a code."""
    if not code:
        return None
    if code in OWN:
        fixed_by, text = OWN[code]
        return ErrorHelp(fixed_by, str(text))
    explanation = conf.engine_class.explain(code, message)
    return ErrorHelp(explanation.fixed_by, gettext(explanation.help))
