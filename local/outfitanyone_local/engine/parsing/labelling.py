"""Classify the pixels of the crop: colour likelihoods combined with position priors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from outfitanyone_local.engine.arrays import Mask, Plane, Planes
from outfitanyone_local.engine.colour_space import rgb_to_lab8
from outfitanyone_local.engine.figure import Joint
from outfitanyone_local.engine.opencv import cv2

from .appearance import CropFeatures, colour_model_of, model_skin_and_hair
from .colour_models import ColourModel
from .garment_extents import GarmentExtents, find_garment_extents
from .position_priors import PixelClass, position_priors, soft_step
from .seat import with_clothed_seat
from .sleeves import find_sleeve_end
from .things import without_false_things

_COLOUR_WEIGHT = 0.6
_MOST_COLOUR = 5.0
"""Weight of the colour log-likelihoods, below 1 because neighbouring pixels are not
independent; and the most they may count, in nats."""
_MOST_BACKGROUND = 1.5
"""The most the background's colour may count, in nats: a plain background always has a sharper
model than the person and would absorb shoes and sleeves of nearly its colour."""
_GAP_BACKGROUND = 0.3
"""Probability of background where no limb is near."""
_SEEN_BACKGROUND = 0.9
"""The same where the network for the classes of pixels sees background for sure."""
_LEAST_BACKGROUND = 1e-3
"""Probability of background where both networks see the person."""
_LEAST_SEEN = 0.02
"""Least evidence for a class: the network errs, and does not see fine structures."""
_UNSEEN = 0.3
"""Evidence for every class where the network sees background on the person."""
_OWN_COLOURS, _LEAST_OWN, _MOST_OWN = 1.0, 0.15, 0.8
"""How much likelier, in nats, a colour of the lower garment alone is under its own model than under
the upper garment's; and the share of such pixels with which a coat is assumed."""
_SHOE_AS_CLOTH = 0.2
"""Evidence for a shoe where the network sees cloth or skin: it sees most shoes as things, and wide
trousers over them as cloth."""
_SURE = 0.7
"""Least probability of a thing's pixel that counts towards the colours of things."""
_BARE = 0.5
"""Probability of anything before or instead of cloth above which a pixel says nothing of the
garment's colours."""
_BOUNDARY_ROWS = 4
"""Rows of the crop beside a segment boundary that count for neither side."""
_HAND = 2.1
"""Position along the arm, counted in joints, past the wrist, where no sleeve reaches."""
_LEAST_AREA = 0.002
"""Components below this share of the body's area are errors."""


def classify_pixels(features: CropFeatures) -> tuple[Planes, GarmentExtents]:
    """Return the probability of each class, last the background, per crop pixel; and the extents.

    Shape (7, height, width).
    """
    features = with_clothed_seat(features)
    skin, hair = model_skin_and_hair(features)
    extents = find_garment_extents(features)
    upper, lower = _garments(features, extents)
    features, things = without_false_things(features, (upper, lower))
    sleeves = _sleeves(features, upper=upper, skin=skin)
    cloth = _sleeve_cloth(features, sleeves)
    if cloth.any():  # of an open coat more is seen on the arms than on the trunk
        upper = upper.mixed_with(colour_model_of(features, cloth))
        lower = _without_coat(features, extents, upper=upper, lower=lower)
    skin = skin.mixed_with(
        colour_model_of(features, _bare_limbs(features, extents, sleeves=sleeves))
    )
    colours = {
        PixelClass.SKIN: skin,
        PixelClass.UPPER: upper,
        PixelClass.LOWER: lower,
        PixelClass.SHOE: _shoes(features),
    }
    if hair is not None:
        colours[PixelClass.HAIR] = hair
    things &= features.evidence.other > _SURE
    if (things & (features.person > 0.5)).any():
        colours[PixelClass.OTHER] = colour_model_of(features, things)
    priors = position_priors(features, extents, sleeves=sleeves)
    return _remove_islands(_posterior(features, colours, priors), features), extents


def _garments(features: CropFeatures, extents: GarmentExtents) -> tuple[ColourModel, ColourModel]:
    """Return the colour models of upper and lower garment; a one-piece is both."""
    limbs, rows = features.limbs, features.rows
    column = limbs.trunk + limbs.legs[0] + limbs.legs[1] > 0.5
    column &= (features.evidence.bare_or_hidden < _BARE) & (limbs.clearance < 1)

    def between(start: float, end: float) -> ColourModel:
        return colour_model_of(
            features, column & (rows > start + _BOUNDARY_ROWS) & (rows < end - _BOUNDARY_ROWS)
        )

    if extents.upper_end is None or extents.lower_start is None:
        whole = between(extents.start, extents.lower_end)
        return whole, whole
    return (
        between(extents.start, extents.upper_end),
        between(extents.lower_start, extents.lower_end),
    )


def _without_coat(
    features: CropFeatures, extents: GarmentExtents, *, upper: ColourModel, lower: ColourModel
) -> ColourModel:
    """Return the colours of the lower garment alone where an open coat hangs before it.

    Its own colours are those that the sleeves do not have; without such colours both garments
    are of one cloth, and nothing is said of a coat.
    """
    if extents.lower_start is None:
        return lower
    limbs, rows = features.limbs, features.rows
    where = (limbs.legs[0] + limbs.legs[1] + limbs.trunk > 0.5) & (limbs.clearance < 1)
    where &= (rows > extents.lower_start + _BOUNDARY_ROWS) & (rows < extents.lower_end)
    where &= features.evidence.bare_or_hidden < _BARE
    odds = lower.log_likelihood(features.bins) - upper.log_likelihood(features.bins)
    own = where & (odds > _OWN_COLOURS)
    share = own.sum() / max(1, where.sum())
    return colour_model_of(features, own) if _LEAST_OWN < share < _MOST_OWN else lower


def _sleeves(
    features: CropFeatures, *, upper: ColourModel, skin: ColourModel
) -> tuple[float, float]:
    """Return where the sleeves end; skin is modelled from the hands as much as from the face."""
    limbs = features.limbs
    arms = [(arm > 0.5) & (features.person > 0.5) for arm in limbs.arms]
    hands = [arm & (along > _HAND) for arm, along in zip(arms, limbs.along_arms, strict=True)]
    bare = skin.mixed_with(colour_model_of(features, hands[0] | hands[1]))
    odds = upper.log_likelihood(features.bins) - bare.log_likelihood(features.bins)
    cloth, lab = np.tanh(odds / 2), rgb_to_lab8(features.image)
    left, right = (
        find_sleeve_end(cloth[arm], lab=lab[arm], along=along[arm])
        for arm, along in zip(arms, limbs.along_arms, strict=True)
    )
    return left, right


def _sleeve_cloth(features: CropFeatures, sleeves: Sequence[float]) -> Mask:
    """Return the mask of certain cloth on the arms: above the sleeves' ends."""
    cloth = np.zeros(features.bins.shape, bool)
    for arm, along, sleeve in zip(
        features.limbs.arms, features.limbs.along_arms, sleeves, strict=True
    ):
        cloth |= (arm > 0.7) & (along < sleeve - 0.1)
    return cloth & (features.evidence.cloth > _SURE)


def _shoes(features: CropFeatures) -> ColourModel:
    ankles = features.body.middle(Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE)[1]
    feet = (features.limbs.feet > 0.5) & (features.rows > ankles + 0.16 * features.body.torso)
    return ColourModel.from_bins(features.bins[feet & (features.person > 0.5)])


def _bare_limbs(
    features: CropFeatures, extents: GarmentExtents, *, sleeves: Sequence[float]
) -> Mask:
    """Return the mask of certain skin: below the sleeves, and between hem and ankles."""
    limbs, rows = features.limbs, features.rows
    legs = limbs.legs[0] + limbs.legs[1] > 0.7
    bare: Mask = legs & (rows > extents.lower_end + _BOUNDARY_ROWS) & (rows < extents.end)
    for arm, along, sleeve in zip(limbs.arms, limbs.along_arms, sleeves, strict=True):
        bare |= (arm > 0.7) & (along > max(sleeve, 0.1) + 0.1)
    return bare


def _posterior(
    features: CropFeatures, colours: Mapping[PixelClass, ColourModel], priors: Planes
) -> Planes:
    seen = priors * _seen(features)
    person = _person_near_limbs(features)
    places = np.concatenate([seen / seen.sum(axis=0) * person, _gaps(features)[None]])
    logs = np.full(places.shape, -np.inf, np.float32)
    for pixel_class, found in colours.items():
        logs[pixel_class] = found.log_likelihood(features.bins)
    ground = ColourModel.from_bins(features.bins[features.person < 0.05]).log_likelihood(
        features.bins
    )
    most = _MOST_BACKGROUND * (1 - features.limbs.feet)  # shoes often have the floor's colour
    logs[-1] = np.minimum(ground, logs[:-1].max(axis=0) + most)
    logs = np.maximum(logs - logs.max(axis=0), -_MOST_COLOUR)
    posterior = np.exp(_COLOUR_WEIGHT * logs) * places
    probabilities: Planes = posterior / posterior.sum(axis=0)
    return probabilities


def _person_near_limbs(features: CropFeatures) -> Plane:
    """Return the probability of the person, without what only the pose network sees beside it.

    Shadows on the ground and people behind have the colours of dark clothes. On the limbs
    themselves the network for the classes may miss dark trousers, so nothing is taken away there.
    """
    away = soft_step(features.limbs.clearance, at=1.0, width=0.1)
    near: Plane = features.person * (1 - away * features.evidence.background)
    return near


def _seen(features: CropFeatures) -> Planes:
    """Return how well the network's evidence suits each class, in the order of ``PixelClass``.

    Shoes may look like cloth, skin or things; where they can be is a matter of position.
    """
    evidence = features.evidence
    shoe = np.maximum(evidence.other, _SHOE_AS_CLOTH * (evidence.cloth + evidence.skin))
    suits = np.stack(
        [evidence.hair, evidence.skin, evidence.cloth, evidence.cloth, shoe, evidence.other]
    )
    # Dark trousers may look like background; what little is left then says nothing.
    seen: Planes = np.maximum(suits, _LEAST_SEEN) + np.float32(_UNSEEN) * evidence.background
    return seen


def _gaps(features: CropFeatures) -> Plane:
    """Return the prior probability of background.

    The networks miss narrow gaps between the legs or beside the arms. So background stays
    possible wherever no limb is near, and likely where the network for the classes sees it;
    colour then separates it from a wide skirt or sleeve. On the limbs themselves dark trousers
    may look like background.
    """
    away = soft_step(features.limbs.clearance, at=1.0, width=0.1)
    behind = _GAP_BACKGROUND + (_SEEN_BACKGROUND - _GAP_BACKGROUND) * features.evidence.background
    gaps: Plane = np.maximum(1 - features.person, behind * away + _LEAST_BACKGROUND)
    return gaps


def _remove_islands(planes: Planes, features: CropFeatures) -> Planes:
    """Reassign small components, such as eyes classified as hair, to the next likely class."""
    smallest = _LEAST_AREA * features.person.sum()
    winner = planes.argmax(axis=0)
    for pixel_class, plane in enumerate(planes):
        _, patches, boxes, _ = cv2.connectedComponentsWithStats(
            (winner == pixel_class).astype(np.uint8)
        )
        small = boxes[:, cv2.CC_STAT_AREA] < smallest
        small[0] = False
        plane[small[patches]] = 0
    return planes
