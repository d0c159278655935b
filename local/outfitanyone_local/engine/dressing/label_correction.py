"""Correct labels whose errors would be visible in a try-on.

White shoes come out with holes, and ends of dark hair over a dark top as part of the top:
both would be removed with the clothes. Corners of trouser legs come out as shoe, and the
inside of a collar as skin: both would remain.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.arrays import RGB, Mask
from outfitanyone_local.engine.colour_space import rgb_to_lab
from outfitanyone_local.engine.figure import Figure, Joint, Part
from outfitanyone_local.engine.masks import dilate, remove_specks
from outfitanyone_local.engine.opencv import cv2
from outfitanyone_local.engine.outline import LEFT, SIDES

from .skeleton import Skeleton
from .wearer import Wearer, measure_wearer

Labels = npt.NDArray[np.uint8]

_HEM = 0.06
"""How far a hem may hang over a shoe, in torsos."""
_LIGHTER = 3.0
"""Lightness by which a hem over a shoe may exceed the median; its inside is in shadow."""
_LINING, _UNLIKE_SKIN = 0.08, 24.0
"""Depth of a collar's visible inside in torsos, and least distance in Lab from skin."""
_HAIR_SHADE = 0.03
"""Distance from hair within which skin may be as dark as cloth, torsos."""
_SIMILAR = 12.0
"""Distance in Lab up to which a pixel may belong to another part than its label ..."""
_LAB_WEIGHTS = np.array([0.4, 1, 1], np.float32)
"""... with lightness weighted less: hair shines, and hems are darker inside."""


def measure_with_corrected_labels(figure: Figure) -> Wearer:
    """Return the wearer measured from a figure, with corrected labels."""
    figure = _fill_shoes(figure)
    wearer = measure_wearer(figure)
    labels = figure.labels.copy()
    _relabel_hems_on_shoes(labels, figure.image, reach=_HEM * wearer.torso)
    _relabel_collar_on_neck(labels, figure.image, wearer)
    labels[_find_hair_ends(figure, wearer)] = Part.HAIR
    return replace(wearer, skeleton=Skeleton(replace(figure, labels=labels)))


def _relabel_hems_on_shoes(labels: Labels, image: RGB, *, reach: float) -> None:
    """Relabel as clothes what lies between them and the shoes and looks like them, in place."""
    cloth = np.isin(labels, (Part.LOWER, Part.DRESS))
    shoes = labels == Part.SHOE
    near_cloth, near_shoes = dilate(cloth, reach) & shoes, dilate(shoes, reach) & cloth
    if not near_cloth.any() or not near_shoes.any():
        return
    far = shoes & ~near_cloth
    hem, shoe = (
        np.median(rgb_to_lab(image[where][None])[0], axis=0) for where in (near_shoes, far)
    )
    colours = rgb_to_lab(image[near_cloth][None])[0]
    unlike_hem, unlike_shoe = (
        np.linalg.norm((colours - usual) * _LAB_WEIGHTS, axis=1) for usual in (hem, shoe)
    )
    is_hem = (unlike_hem < _SIMILAR) & (unlike_hem < unlike_shoe)
    is_hem &= colours[:, 0] < hem[0] + _LIGHTER
    hems = np.zeros_like(shoes)
    hems[near_cloth] = is_hem
    hems |= near_cloth & ~remove_specks(shoes & ~hems)
    labels[hems] = labels[cloth].max()


def _relabel_collar_on_neck(labels: Labels, image: RGB, wearer: Wearer) -> None:
    """Relabel as the top what lies between it and the neck and is far from skin, in place."""
    cloth = np.isin(labels, (Part.UPPER, Part.DRESS))
    neck = labels == Part.HEAD
    neck[: round(float(wearer.chin[1]))] = False
    lining = dilate(cloth, _LINING * wearer.torso) & neck
    lining &= ~dilate(labels == Part.HAIR, _HAIR_SHADE * wearer.torso)
    if not lining.any() or not (neck & ~lining).any():
        return
    skin = np.median(rgb_to_lab(image[neck & ~lining][None])[0], axis=0)
    unlike = np.zeros_like(lining)
    unlike[lining] = (
        np.linalg.norm(rgb_to_lab(image[lining][None])[0] - skin, axis=1) > _UNLIKE_SKIN
    )
    labels[dilate(unlike, 2) & lining] = labels[cloth].max()


def _fill_shoes(figure: Figure) -> Figure:
    """Return the figure with holes and dents of its shoes filled, below the ankles only."""
    shoes = figure.mask(Part.SHOE).astype(np.uint8)
    if not shoes.any():
        return figure
    ankles = figure.pose.points[[Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE]]
    knees = figure.pose.points[[Joint.LEFT_KNEE, Joint.RIGHT_KNEE]]
    reach = max(3, round(0.1 * float(np.linalg.norm(ankles - knees, axis=1).mean())))
    x, y, width, height = cv2.boundingRect(shoes)
    window = (
        slice(max(0, y - reach), y + height + reach),
        slice(max(0, x - reach), x + width + reach),
    )
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    whole = cv2.morphologyEx(shoes[window], cv2.MORPH_CLOSE, kernel)
    contours, _ = cv2.findContours(whole, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(whole, contours, -1, 1, cv2.FILLED)
    rows = np.arange(window[0].start, window[0].start + len(whole))[:, None]
    filled = (whole > 0) & (rows > ankles[:, 1].min())
    filled &= (shoes[window] > 0) | (figure.person[window] > 0.5)
    labels = figure.labels.copy()
    labels[window][filled] = Part.SHOE
    return replace(figure, labels=labels)


def _find_hair_ends(figure: Figure, wearer: Wearer) -> Mask:
    """Return cloth beside the neck, above the shoulders, close to hair and coloured like it."""
    hair = figure.mask(Part.HAIR)
    ends = np.zeros(hair.shape, bool)
    if not hair.any():
        return ends
    reach = 2 * round(0.12 * wearer.torso) + 1
    low = round(float(wearer.shoulders[1]))
    near = cv2.dilate(hair[:low].astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
    cloth = np.isin(figure.labels[:low], (Part.UPPER, Part.DRESS))
    candidates = near & cloth & _above_shoulders(figure, wearer)[:low]
    if candidates.any():
        colours = rgb_to_lab(figure.image[:low])
        usual = np.median(colours[hair[:low]], axis=0)
        unlike = np.linalg.norm((colours - usual) * _LAB_WEIGHTS, axis=2)
        ends[:low] = candidates & (unlike < _SIMILAR)
    return ends


def _above_shoulders(figure: Figure, wearer: Wearer) -> Mask:
    """Return the mask beside the neck and clearly above the shoulder line."""
    above = np.zeros(figure.labels.shape, bool)
    for side in SIDES:
        shoulder_line = wearer.shoulder_lines[side]
        order = np.argsort(shoulder_line[:, 0])
        neck = wearer.neck[int(side == LEFT)]
        first, last = sorted((round(float(neck)), round(float(shoulder_line[-1, 0]))))
        columns = np.arange(max(first, 0), min(last, figure.labels.shape[1]))
        line = (
            np.interp(columns, shoulder_line[order, 0], shoulder_line[order, 1])
            - 0.01 * wearer.torso
        )
        above[:, columns] = np.arange(len(above))[:, None] < line
    return above
