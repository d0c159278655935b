"""Correct the pose where the network mistakes a front view for a back view.

Hair over half of the face above a plain neckline can look like the back of a head; then the
network exchanges left and right. But only a front view shows skin in the face.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from outfitanyone_local.engine.arrays import RGB, Points
from outfitanyone_local.engine.figure import Joint, Pose

from .colour_models import ColourModel, colour_bins
from .pose import PoseDetection, detect_pose_once

_NEARER_AND_FURTHER = 0.9, 1.1
_FACE, _PATCH = 0.12, 0.05
"""Radii in torsos: of the middle of a face, and of a patch of hand or hair."""
_CROWN_RISE = 0.26
"""Distance in torsos from the eyes up to the hair."""
_SKIN = 0.3
"""Least share of face pixels that are more like the hands than like the crown: 0.7 and more
with hair over one eye, nothing on the back of a head."""


def correct_facing(image: RGB, detection: PoseDetection) -> PoseDetection:
    """Return the detection, with left and right exchanged if a face is visible in a "back view"."""
    if not _is_from_behind(detection.pose) or not _shows_face(image, detection.pose):
        return detection
    again = (detect_pose_once(image, detection.region.scaled(by))[0] for by in _NEARER_AND_FURTHER)
    surest = max(detection, *again, key=lambda one: one.pose.presence)
    if not _is_from_behind(surest.pose):
        return surest
    return replace(surest, pose=surest.pose.with_sides_exchanged())


def _is_from_behind(pose: Pose) -> bool:
    return bool(pose[Joint.LEFT_SHOULDER][0] < pose[Joint.RIGHT_SHOULDER][0])


def _shows_face(image: RGB, pose: Pose) -> bool:
    """Whether there is skin between eyes and mouth; always False on a bald head."""
    shoulders = _middle(pose, Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER)
    torso = float(np.linalg.norm(_middle(pose, Joint.LEFT_HIP, Joint.RIGHT_HIP) - shoulders))
    eyes = _middle(pose, Joint.LEFT_EYE, Joint.RIGHT_EYE)
    mouth = _middle(pose, Joint.MOUTH_LEFT, Joint.MOUTH_RIGHT)
    rise = float(np.linalg.norm(eyes - shoulders))
    if torso < 1 or rise < 1:
        return False
    crown: Points = eyes + (eyes - shoulders) * np.float32(_CROWN_RISE * torso / rise)
    hands = (
        _middle(pose, Joint.LEFT_WRIST, Joint.LEFT_PINKY, Joint.LEFT_INDEX),
        _middle(pose, Joint.RIGHT_WRIST, Joint.RIGHT_PINKY, Joint.RIGHT_INDEX),
    )
    in_hands = np.concatenate([_disc(image, at, _PATCH * torso) for at in hands])
    above = _disc(image, crown, _PATCH * torso)
    between = _disc(image, (eyes + mouth) / np.float32(2), _FACE * torso)
    if not (len(in_hands) and len(above) and len(between)):
        return False
    skin, hair = (
        ColourModel.under_varied_light(in_hands),
        ColourModel.from_bins(colour_bins(above[None])),
    )
    face = colour_bins(between[None])
    return bool((skin.log_likelihood(face) > hair.log_likelihood(face)).mean() > _SKIN)


def _middle(pose: Pose, *joints: Joint) -> Points:
    middle: Points = pose.points[list(joints)].mean(axis=0, dtype=np.float32)
    return middle


def _disc(image: RGB, centre: Points, radius: float) -> RGB:
    """Return the pixels around a point, shape (n, 3)."""
    down, across = np.ogrid[: image.shape[0], : image.shape[1]]
    pixels: RGB = image[np.hypot(across - centre[0], down - centre[1]) < radius]
    return pixels
