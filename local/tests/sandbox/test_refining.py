"""The second pass: less grain, sharper edges, no new detail."""

from __future__ import annotations

import numpy as np

from outfitanyone_local.sandbox.refining import refine


def step_picture(noise):
    """Dark left, bright right, with grain."""
    grey = np.where(np.arange(200) < 100, 80, 170)
    grain = np.random.default_rng(3).normal(0, noise, (160, 200))
    grey = np.clip(grey + grain, 0, 255).astype(np.uint8)
    return np.dstack([grey] * 3)


def test_refine__removes_grain_from_flat_areas():
    coarse = step_picture(noise=4)
    assert refine(coarse)[:, :80].std() < coarse[:, :80].std() * 0.38


def test_refine__keeps_the_edge_at_least_as_steep():
    coarse = step_picture(noise=0)
    before, after = (p[80, :, 0].astype(int) for p in (coarse, refine(coarse)))
    assert np.diff(after).max() >= np.diff(before).max()
    assert np.argmax(np.diff(after)) == np.argmax(np.diff(before))


def test_refine__keeps_size_and_colours():
    coarse = np.full((160, 200, 3), (180, 40, 60), np.uint8)
    assert np.abs(refine(coarse).astype(int) - coarse).max() <= 3
