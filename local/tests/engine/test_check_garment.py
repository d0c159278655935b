"""Checks of garment pictures: every fault gives its own reason, good pictures give none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from drawing import garments
from drawing.figures import Bottom, Person, Top, draw
from drawing.parsed import MODELS, shipped_picture
from drawing.people import DENIM, TEAL
from drawing.textures import clutter, plain
from outfitanyone_local import samples
from outfitanyone_local.engine import (
    Finding,
    GarmentRefused,
    PersonRefusal,
    PersonRefused,
    Severity,
    check_garment,
    cut_out_worn_garment,
    garment_box,
    try_on,
)
from outfitanyone_local.engine.checks import garment as checks
from outfitanyone_local.engine.garments.edges import body_edges
from outfitanyone_local.engine.garments.segmentation import segment_garment
from outfitanyone_local.engine.garments.silhouette import split_halves

SHIPPED = {sample.path.stem: sample.kind for sample in samples.GARMENTS}


def codes(image, **more):
    return {finding.code for finding in check_garment(image, **more)}


def on_ground(image, ground):
    """Return a drawn garment on another ground."""
    flat = garments.draw(garments.Flat("top"))
    textured = ground(*image.shape[:2]).copy()
    textured[flat.mask] = image[flat.mask]
    return textured


def worn(**more):
    return draw(Person(Top(plain(TEAL)), Bottom(plain(DENIM)), **more)).image


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_shipped_garments__have_no_findings(name):
    assert check_garment(shipped_picture(f"garments/{name}"), kind=SHIPPED[name]) == []


@pytest.mark.parametrize(
    ("drawn", "kind"), [("trousers", "top"), ("top", "bottom"), ("dress", "bottom")]
)
def test_certain_kinds__are_wrong_in_the_other_slot(drawn, kind):
    assert Finding("wrong_kind", Severity.REFUSES) in check_garment(
        garments.picture(drawn), kind=kind
    )


@pytest.mark.parametrize("kind", ["top", "one_piece", None])
def test_doubtful_kinds__are_left_to_the_shop(kind):
    assert "wrong_kind" not in codes(garments.picture("dress"), kind=kind)


def test_people__wear_the_garment():
    assert codes(worn(), kind="top") == {"worn"}
    assert Finding("worn", Severity.MAY_SPOIL) in check_garment(worn(), kind="bottom")


def test_empty_ground__shows_no_garment():
    assert "no_garment" in codes(np.full((600, 500, 3), 235, np.uint8))


def test_two_garments__are_several():
    one = garments.picture("top")

    assert "several_garments" in codes(np.concatenate([one, one], axis=1))


def test_cut_garments__run_over_the_edge():
    image = garments.picture("trousers")

    assert "garment_cut_off" in codes(np.ascontiguousarray(image[: len(image) * 2 // 3]))


def test_small_garments__leave_too_much_ground():
    image = garments.picture("top", noise=0.0)
    far = cv2.copyMakeBorder(image, 700, 700, 600, 600, cv2.BORDER_REPLICATE)

    assert Finding("garment_small", Severity.MAY_SPOIL) in check_garment(far)


def test_busy_grounds__are_named():
    assert "busy_background" in codes(on_ground(garments.picture("top"), clutter()))


def test_dark_pictures__are_named():
    assert "garment_dark" in codes(np.round(garments.picture("top") * 0.12).astype(np.uint8))


def test_blurred_pictures__are_named():
    assert "garment_blurred" in codes(cv2.GaussianBlur(garments.picture("top"), (0, 0), 6))


def in_shadow(image, mask, across, down, *, brightness=0.65):
    """Return the picture with a lamp's shadow of the garment on its ground."""
    shift = np.float32([[1, 0, across], [0, 1, down]])
    shade = cv2.warpAffine(mask.astype(np.float32), shift, mask.shape[::-1])
    shade = cv2.GaussianBlur(shade, (0, 0), 1.2) * ~mask
    return np.round(image * (1 - (1 - brightness) * shade[..., None])).astype(np.uint8)


@pytest.mark.parametrize("place", [(34, 26), (-34, 26), (34, -26), (-34, -26)])
@pytest.mark.parametrize("name", ["tshirt-red", "dress-navy-dots", "chinos-beige"])
def test_hard_shadows__are_named(name, place):
    image = shipped_picture(f"garments/{name}")

    found = check_garment(in_shadow(image, segment_garment(image)[0], *place))

    assert found == [Finding("hard_shadow", Severity.MAY_SPOIL)]


def test_hard_shadows_over_the_edge__are_named_too():
    image = shipped_picture("garments/shirt-lightblue")

    found = codes(in_shadow(image, segment_garment(image)[0], 34, 26))

    assert found == {"garment_cut_off", "hard_shadow"}


@pytest.mark.parametrize("width", [14, 25])
def test_soft_shadows__are_fine(width):
    image = shipped_picture("garments/tshirt-red")
    mask = segment_garment(image)[0]
    shade = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), width) * ~mask
    soft = np.round(image * (1 - 0.3 * shade[..., None])).astype(np.uint8)

    assert "hard_shadow" not in codes(soft)


@pytest.mark.parametrize("grey", [90, 130, 170])
def test_grey_garments__are_no_shadows(grey):
    flat = garments.draw(garments.Flat("top"))
    image = flat.image.copy()
    lightness = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[flat.mask].astype(float)
    image[flat.mask] = np.clip(lightness / lightness.mean() * grey, 0, 255)[:, None]

    assert "hard_shadow" not in codes(image)


def crumpled(image, mask, *, depth):
    """Return the garment with ridges of shade all over, as out of a suitcase."""
    height, width = mask.shape
    random = np.random.default_rng(5)
    knots = random.normal(size=(height // 70, width // 70)).astype(np.float32)
    relief = 1 - np.minimum(1, 2 * np.abs(cv2.resize(knots, (width, height), interpolation=2)))
    slope = cv2.Sobel(cv2.GaussianBlur(relief, (0, 0), 2), cv2.CV_32F, 1, 0)
    shade = depth * np.tanh(slope / slope[mask].std()) * mask
    return np.clip(image * (1 + shade[..., None]), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", ["jeans-blue", "tshirt-red", "shirt-lightblue", "shorts-olive"])
def test_creased_garments__are_named(name):
    image = shipped_picture(f"garments/{name}")

    found = check_garment(crumpled(image, segment_garment(image)[0], depth=0.25))

    assert found == [Finding("folded", Severity.MAY_SPOIL)]


def test_light_creases__are_fine():
    image = shipped_picture("garments/tshirt-red")

    assert check_garment(crumpled(image, segment_garment(image)[0], depth=0.06)) == []


@pytest.mark.parametrize("period", [30, 48])
def test_stripes_and_ribs_of_one_hue__are_no_creases(period):
    image = shipped_picture("garments/tshirt-red")
    stripes = 1 + 0.2 * np.sin(np.arange(image.shape[1]) * 2 * np.pi / period)
    striped = np.clip(image * stripes[:, None], 0, 255).astype(np.uint8)

    assert "folded" not in codes(np.where(segment_garment(image)[0][..., None], striped, image))


def test_findings__name_each_code_once_with_its_worst_severity(monkeypatch):
    def refuse(image, *, kind):
        raise PersonRefused(PersonRefusal.SIDE_VIEW)

    monkeypatch.setattr(checks, "cut_out_worn_garment", refuse)

    assert check_garment(worn(), kind="top") == [Finding("worn", Severity.REFUSES)]


def test_unexpected_errors__are_raised_because_no_findings_mean_all_is_well(monkeypatch):
    def fail(image):
        raise IndexError("index 0 is out of bounds")

    monkeypatch.setattr(checks, "segment_garment", fail)

    with pytest.raises(IndexError, match="out of bounds"):
        check_garment(garments.picture("top"))


def test_unknown_kinds__are_refused():
    with pytest.raises(ValueError, match="kind"):
        check_garment(garments.picture("top"), kind="hat")


def test_boxes__hold_the_garment_with_a_small_margin():
    drawn = garments.draw(garments.Flat("trousers"))
    rows, columns = (np.flatnonzero(drawn.mask.any(axis=axis)) for axis in (1, 0))

    left, top, right, bottom = garment_box(drawn.image)

    margin = 0.08 * len(rows)
    assert 0 < columns[0] - left < margin
    assert 0 < rows[0] - top < margin
    assert 0 < right - columns[-1] < margin
    assert 0 < bottom - rows[-1] < margin


def test_pictures_without_a_flat_garment__have_no_box():
    assert garment_box(worn()) is None
    assert garment_box(np.full((600, 500, 3), 235, np.uint8)) is None


def test_worn_garments__are_cut_out_like_flat_lays():
    cut = cut_out_worn_garment(worn(), kind="bottom")

    assert (cut[0] == 245).all()
    assert (cut[:, 0] == 245).all()
    middle = cut[len(cut) // 2, cut.shape[1] // 3]
    assert np.abs(middle.astype(int) - DENIM).max() < 40
    assert check_garment(cut, kind="bottom") == []


def test_half_bodies__still_give_their_top():
    model = shipped_picture(f"models/{MODELS[0]}")
    half = np.ascontiguousarray(model[: len(model) * 6 // 10])

    cut = cut_out_worn_garment(half, kind="top")

    assert "no_garment" not in codes(cut, kind="top")


@pytest.mark.parametrize("kind", ["one_piece"])
def test_garments_the_person_does_not_wear__are_not_cut_out(kind):
    with pytest.raises(GarmentRefused):
        cut_out_worn_garment(worn(), kind=kind)


def test_pictures_without_a_person__give_no_cut_out():
    with pytest.raises(PersonRefused):
        cut_out_worn_garment(np.full((600, 500, 3), 235, np.uint8), kind="top")


def test_try_on__takes_a_worn_garment():
    model = shipped_picture(f"models/{MODELS[1]}")

    result = try_on(model, bottom=worn())

    assert result.shape == model.shape
    assert (result != model).any()


def test_edges__end_on_the_path_where_the_waist_lies_below_it():
    half = split_halves(garments.draw(garments.Flat("top")).mask)[0]

    edges = body_edges(half, len(half.path) // 2, 10 * len(half.path))

    assert len(edges["side"]) > 0


@pytest.mark.parametrize("side", ["left", "top", "right", "bottom"])
@pytest.mark.parametrize("name", sorted(set(SHIPPED) - {"tshirt-white-mountain-print"}))
def test_garment_over_the_edge__is_cut_off_whatever_segmentation_finds(name, side):
    picture = shipped_picture(f"garments/{name}")
    height, width = picture.shape[:2]
    parts = {
        "left": picture[:, width // 3 :],
        "top": picture[height // 3 :],
        "right": picture[:, : width // 2],
        "bottom": picture[: height // 2],
    }

    assert check_garment(parts[side], kind=SHIPPED[name]) == [
        Finding("garment_cut_off", Severity.REFUSES)
    ]
