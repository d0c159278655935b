"""What a person can do about an error, by the code that is stored with it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from django_outfitanyone.engines.dashscope.errors import classify

_ = gettext_lazy

FIXED_BY = {
    "shop": pgettext_lazy("who can fix it", "whoever chose the pictures"),
    "account": pgettext_lazy("who can fix it", "the owner of the API account"),
    "developer": pgettext_lazy("who can fix it", "whoever runs this site"),
    "nobody": pgettext_lazy("who can fix it", "nobody has to: it is tried again"),
}

OWN = {
    "InputChanged": ("shop", _("Ask for the try-on again with the current pictures.")),
    "NothingToKeep": (
        "shop",
        _("Choose another model photo, or have the other half of the clothes replaced."),
    ),
    "SearchNeedsAttention": (
        "shop",
        _("Decide about the search for clothes: try it again, or cancel it."),
    ),
    "BudgetSpent": (
        "developer",
        _("Nothing has to be done: it goes on with the next day or month, or a larger budget."),
    ),
    "PictureMissing": ("developer", _("Upload the picture again; its file is gone.")),
    "PictureNotPublic": ("developer", _('Set OUTFITANYONE = {"DELIVERY": "auto"}.')),
    "PictureUnreadable": ("shop", _("Upload the picture again as JPEG or PNG.")),
    "PictureDamaged": ("shop", _("Export the picture again and upload it.")),
    "PictureTooSmall": ("shop", _("Use a larger photo.")),
    "PictureTooLarge": ("shop", _("Scale the picture down.")),
    "DownloadRefused": (
        "developer",
        _("The file behind the result broke a safety rule; the log says which."),
    ),
    "DownloadFailed": ("nobody", _("The finished picture is fetched again for 24 hours.")),
    "UnexpectedFault": ("developer", _("Look into the log; then try again.")),
}
"""Code to who can mend it and how, for errors that arise on this side."""


@dataclass(frozen=True)
class Advice:
    """``fixed_by`` is a key of ``FIXED_BY``; ``text`` is in the reader's language."""

    fixed_by: str
    text: str

    @property
    def person(self) -> str:
        """Who can mend it, in words."""
        return str(FIXED_BY[self.fixed_by])


def is_passing(code: str, message: str = "") -> bool:
    """Whether the same request may succeed later without anybody doing anything."""
    return classify(code, message=message).retryable


def advice_for(code: str, message: str = "") -> Advice | None:
    """The advice for an error code as stored on a row; ``None`` without a code."""
    if not code:
        return None
    if code in OWN:
        fixed_by, text = OWN[code]
        return Advice(fixed_by, str(text))
    kind = classify(code, message=message)
    return Advice(kind.fixed_by, gettext(kind.advice))
