"""The skeleton in the person crop, and probability maps of the limbs around it.

Lengths are measured in torsos: the distance from the middle of the shoulders to the middle
of the hips, which does not depend on clothes or on the position of the arms. Limbs are
polylines with a radius at each joint. Positions along a limb count joints, so 1.5 on an arm
is half way from the elbow to the wrist.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.arrays import Plane, Planes, Points
from outfitanyone_local.engine.figure import Joint
from outfitanyone_local.engine.opencv import cv2

_ARM_RADII = (0.14, 0.11, 0.08, 0.07)
_LEG_RADII = (0.20, 0.15, 0.11)
_FOOT_RADII = (0.10, 0.11)
_NECK_RADII = (0.16, 0.16)
"""Half widths of clothed limbs in torsos, one for each joint."""
_GRID = 4
"""Distance of the points for which distances to the limbs are computed, in crop pixels."""
_TRUNK_SLACK = 0.10
"""How far the trunk extends beyond the quadrilateral of shoulder and hip joints, in torsos."""


@dataclass(frozen=True)
class Body:
    """The skeleton in crop pixels; ``points`` is float32 (33, 2)."""

    points: Points

    def joint(self, joint: Joint) -> Points:
        point: Points = self.points[joint]
        return point

    def middle(self, *joints: Joint) -> Points:
        mean: Points = self.points[list(joints)].mean(axis=0)
        return mean

    @property
    def shoulders(self) -> Points:
        return self.middle(Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER)

    @property
    def hips(self) -> Points:
        return self.middle(Joint.LEFT_HIP, Joint.RIGHT_HIP)

    @property
    def torso(self) -> float:
        """The unit of length, in pixels."""
        return float(np.linalg.norm(self.hips - self.shoulders))

    @property
    def eyes(self) -> Points:
        return self.middle(Joint.LEFT_EYE, Joint.RIGHT_EYE)

    @property
    def mouth(self) -> Points:
        return self.middle(Joint.MOUTH_LEFT, Joint.MOUTH_RIGHT)

    @property
    def chin(self) -> Points:
        """The chin: eyes are half way up the head, the mouth three fifths from eyes to chin."""
        point: Points = self.eyes + (self.mouth - self.eyes) / 0.6
        return point

    @property
    def crown(self) -> Points:
        point: Points = self.eyes - (self.mouth - self.eyes) / 0.6
        return point

    def arm(self, side: int) -> Points:
        """Return shoulder, elbow, wrist and finger tips; side 0 is the person's left."""
        shoulder, elbow, wrist, pinky, index = (self.points[11 + side + 2 * at] for at in range(5))
        tips = wrist + 1.6 * ((pinky + index) / 2 - wrist)  # the points are knuckles
        return np.stack([shoulder, elbow, wrist, tips])

    def leg(self, side: int) -> Points:
        """Return hip, knee and ankle."""
        return self.points[[23 + side, 25 + side, 27 + side]]

    def foot(self, side: int) -> Points:
        """Return ankle and toes."""
        return self.points[[27 + side, 31 + side]]


@dataclass(frozen=True)
class LimbMaps:
    """Probability of each limb for each pixel.

    head, neck, trunk, feet: planes; arms, legs: left and right; all add up to 1.
    along_arms: for each side, the position along the arm, counted in joints.
    clearance: distance to the nearest limb, in its radii.
    """

    head: Plane
    neck: Plane
    trunk: Plane
    arms: tuple[Plane, Plane]
    legs: tuple[Plane, Plane]
    feet: Plane
    along_arms: tuple[Plane, Plane]
    clearance: Plane


def compute_limb_maps(body: Body, *, size: tuple[int, int]) -> LimbMaps:
    """Return the limb maps: Gaussians of the distance to each limb, in its radii, normalized."""
    grid = _grid(size)
    torso = body.torso
    arms = [_distance(grid, body.arm(side), np.multiply(_ARM_RADII, torso)) for side in (0, 1)]
    legs = [_distance(grid, body.leg(side), np.multiply(_LEG_RADII, torso)) for side in (0, 1)]
    feet = [_distance(grid, body.foot(side), np.multiply(_FOOT_RADII, torso)) for side in (0, 1)]
    head, _ = _distance(grid, np.stack([body.crown, body.chin]), _head_radii(body))
    neck, _ = _distance(
        grid, np.stack([body.chin, body.shoulders]), np.multiply(_NECK_RADII, torso)
    )
    distances = [
        head,
        neck,
        _trunk_distance(body, grid),
        *(d for d, _ in arms),
        *(d for d, _ in legs),
    ]
    distances.append(np.minimum(feet[0][0], feet[1][0]))
    stacked = np.stack(distances)
    shares = _shares(stacked)
    planes = [_full(share, size) for share in shares]
    return LimbMaps(
        head=planes[0],
        neck=planes[1],
        trunk=planes[2],
        arms=(planes[3], planes[4]),
        legs=(planes[5], planes[6]),
        feet=planes[7],
        along_arms=(_full(arms[0][1], size), _full(arms[1][1], size)),
        clearance=_full(stacked.min(axis=0), size),
    )


def _grid(size: tuple[int, int]) -> Plane:
    """Return the positions of every fourth pixel; distances are smooth enough to be upsampled."""
    columns, rows = (np.arange(-(-side // _GRID)) * _GRID + (_GRID - 1) / 2 for side in size)
    across, down = np.meshgrid(columns, rows)
    return np.stack([across, down], axis=2).astype(np.float32)


def _full(plane: Plane, size: tuple[int, int]) -> Any:
    covered = plane.shape[1] * _GRID, plane.shape[0] * _GRID
    full = cv2.resize(plane, covered, interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(full[: size[1], : size[0]])


def _distance(grid: Plane, joints: Points, radii: npt.NDArray[Any]) -> tuple[Plane, Plane]:
    """Return the distance to the polyline, in radii, and the position along it, per grid point."""
    nearest = np.full(grid.shape[:2], np.inf, np.float32)
    along = np.zeros(grid.shape[:2], np.float32)
    for at, (start, end) in enumerate(pairwise(joints)):
        bone = end - start
        share = np.clip((grid - start) @ bone / max(float(bone @ bone), 1e-6), 0, 1)
        gap = grid - start - share[..., None] * bone
        distance = np.hypot(gap[..., 0], gap[..., 1]) / (
            radii[at] + share * (radii[at + 1] - radii[at])
        )
        closer = distance < nearest
        nearest = np.where(closer, distance, nearest)
        along = np.where(closer, at + share, along)
    return nearest.astype(np.float32), along.astype(np.float32)


def _head_radii(body: Body) -> npt.NDArray[Any]:
    """Return the radii at crown and chin: a head with hair is about as wide as the distance from
    the eyes to the chin, twice.
    """
    half = float(np.linalg.norm(body.chin - body.eyes))
    return np.array([0.9 * half, 0.7 * half])


def _trunk_distance(body: Body, grid: Plane) -> Plane:
    corners = body.points[
        [Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER, Joint.RIGHT_HIP, Joint.LEFT_HIP]
    ]
    height, width = grid.shape[:2]
    outside = np.full((2 * height, 2 * width), 255, np.uint8)
    step = _GRID / 2
    cv2.fillConvexPoly(outside, np.round(corners / step).astype(np.int32), 0)
    distance = cv2.distanceTransform(outside, cv2.DIST_L2, 5)
    smaller: Plane = cv2.resize(distance, (width, height), interpolation=cv2.INTER_AREA)
    return smaller * np.float32(step / (_TRUNK_SLACK * body.torso))


def _shares(distances: Planes) -> Planes:
    closeness = -0.5 * np.square(distances)
    weights = np.exp(closeness - closeness.max(axis=0))
    shares: Plane = weights / weights.sum(axis=0)
    return shares
