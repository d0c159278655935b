"""The instruction for general image editors: who wears what, and what must not change.

The person is image 1, the garments follow in the order of the request. Editors only promise
to follow words, so most of them say what stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from django_outfitanyone.engines.base import TryOnOrder, WornPicture

PROMPT_VERSION = "1"
"""Changes with every change of the words, because pictures of two versions are not the same."""

GARMENTS = {
    "top": "top",
    "bottom": "trousers or skirt",
    "one_piece": "dress or jumpsuit",
    "outerwear": "jacket or coat",
    "shoes": "shoes",
    "bag": "bag",
    "hat": "hat",
}
"""Kind to its name in the prompt."""
PLACES = {
    "outerwear": "over the other clothes",
    "shoes": "on the feet",
    "bag": "over the shoulder or in a hand",
    "hat": "on the head",
}
KEPT = {
    "upper": "The person's own top stays exactly as it is.",
    "lower": "The person's own trousers or skirt stay exactly as they are.",
}
NEGATIVE = "low resolution, deformed hands, extra fingers, second person, collage, text, watermark"
"""For editors that take a second text of what to avoid."""

_NAME_LIMIT = 80


def try_on_prompt(order: TryOnOrder) -> str:
    """Return the instruction for an order, in English and in a few hundred characters."""
    shown = [
        f"Image {number} is a product photo: {_name(garment)}."
        for number, garment in enumerate(order.garments, start=2)
    ]
    worn = [
        f"the {GARMENTS.get(garment.kind, 'garment')} of image {number}{_place(garment)}"
        for number, garment in enumerate(order.garments, start=2)
    ]
    sentences = [
        "Image 1 is a photo of a person.",
        *shown,
        f"Edit image 1 so that this same person wears {_listed(worn)}.",
        "Remove the clothes that these pieces take the place of.",
        KEPT.get(order.keep, ""),
        "Ignore any person, hanger or background in the product photos.",
        f"Leave {_unchanged(order)} of image 1 unchanged.",
        "Reproduce colour, pattern, logo, neckline, sleeves and hem of each piece exactly.",
        "Return one photorealistic photo with natural folds, without text, borders or collage.",
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def plain_name(garment: WornPicture) -> str:
    """Return the shop's name of a garment as it may stand in a prompt: short, and no sentence."""
    return re.sub(r"[^\w &'’.,%/+-]+", " ", garment.name)[:_NAME_LIMIT].strip(" .,")


def _unchanged(order: TryOnOrder) -> str:
    person = "face, hair, skin, body shape" if order.keep_face else "body shape"
    return f"{person}, pose, hands, all other clothes, background, light and framing"


def _name(garment: WornPicture) -> str:
    """Return the kind, with the shop's own name for the garment in brackets."""
    kind, name = GARMENTS.get(garment.kind, "garment"), plain_name(garment)
    return f"{kind} ({name})" if name else kind


def _place(garment: WornPicture) -> str:
    place = PLACES.get(garment.kind, "")
    return f" {place}" if place else ""


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
