"""Classify the pixels of the crop: colour likelihoods combined with position priors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from outfitanyone_local.engine.figure import Joint, Mask, Plane, Planes
from outfitanyone_local.engine.opencv import cv2

from .appearance import Look, colours_of, skin_and_hair, skin_likeness
from .colours import Colours
from .garment_extents import Stretches, find_stretches
from .position_priors import Stuff, place_priors, soft_step
from .segment_costs import lab_of
from .sleeves import sleeve_end

_COLOUR_TRUST = 0.6
_COLOUR_SAY = 5.0
"""Weight of the colour log-likelihoods, below 1 because neighbouring pixels are not
independent; and the most they may count, in nats."""
_GROUND_SAY = 1.5
"""The most the background's colour may count, in nats: a plain background always has a sharper
model than the person and would absorb shoes and sleeves of nearly its colour."""
_GAP = 0.3
"""Probability of background where no limb is near."""
_SLIP = 1e-3
"""Probability of background where both networks see the person."""
_EDGE = 4
"""Rows of the crop beside a segment boundary that count for neither side."""
_HAND = 2.1
"""Position along the arm, counted in joints, past the wrist, where no sleeve reaches."""
_ISLAND = 0.002
"""Components below this share of the body's area are errors."""


def label_stuff(look: Look) -> tuple[Planes, Stretches]:
    """Return the probability of each class, last the background, per crop pixel; and the extents.

    Shape (6, height, width).
    """
    skin, hair = skin_and_hair(look)
    stretches = find_stretches(look, skin=skin_likeness(look, skin))
    upper, lower = _garments(look, stretches)
    sleeves = _sleeves(look, upper=upper, skin=skin)
    skin = skin.and_also(colours_of(look, _bare_limbs(look, stretches, sleeves=sleeves)))
    colours = {Stuff.SKIN: skin, Stuff.UPPER: upper, Stuff.LOWER: lower, Stuff.SHOE: _shoes(look)}
    if hair is not None:
        colours[Stuff.HAIR] = hair
    priors = place_priors(look, stretches, sleeves=sleeves)
    return _without_islands(_posterior(look, colours, priors), look), stretches


def _garments(look: Look, stretches: Stretches) -> tuple[Colours, Colours]:
    """Return the colour models of upper and lower garment; a one-piece is both."""
    column, rows = look.limbs.trunk + look.limbs.legs[0] + look.limbs.legs[1] > 0.5, look.rows

    def between(start: float, end: float) -> Colours:
        return colours_of(look, column & (rows > start + _EDGE) & (rows < end - _EDGE))

    if stretches.upper_end is None or stretches.lower_start is None:
        whole = between(stretches.start, stretches.lower_end)
        return whole, whole
    return (
        between(stretches.start, stretches.upper_end),
        between(stretches.lower_start, stretches.lower_end),
    )


def _sleeves(look: Look, *, upper: Colours, skin: Colours) -> tuple[float, float]:
    """Return where the sleeves end; skin is modelled from the hands as much as from the face."""
    limbs = look.limbs
    arms = [(arm > 0.5) & (look.person > 0.5) for arm in limbs.arms]
    hands = [arm & (along > _HAND) for arm, along in zip(arms, limbs.along_arms, strict=True)]
    bare = skin.and_also(colours_of(look, hands[0] | hands[1]))
    odds = upper.log_likelihood(look.bins) - bare.log_likelihood(look.bins)
    cloth, lab = np.tanh(odds / 2), lab_of(look.image)
    left, right = (
        sleeve_end(cloth[arm], lab=lab[arm], along=along[arm])
        for arm, along in zip(arms, limbs.along_arms, strict=True)
    )
    return left, right


def _shoes(look: Look) -> Colours:
    ankles = look.body.middle(Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE)[1]
    feet = (look.limbs.feet > 0.5) & (look.rows > ankles + 0.16 * look.body.torso)
    return Colours.of(look.bins[feet & (look.person > 0.5)])


def _bare_limbs(look: Look, stretches: Stretches, *, sleeves: Sequence[float]) -> Mask:
    """Return the mask of certain skin: below the sleeves, and between hem and ankles."""
    limbs, rows = look.limbs, look.rows
    legs = limbs.legs[0] + limbs.legs[1] > 0.7
    bare: Mask = legs & (rows > stretches.lower_end + _EDGE) & (rows < stretches.end)
    for arm, along, sleeve in zip(limbs.arms, limbs.along_arms, sleeves, strict=True):
        bare |= (arm > 0.7) & (along > max(sleeve, 0.1) + 0.1)
    return bare


def _posterior(look: Look, colours: Mapping[Stuff, Colours], priors: Planes) -> Planes:
    places = np.concatenate([priors / priors.sum(axis=0) * look.person, _gaps(look)[None]])
    logs = np.full(places.shape, -np.inf, np.float32)
    for stuff, found in colours.items():
        logs[stuff] = found.log_likelihood(look.bins)
    ground = Colours.of(look.bins[look.person < 0.05]).log_likelihood(look.bins)
    say = _GROUND_SAY * (1 - look.limbs.feet)  # shoes often have the floor's colour
    logs[-1] = np.minimum(ground, logs[:-1].max(axis=0) + say)
    logs = np.maximum(logs - logs.max(axis=0), -_COLOUR_SAY)
    posterior = np.exp(_COLOUR_TRUST * logs) * places
    probabilities: Planes = posterior / posterior.sum(axis=0)
    return probabilities


def _gaps(look: Look) -> Plane:
    """Return the prior probability of background.

    The networks miss narrow gaps between the legs or beside the arms. So background stays
    possible wherever no limb is near; colour then tells it from a wide skirt or sleeve.
    """
    away = soft_step(look.limbs.clearance, at=1.0, width=0.1)
    gaps: Plane = np.maximum(1 - look.person, _GAP * away + _SLIP)
    return gaps


def _without_islands(planes: Planes, look: Look) -> Planes:
    """Reassign small components, such as eyes classified as hair, to the next likely class."""
    smallest = _ISLAND * look.person.sum()
    winner = planes.argmax(axis=0)
    for stuff, plane in enumerate(planes):
        _, patches, boxes, _ = cv2.connectedComponentsWithStats((winner == stuff).astype(np.uint8))
        small = boxes[:, cv2.CC_STAT_AREA] < smallest
        small[0] = False
        plane[small[patches]] = 0
    return planes
