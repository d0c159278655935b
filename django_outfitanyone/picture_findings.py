"""What the picture check may find: the reason and the remedy of each code, for people.

Codes of people and garments come from the local engine; those of the size need none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from django_outfitanyone.choices import Severity

_ = gettext_lazy

SMALL_SIDE = 300
"""A side below this many pixels shows too little of the fabric: the engine accepts 151, and the
vendor's FAQ names small pictures as the first cause of poor results."""
NARROW_SIDE = 600
"""A half of the person's own clothes is about a quarter of a photo's width, and the engine needs
151 pixels of it."""

_LIGHT = _("Take the photo again in even, bright light.")
_SHARP = _("Use the original photo, or take it again with a steady camera.")
_RETAKE = _("Use a photo of one person who stands upright and faces the camera.")
_FLAT = _("Lay one garment flat on plain ground and take the photo straight from above.")

TEXTS: dict[str, tuple[Any, Any]] = {
    # people
    "no_person": (_("There is no person in the photo."), _RETAKE),
    "several_people": (
        _("There are several people in the photo."),
        _("Use a photo of one person, or crop the others away."),
    ),
    "incomplete": (
        _("The person is not complete."),
        _("Use a photo that shows the person from head to feet."),
    ),
    "seated": (_("The person does not stand upright."), _RETAKE),
    "side_view": (_("The person does not face the camera."), _RETAKE),
    "person_small": (
        _("The person is small in the photo."),
        _("Crop the photo, so that the person fills most of its height."),
    ),
    "dark": (_("The photo is too dark or too bright."), _LIGHT),
    "blurred": (_("The photo is blurred."), _SHARP),
    "hands_hidden": (
        _("A hand is hidden."),
        _("Use a photo in which both hands can be seen, beside the body."),
    ),
    "arms_crossed": (
        _("The arms are crossed in front of the body."),
        _("Use a photo in which the arms hang beside the body."),
    ),
    "body_hidden": (
        _("Something covers the person or the clothes."),
        _("Use a photo without bags, umbrellas or other things in front of the body."),
    ),
    # garments
    "no_garment": (_("The picture shows no garment on a plain background."), _FLAT),
    "several_garments": (
        _("There are several garments in the picture."),
        _("Use one picture for each garment."),
    ),
    "garment_cut_off": (
        _("The garment runs over the edge of the picture."),
        _("Use a picture that shows the whole garment."),
    ),
    "faint": (
        _("The garment hardly differs from its background."),
        _("Take the photo again on ground of another colour."),
    ),
    "worn": (
        _("A person or a mannequin wears the garment."),
        _("Use a picture of the garment lying flat, or make one out of what this photo shows."),
    ),
    "wrong_kind": (
        _("The picture seems to show another kind of garment."),
        _("Correct the kind of the garment, or use another picture."),
    ),
    "garment_small": (
        _("The garment is small in the picture."),
        _("Crop the picture to the garment."),
    ),
    "busy_background": (
        _("The background is not plain."),
        _("Take the photo again on plain, even ground."),
    ),
    "hard_shadow": (
        _("A hard shadow lies beside the garment."),
        _("Take the photo again in soft light, without flash."),
    ),
    "folded": (
        _("The garment is folded or creased."),
        _("Spread the garment out and smooth it, then take the photo again."),
    ),
    "garment_blurred": (_("The picture is blurred."), _SHARP),
    "garment_dark": (_("The picture is too dark."), _LIGHT),
    # size
    "picture_small": (
        _("The picture is small, so the engine sees little detail."),
        _("Use the original photo; each side should have at least 300 pixels."),
    ),
    "photo_narrow": (
        _(
            "The photo is narrow: a half of the person's own clothes that stays is too small for "
            "the engine."
        ),
        _("Use a photo that is at least 600 pixels wide."),
    ),
}
"""Code to reason and remedy."""
TEXTS_IF_REFUSED: dict[str, tuple[Any, Any]] = {
    "worn": (_("A person wears the garment, and it cannot be cut out of the photo."), _FLAT),
}
"""The same, where the engine will refuse what else only may spoil the result."""


@dataclass(frozen=True)
class Finding:
    """One thing that the check found in a picture."""

    code: str
    severity: Severity

    @property
    def reason(self) -> str:
        """What is wrong, in the reader's language."""
        text = gettext("The check found a problem that has no description: %(code)s.")
        return str(self._texts[0]) if self._texts else text % {"code": self.code}

    @property
    def remedy(self) -> str:
        """What to do about it, in the reader's language."""
        return str(self._texts[1]) if self._texts else gettext("Use another picture.")

    @property
    def refuses(self) -> bool:
        """Whether the engine will refuse the picture."""
        return self.severity == Severity.REFUSES

    @property
    def _texts(self) -> tuple[Any, Any] | None:
        of_refusal = TEXTS_IF_REFUSED.get(self.code) if self.refuses else None
        return of_refusal or TEXTS.get(self.code)

    def __str__(self) -> str:
        return f"{self.reason} {self.remedy}"


def size_findings(width: int, height: int, *, is_person: bool) -> list[Finding]:
    """Return what the size alone says; sizes that the engine refuses are never stored."""
    found = []
    if min(width, height) < SMALL_SIDE:
        found.append(Finding("picture_small", Severity.MAY_SPOIL))
    elif is_person and width < NARROW_SIDE:
        found.append(Finding("photo_narrow", Severity.MAY_SPOIL))
    return found


def from_json(stored: object) -> list[Finding]:
    """Return the findings that a row holds, the most severe first; ignore what is no finding."""
    known = list(Severity.values)  # not a set, because anything may be stored
    found = [
        Finding(str(one["code"]), Severity(one["severity"]))
        for one in (stored if isinstance(stored, list) else ())
        if isinstance(one, dict) and one.get("severity") in known and one.get("code")
    ]
    return sorted(found, key=lambda finding: not finding.refuses)


def to_json(findings: Iterable[Finding]) -> list[dict[str, str]]:
    """Return the findings as a row stores them."""
    return [{"code": one.code, "severity": one.severity.value} for one in findings]
