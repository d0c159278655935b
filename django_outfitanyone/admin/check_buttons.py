"""The buttons of the panel “picture check”: one click each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from django_outfitanyone import actions
from django_outfitanyone.models import Garment
from django_outfitanyone.picture_check import check_saved


@dataclass(frozen=True, kw_only=True)
class CheckButton:
    """What a button on the page of a garment or a model photo does with its picture."""

    name: str
    label: Any
    run: Callable[[Any], object]
    is_useful_for: Callable[[Any], bool]
    success_message: Any = ""
    changes_picture: bool = True
    """Whether the picture is another one or newly checked, so that findings are reported."""


def _has(code: str, *, even_if_refused: bool) -> Callable[[Any], bool]:
    """Return a test for garments with this finding."""

    def is_useful_for(picture: Any) -> bool:
        found = picture.found if isinstance(picture, Garment) else []
        return any(one.code == code and (even_if_refused or not one.refuses) for one in found)

    return is_useful_for


def _and_check(change: Callable[[Any], None]) -> Callable[[Any], None]:
    def run(picture: Any) -> None:
        change(picture)
        check_saved(picture)

    return run


def _is_refused(picture: Any) -> bool:
    is_refused = getattr(picture, "is_refused", False)
    return is_refused or any(finding.refuses for finding in picture.found)


CHECK = CheckButton(
    name="check",
    label=_("Check the picture"),
    run=actions.check_picture,
    is_useful_for=lambda _picture: True,
)
CROP = CheckButton(
    name="crop",
    label=_("Crop to the garment"),
    run=_and_check(actions.crop_to_garment),
    is_useful_for=_has("garment_small", even_if_refused=True),
    success_message=_("The picture was cropped. The original picture is kept."),
)
CUT_OUT = CheckButton(
    name="cut_out",
    label=_("Make a garment out of what this photo shows"),
    run=_and_check(actions.cut_out_garment),
    is_useful_for=_has("worn", even_if_refused=False),
    success_message=_("The garment was cut out. The original picture is kept."),
)
RESTORE = CheckButton(
    name="restore",
    label=_("Restore the original picture"),
    run=_and_check(actions.restore_original),
    is_useful_for=lambda picture: bool(getattr(picture, "original", "")),
    success_message=_("The original picture is used again."),
)
IGNORE = CheckButton(
    name="ignore",
    label=_("Use it anyway"),
    run=actions.ignore_findings,
    is_useful_for=lambda picture: _is_refused(picture) and not picture.findings_ignored,
    success_message=_(
        "The picture can be used for try-ons, although the check advises against it."
    ),
    changes_picture=False,
)
HEED = CheckButton(
    name="heed",
    label=_("Do not use it for try-ons"),
    run=partial(actions.ignore_findings, ignored=False),
    is_useful_for=lambda picture: picture.findings_ignored,
    success_message=_("Try-ons with this picture are refused again."),
    changes_picture=False,
)
BUTTONS = {button.name: button for button in (CROP, CUT_OUT, RESTORE, IGNORE, HEED, CHECK)}
"""By name, in the order in which they are shown."""


def shown_buttons(picture: Any) -> list[CheckButton]:
    """Return the buttons that make sense for the picture as it is."""
    return [button for button in BUTTONS.values() if button.is_useful_for(picture)]
