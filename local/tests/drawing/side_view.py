"""A person drawn from the side, whom the engine has to refuse."""

from __future__ import annotations

import numpy as np

from drawing.figures import Easel, Person, finished, limb, oval
from drawing.textures import plain
from outfitanyone_local.engine.figure import Part

BACK_LEG, FRONT_LEG = 0.012, -0.008
TRUNK = [(-0.03, 0.175), (0.025, 0.18), (0.055, 0.25), (0.06, 0.30), (0.05, 0.42)]
TRUNK += [(0.055, 0.52), (-0.065, 0.52), (-0.05, 0.42), (-0.055, 0.25)]
ARM = np.array([[0.0, 0.205], [-0.012, 0.36], [0.015, 0.50], [0.03, 0.57]])
HAIR = [(0.04, 0.025), (0.01, 0.0), (-0.03, 0.005), (-0.058, 0.04), (-0.056, 0.1)]
HAIR += [(-0.03, 0.12), (-0.02, 0.08), (0.01, 0.045)]


def draw_from_side(person: Person) -> np.ndarray:
    """Draw a person who faces right; return RGB uint8."""
    easel, skin = Easel(person), plain(person.skin)

    def paint(outline, part, cloth):
        easel.paint(easel.shape(outline), part, cloth)

    for at in (BACK_LEG, FRONT_LEG):
        joints = np.array([[at / 2, 0.50], [at + 0.008, 0.73], [at - 0.008, 0.95]])
        paint(limb(joints, [0.062, 0.045, 0.026]), Part.LOWER, person.bottom.cloth)
        shoe = [(-0.035, 0.95), (0.01, 0.95), (0.065, 0.985), (0.065, 1.0), (-0.04, 1.0)]
        paint(np.add(shoe, (at, 0)), Part.SHOE, plain(person.shoes))
    paint([(-0.03, 0.11), (0.02, 0.12), (0.03, 0.2), (-0.035, 0.2)], Part.HEAD, skin)
    paint(TRUNK, Part.UPPER, person.top.cloth)
    paint(limb(ARM, [0.036, 0.028, 0.018, 0.012]), Part.ARM, skin)
    paint(limb(ARM[:2] - [0, 0.06], [0.042, 0.04]), Part.UPPER, person.top.cloth)
    paint(oval(0, 0.07, 0.05, 0.066), Part.HEAD, skin)
    paint([(0.045, 0.055), (0.066, 0.082), (0.045, 0.09)], Part.HEAD, skin)
    paint(HAIR, Part.HAIR, plain(person.hair))
    paint(oval(0.034, 0.062, 0.007, 0.004), Part.HEAD, plain((40, 30, 30)))
    paint([(0.03, 0.104), (0.05, 0.102), (0.045, 0.108)], Part.HEAD, plain((170, 90, 90)))
    return finished(easel, person)
