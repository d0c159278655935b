"""Which options of a try-on the chosen engine has; the others are fixed, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_outfitanyone.admin.rendering import pixels
from django_outfitanyone.engines.capabilities import Capabilities, Face, Keeps

WIDTHS = {1024: 576, 1280: 720}
"""Documented height of a result to its width, where the size is not the photo's."""
PERSONS_SIZE = "-1"


class KeepOrReplace(TextChoices):
    """Whether the picture keeps a part of the photo or shows a random one of the engine."""

    KEEP = "keep", gettext_lazy("keep")
    REPLACE = "replace", gettext_lazy("replace")


def values_offered(capabilities: Capabilities) -> dict[str, list[str]]:
    """Return the values that the engine accepts, by field; the first one is its default."""
    both = [str(KeepOrReplace.KEEP), str(KeepOrReplace.REPLACE)]
    replaces_rest = capabilities.keeps_rest is Keeps.AS_GARMENT
    replaces_face = capabilities.keeps_face is not Face.ALWAYS
    return {
        "resolution": [str(one) for one in capabilities.resolutions],
        "other_half": both if replaces_rest else both[:1],
        "face": both if replaces_face else both[:1],
    }


def reason_for(name: str, capabilities: Capabilities) -> str:
    """Return why a field has only one value, or how sure the result is; ``""`` if it is."""
    reasons: dict[str, Callable[[Capabilities], str]] = {
        "resolution": _reason_of_size,
        "other_half": _reason_of_rest,
        "face": _reason_of_face,
    }
    return reasons[name](capabilities)


def size_label(resolution: int, capabilities: Capabilities) -> str:
    """Return the size in pixels where the engine documents it, else the height."""
    if resolution == int(PERSONS_SIZE):
        return _("same as the model photo")
    width = WIDTHS.get(resolution) if capabilities.keeps_rest is Keeps.AS_GARMENT else None
    return pixels(width, resolution) if width else _("%(height)d px high") % {"height": resolution}


def size_choices(capabilities: Capabilities) -> Sequence[tuple[Any, str]]:
    return [(one, size_label(one, capabilities)) for one in capabilities.resolutions]


def changed_text(label: str, engine: str) -> str:
    """Return what the page says about an option that it has changed."""
    text = _("“%(option)s” was changed: %(engine)s does not offer your choice. Check the price.")
    return text % {"option": label, "engine": engine}


def _reason_of_size(capabilities: Capabilities) -> str:
    if len(capabilities.resolutions) > 1:
        return ""
    return _("This engine offers no choice of size: the size or shape of the model photo.")


def _reason_of_rest(capabilities: Capabilities) -> str:
    if capabilities.keeps_rest is Keeps.NATIVE:
        return _("This engine keeps everything that the garments do not cover.")
    if capabilities.keeps_rest is Keeps.PROMPT:
        return _("This engine is told to keep everything else, but may not obey.")
    return ""


def _reason_of_face(capabilities: Capabilities) -> str:
    if capabilities.keeps_face is Face.ALWAYS:
        return _("This engine always keeps the face of the model photo.")
    if capabilities.keeps_face is Face.PROMPT:
        return _("This engine is told to do so, but may not obey.")
    return ""
