"""Skin synthesis for bare limbs and shoulders where the old clothes were.

A limb is a round strip. Its colour is a profile across it, sampled where the same limb is
bare, else from the wearer's other limbs, and swept along it. So tone, side of the light and
falloff are the wearer's own. Landmarks of bare limbs (knee, elbow) and the picture's grain
are added on top.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.arrays import Plane, SoftMask
from outfitanyone_local.engine.colour_space import Lab, lab_to_rgb, rgb_to_lab
from outfitanyone_local.engine.figure import Part
from outfitanyone_local.engine.inpainting import fill_holes, synthesize_grain
from outfitanyone_local.engine.opencv import cv2
from outfitanyone_local.engine.outline import SIDES

from .limb_strips import LimbStrip, arm_strip, leg_strip
from .skeleton import CLOTH
from .warping import Window, coverage
from .wearer import Wearer

Profile = npt.NDArray[np.float32]
"""Shape (_BINS, 3): Lab from the inner border of a limb to the outer one."""

_BINS = 11
_LEAST_PIXELS = 250
"""Least number of visible pixels for a tone or profile."""
_SAME_SKIN = 22
"""Distance in Lab from the skin's tone beyond which a pixel is hair or deep shadow."""
_UNDER_SLEEVE = 0.1
"""How far an arm is painted up its sleeve, as a share of its length."""
_FADE = 0.12
"""How far the tone of the neck extends down the chest, in torsos."""
_ROUND_LIGHTNESS = np.array([-13, -6, -2.5, -0.5, 0.5, 1, 0.5, -0.5, -2.5, -6, -13], np.float32)
"""Lightness across an average limb in even light, relative to its middle."""
_UNSEEN_SKIN = np.array([65, 14, 18], np.float32)
"""Lab of skin for a picture that shows none, which hardly occurs."""
_JOINT_TONE = np.array([-2.0, 2.0, 1.0], np.float32)
"""Difference of knees from the skin around them, in Lab; elbows are seen from the side."""
_STRIPS = {"arm": arm_strip, "leg": leg_strip}
_PARTS = {"arm": Part.ARM, "leg": Part.LEG}


class SkinPainter:
    """Paints the wearer's skin anywhere on the body."""

    def __init__(self, wearer: Wearer) -> None:
        figure = wearer.figure
        x, y, width, height = cv2.boundingRect((figure.labels > 0).astype(np.uint8))
        self._physique = wearer
        self._all = Window(x, y, x + width, y + height)
        self._image = figure.image[self._all.slices]
        self._labels = figure.labels[self._all.slices]
        self._lab = rgb_to_lab(np.asarray(cv2.GaussianBlur(self._image, (0, 0), 1.2)))
        cloth = np.isin(self._labels, CLOTH).astype(np.uint8)
        self._clear = cv2.dilate(cloth, np.ones((9, 9), np.uint8)) == 0
        self.tone = self._tone()
        self._profiles: dict[tuple[str, int], Profile | None] = {}

    def paint(self, canvas: Plane, where: SoftMask, window: Window, *, sleeves: float) -> SoftMask:
        """Paint bare skin on the canvas (RGB, 0 to 255), in place, where ``where`` meets the body.

        canvas, where: planes of the window. sleeves: share of the arms that is not painted.
        Returns the mask of the painted pixels.
        """
        seen = np.isin(self._labels, (Part.ARM, Part.LEG)) & self._clear
        noise = synthesize_grain(where.shape, like=self._image, where=seen)[..., None]
        trunk = self._trunk(window)
        painted = trunk * where
        canvas += painted[..., None] * (lab_to_rgb(self._trunk_colours(window)) + noise - canvas)
        for name in ("leg", "arm"):
            for side in SIDES:
                strip = _STRIPS[name](self._physique, side, window)
                at = strip.window.within(window)
                share = strip.cover * where[at] * (1 - strip.fades * trunk[at])
                if name == "arm":
                    share *= np.clip(1 + (strip.along - sleeves) / _UNDER_SLEEVE, 0, 1)
                if not share.any():
                    continue
                colours = lab_to_rgb(self._limb_colours(name, side, strip)) + noise[at]
                canvas[at] += share[..., None] * (colours - canvas[at])
                painted[at] = np.maximum(painted[at], share)
        return np.asarray(painted, np.float32)

    # -- tones --------------------------------------------------------------------

    def _tone(self) -> npt.NDArray[np.float32]:
        """Return the median Lab of the visible skin, shadows left out."""
        skin = np.isin(self._labels, (Part.ARM, Part.LEG)) & self._clear
        if skin.sum() < _LEAST_PIXELS:
            skin = self._labels == Part.HEAD
        if skin.sum() < _LEAST_PIXELS:
            return _UNSEEN_SKIN
        pixels = self._lab[skin]
        lit = pixels[:, 0] >= np.percentile(pixels[:, 0], 35)
        return np.asarray(np.median(pixels[lit], axis=0), np.float32)

    def _borrowed_profile(self, name: str, side: int) -> Profile:
        """Return the profile across a limb, from the next best limb where it is not visible.

        On the other side's limb, outer and inner border are exchanged in the picture, and so is
        the light.
        """
        order = [(lender, k * side) for lender in (name, "arm", "leg") for k in (1, -1)]
        for lender, lending in order:
            profile = self._profile(lender, lending)
            if profile is not None:
                return profile if lending == side else profile[::-1]
        flat = np.repeat(self.tone[None], _BINS, axis=0)
        flat[:, 0] += _ROUND_LIGHTNESS
        return flat

    def _profile(self, name: str, side: int) -> Profile | None:
        if (name, side) not in self._profiles:
            self._profiles[name, side] = self._measure(name, side)
        return self._profiles[name, side]

    def _measure(self, name: str, side: int) -> Profile | None:
        """Return the profile of a limb, None if too little of it is visible."""
        strip = _STRIPS[name](self._physique, side, self._all)
        at = strip.window.within(self._all)
        usable = (self._labels[at] == _PARTS[name]) & self._clear[at] & (strip.cover > 0.9)
        usable &= (strip.along < 0.92) & (np.abs(strip.across) < 0.95)
        if usable.sum() < _LEAST_PIXELS:
            return None
        bins = np.clip(((strip.across[usable] + 1) / 2 * _BINS).astype(int), 0, _BINS - 1)
        pixels = self._lab[at][usable]
        counts = np.bincount(bins, minlength=_BINS)
        sums = np.stack([np.bincount(bins, pixels[:, k], _BINS) for k in range(3)], axis=1)
        known = np.flatnonzero(counts > 8)
        if len(known) <= _BINS // 2:
            return None
        means, weights = sums[known] / counts[known, None], np.sqrt(counts[known])
        curves = [np.polyfit(known, means[:, k], 4, w=weights) for k in range(3)]
        # The polynomial is only valid between the outermost known bins.
        places = np.clip(np.arange(_BINS), known[0], known[-1])
        return np.stack([np.polyval(curve, places) for curve in curves], axis=1).astype(np.float32)

    # -- colours ------------------------------------------------------------------

    def _limb_colours(self, name: str, side: int, strip: LimbStrip) -> Lab:
        profile = self._borrowed_profile(name, side)
        place = np.clip((strip.across + 1) / 2 * _BINS - 0.5, 0, _BINS - 1)
        found = cv2.remap(profile[None].copy(), place, np.zeros_like(place), cv2.INTER_LINEAR)
        colours = np.asarray(found, np.float32)
        if name == "leg":
            knee = np.exp(-(((strip.along - 0.5) / 0.05) ** 2) - (strip.across / 0.7) ** 2)
            shin = np.exp(-(((strip.along - 0.7) / 0.15) ** 2) - ((strip.across + 0.15) / 0.3) ** 2)
            in_shoe = np.clip((strip.along - 0.93) / 0.07, 0, 1)
            colours += knee[..., None] * _JOINT_TONE
            colours[..., 0] += 1.5 * shin - 5 * in_shoe**2
        colours[..., 0] += _mottling(strip.window.size)
        return colours

    def _trunk(self, window: Window) -> SoftMask:
        """Return the coverage of neck, shoulders and trunk down to the crotch."""
        wearer = self._physique
        border = []
        for at, side in enumerate(SIDES):
            rows = np.flatnonzero(np.isfinite(wearer.flanks[side]))[::4]
            rows = rows[rows < wearer.crotch[1] - 0.03 * wearer.torso]
            x = [
                wearer.flank(side, row) if row < wearer.waist_row else wearer.body_side(side, row)
                for row in rows
            ]
            flank = np.stack([np.array(x) - side * 0.015 * wearer.torso, rows], axis=1)
            shoulder_line = wearer.shoulder_lines[side]
            shoulder_line = shoulder_line[
                side * (shoulder_line[:, 0] - wearer.arms[side].axis[0, 0]) < 0
            ]
            line = np.concatenate([[[wearer.neck[at], wearer.chin[1]]], shoulder_line, flank])
            border.append(line if side == SIDES[0] else line[::-1])
        return coverage(np.concatenate(border).astype(np.float32), window)

    def _trunk_colours(self, window: Window) -> Lab:
        """Return the colours of neck and chest: visible ones, fading into the general tone."""
        skin = np.isin(self._labels, (Part.HEAD, Part.ARM)) & self._clear
        skin &= np.linalg.norm(self._lab - self.tone, axis=2) < _SAME_SKIN
        below = np.arange(self._all.y1, self._all.y2)[:, None] > self._physique.chin[1]
        known = (skin & below).astype(np.float32)
        small = (max(1, known.shape[1] // 4), max(1, known.shape[0] // 4))
        weight = np.asarray(cv2.resize(known, small, interpolation=cv2.INTER_AREA), np.float32)
        colours = cv2.resize(self._lab * known[..., None], small, interpolation=cv2.INTER_AREA)
        near = fill_holes(colours / np.maximum(weight, 1e-6)[..., None], np.clip(weight, 0, 1))
        away = cv2.distanceTransform((weight < 0.5).astype(np.uint8), cv2.DIST_L2, 5)
        share = np.exp(-away / (0.25 * _FADE * self._physique.torso))[..., None]
        mixed = cv2.GaussianBlur(share * near + (1 - share) * self.tone, (0, 0), 1.5)
        columns, rows = np.meshgrid(
            np.arange(window.x1 - self._all.x1, window.x2 - self._all.x1, dtype=np.float32) / 4,
            np.arange(window.y1 - self._all.y1, window.y2 - self._all.y1, dtype=np.float32) / 4,
        )
        spread = cv2.remap(
            mixed.astype(np.float32),
            columns,
            rows,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        found = np.asarray(spread, np.float32)
        found[..., 0] += _mottling(window.size)
        return found


def _mottling(size: tuple[int, int]) -> Plane:
    """Return slow, faint changes of lightness, as skin has them; the seed is fixed."""
    coarse = np.random.default_rng(7).standard_normal((size[1] // 8 + 2, size[0] // 8 + 2))
    soft = cv2.GaussianBlur(coarse.astype(np.float32), (0, 0), 1.2)
    wide = cv2.resize(soft, size, interpolation=cv2.INTER_CUBIC)
    return np.asarray(wide * np.float32(0.9 / max(float(soft.std()), 1e-6)), np.float32)
