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
    PersonRefused,
    Severity,
    check_garment,
    cut_out_worn_garment,
    garment_box,
    try_on,
)
from outfitanyone_local.engine.checks import garment as checks
from outfitanyone_local.engine.garments.edges import body_edges
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


def test_unexpected_errors__are_logged_and_give_no_finding(monkeypatch, caplog):
    def fail(image):
        raise IndexError("index 0 is out of bounds")

    monkeypatch.setattr(checks, "segment_garment", fail)

    assert check_garment(garments.picture("top")) == []
    assert "could not be checked" in caplog.text


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
