"""The colours of one person's skin, hair, clothes and shoes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.figure import RGB, Mask, Plane, Soft

from .body import Body, Limbs
from .colours import Bins, Colours

_SURE = 0.8
"""Share or coverage from which a pixel may speak for its part."""
_THINNING = 5
"""Of many thousand pixels, every fifth tells the same."""
_BALD = 0.7
"""Likeness of scalp and face: above it there is no hair."""


@dataclass(frozen=True)
class Look:
    """The close-up with what is known of it before any label is given."""

    image: RGB
    bins: Bins
    person: Soft
    body: Body
    limbs: Limbs

    @property
    def rows(self) -> npt.NDArray[np.float32]:
        """The row number of every pixel, as a column."""
        return np.arange(self.image.shape[0], dtype=np.float32)[:, None]


def skin_and_hair(look: Look) -> tuple[Colours, Colours | None]:
    """From the face between eyes and mouth, and the cap above the hairline; no hair if bald.

    Skin is taken in any light, for hands and legs are lit otherwise than the face; hair too,
    for its strands shade each other. Hair that falls into the face is left out of the skin.
    """
    body = look.body
    face_height = float(np.linalg.norm(body.mouth - body.eyes))
    down, across = np.indices(look.bins.shape, dtype=np.float32)
    centre = (body.eyes + body.mouth) / 2
    face = np.hypot(across - centre[0], down - centre[1]) < 0.8 * face_height
    cap = (look.limbs.head > 0.6) & (down < body.eyes[1] - 1.2 * face_height)
    faces, caps = colours_of(look, face), colours_of(look, cap)
    if caps.likeness(faces) > _BALD:
        return Colours.in_any_light(look.image[face]), None
    hair = caps.and_also(Colours.in_any_light(look.image[cap & (look.person > _SURE)]))
    bare = face & (faces.log_likelihood(look.bins) > hair.log_likelihood(look.bins))
    return Colours.in_any_light(look.image[bare]), hair


def skin_likeness(look: Look, skin: Colours) -> Plane:
    """How surely each pixel is skin rather than anything else the person shows.

    Everything is seen in the same other lights as the skin, or skin would be spread thinner
    than the cloth it is compared with.
    """
    anything = Colours.in_any_light(look.image[look.person > 0.5][::_THINNING])
    odds = skin.log_likelihood(look.bins) - anything.log_likelihood(look.bins)
    likeness: Plane = 1 / (1 + np.exp(-np.clip(2 * odds, -8, 8)))
    return likeness


def colours_of(look: Look, where: Mask) -> Colours:
    """The colours found there, where the person surely is."""
    return Colours.of(look.bins[where & (look.person > _SURE)])
