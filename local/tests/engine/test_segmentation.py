from __future__ import annotations

import numpy as np
import pytest

from drawing import garments
from drawing.garments import Flat
from drawing.textures import checks, plain
from outfitanyone_local.engine.garments.segmentation import segment_garment
from outfitanyone_local.engine.refusals import GarmentRefusal, GarmentRefused


def overlap(first, second):
    return (first & second).sum() / (first | second).sum()


@pytest.mark.parametrize(
    "flat",
    [
        Flat("top"),
        Flat("top", cloth=plain((30, 32, 40)), sleeve="long"),
        Flat("dress", cloth=checks((250, 250, 250), (60, 90, 150))),
        Flat("trousers", cloth=plain((240, 238, 225)), background=(205, 206, 210)),
        Flat("skirt", cloth=plain((120, 120, 122)), shadow=0.12),
        Flat("top", cloth=plain((250, 250, 250)), lining=(190, 190, 190), shadow=0.08),
    ],
    ids=["red", "black", "checked", "cream", "grey in shadow", "white on near-white"],
)
def test_segment_garment__finds_the_silhouette(flat):
    drawn = garments.draw(flat)

    mask, _ = segment_garment(drawn.image)

    assert overlap(mask, drawn.mask) > 0.95


def test_segment_garment__excludes_the_cast_shadow():
    drawn = garments.draw(Flat("skirt", cloth=plain((60, 90, 60)), shadow=0.15))

    mask, _ = segment_garment(drawn.image)

    assert (mask & ~drawn.mask).sum() < 0.01 * drawn.mask.sum()


def test_segment_garment__finds_background_in_the_end_of_a_slit():
    drawn = garments.draw(Flat("top", cloth=plain((30, 60, 120)), sleeve="long"))
    x, y = round((0.5 - 0.26) * 450), round(0.345 * 450)

    mask, slits = segment_garment(drawn.image)

    assert not (mask & ~slits)[y : y + 40, x - 8 : x][~drawn.mask[y : y + 40, x - 8 : x]].any()


def refusal(image):
    with pytest.raises(GarmentRefused) as refused:
        segment_garment(image)
    assert str(refused.value)
    return refused.value.reason


def test_segment_garment__refuses_a_picture_without_a_garment():
    noise = np.random.default_rng(1).normal(228, 2, (600, 450, 3))

    assert refusal(noise.clip(0, 255).astype(np.uint8)) is GarmentRefusal.NO_GARMENT


def test_segment_garment__refuses_two_garments():
    small = garments.picture("top", size=(225, 300))

    assert refusal(np.hstack([small, small])) is GarmentRefusal.SEVERAL_PIECES


def test_segment_garment__refuses_a_garment_that_runs_over_the_edge():
    image = garments.picture("top")

    assert refusal(np.ascontiguousarray(image[60:])) is GarmentRefusal.CUT_OFF


def test_segment_garment__refuses_cloth_without_contrast():
    faint = garments.picture("skirt", cloth=plain((236, 235, 233)), noise=0.3, relief=0)

    assert refusal(faint) in {GarmentRefusal.FAINT, GarmentRefusal.NO_GARMENT}


def test_segment_garment__refuses_thumbnails():
    assert refusal(garments.picture("top", size=(45, 60))) is GarmentRefusal.TOO_SMALL
