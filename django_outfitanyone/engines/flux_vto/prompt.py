"""The prompt of FLUX VTO: the vendor's formula, which names each garment."""

from __future__ import annotations

from collections.abc import Sequence

from django_outfitanyone.engines.base import TryOnOrder, WornPicture
from django_outfitanyone.engines.prompts import GARMENTS, plain_name

PROMPT_VERSION = "1"
"""Changes with every change of the words, because pictures of two versions are not the same."""

KINDS = GARMENTS
KEPT = {
    "upper": " Their own top stays exactly as it is.",
    "lower": " Their own trousers or skirt stay exactly as they are.",
}


def prompt_of(order: TryOnOrder) -> str:
    """Return the prompt; image 1 is the person and image 2 shows the garments."""
    worn = "wearing the " + _listed([_words(garment) for garment in order.garments])
    kept = "face and pose" if order.keep_face else "pose"
    return (
        f"The person of image 1, maintaining exactly their {kept}, {worn} of image 2."
        f"{KEPT.get(order.keep, '')}"
    )


def _words(garment: WornPicture) -> str:
    """Return what a garment is called: the shop's name for it beside its kind."""
    kind, name = KINDS.get(garment.kind, "garment"), plain_name(garment)
    return f"{name} ({kind})" if name else kind


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and the {words[-1]}"
