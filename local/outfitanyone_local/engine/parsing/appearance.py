"""Colour models of one person's skin, hair and clothes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.figure import RGB, Mask, Plane, Soft

from .body import Body, Limbs
from .colours import Bins, Colours

_SURE = 0.8
"""Least coverage of a pixel that counts towards a colour model."""
_THINNING = 5
"""Use every fifth pixel: neighbouring pixels add no information."""
_BALD = 0.7
"""Similarity of scalp and face above which the person counts as bald."""


@dataclass(frozen=True)
class Look:
    """The person crop and the maps that pixel classification starts from."""

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
    """Return the colour models of skin and hair; hair is None for a bald person.

    Skin comes from the face between eyes and mouth, hair from the cap above the hairline, minus
    face pixels that look like hair. Both models include varied light: hands and legs are lit
    differently from the face, and strands of hair shade each other.
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
    """Return for each pixel the probability of skin as against anything else the person shows.

    Both models include the same varied light; otherwise the skin model would be more spread out
    than the cloth it is compared with.
    """
    anything = Colours.in_any_light(look.image[look.person > 0.5][::_THINNING])
    odds = skin.log_likelihood(look.bins) - anything.log_likelihood(look.bins)
    likeness: Plane = 1 / (1 + np.exp(-np.clip(2 * odds, -8, 8)))
    return likeness


def colours_of(look: Look, where: Mask) -> Colours:
    """Return the colour model of the pixels in a mask that certainly belong to the person."""
    return Colours.of(look.bins[where & (look.person > _SURE)])
