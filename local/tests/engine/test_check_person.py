"""Checks of pictures of people: every fault gives its own reason, good pictures give none."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from drawing.figures import Bottom, Person, Top, draw
from drawing.parsed import MODELS, shipped_picture
from drawing.people import BLUE, DARK, DENIM, PALE, PEOPLE, TEAL
from drawing.side_view import draw_from_side
from drawing.textures import plain
from outfitanyone_local.engine import Finding, PersonRefused, Severity, check_person, try_on
from outfitanyone_local.engine.checks import person as checks
from outfitanyone_local.engine.checks.arms_and_hands import check_arms
from outfitanyone_local.engine.checks.findings import PERSON_CODES
from outfitanyone_local.engine.figure import Joint
from outfitanyone_local.engine.parsing.person_detection import detect_person


def person(**more):
    return draw(Person(Top(plain(TEAL)), Bottom(plain(DENIM)), **more)).image


def codes(image):
    return {finding.code for finding in check_person(image)}


def refusals(image):
    return {one.code for one in check_person(image) if one.severity is Severity.REFUSES}


def darkened(image, share):
    return np.round(image * share).astype(np.uint8)


def blurred(image, width):
    return cv2.GaussianBlur(image, (0, 0), width)


def with_block(image):
    """Return the picture with a plain brown thing held over hips and hands."""
    image = image.copy()
    pose = detect_person(image).detection.pose
    hips = (pose[Joint.LEFT_HIP] + pose[Joint.RIGHT_HIP]) / 2
    reach = np.abs(pose[Joint.LEFT_WRIST] - pose[Joint.RIGHT_WRIST])[0] * 0.62
    image[
        int(hips[1] - 0.6 * reach) : int(hips[1] + 0.8 * reach),
        int(hips[0] - reach) : int(hips[0] + reach),
    ] = (110, 75, 50)
    return image


@pytest.mark.parametrize("name", MODELS)
def test_shipped_models__have_no_findings(name):
    assert check_person(shipped_picture(f"models/{name}")) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(PEOPLE))
def test_drawn_people__are_not_refused(name):
    assert refusals(draw(PEOPLE[name]).image) == set()


@pytest.mark.parametrize("share", [0.08, 0.15])
@pytest.mark.parametrize("skin", [PALE, DARK])
def test_dark_pictures__are_refused_for_that_alone(share, skin):
    assert check_person(darkened(person(skin=skin), share)) == [Finding("dark", Severity.REFUSES)]


def test_dim_pictures__may_spoil():
    assert Finding("dark", Severity.MAY_SPOIL) in check_person(darkened(person(skin=PALE), 0.35))


def test_overexposed_pictures__are_badly_lit():
    white = np.minimum(person(skin=PALE).astype(int) * 2, 255).astype(np.uint8)

    assert "dark" in codes(white)


def test_black_pictures__are_dark_and_not_empty():
    assert codes(np.zeros((600, 400, 3), np.uint8)) == {"dark"}


@pytest.mark.parametrize("name", MODELS[:2])
@pytest.mark.parametrize("width", [6, 14])
def test_blurred_pictures__are_refused(name, width):
    assert "blurred" in refusals(blurred(shipped_picture(f"models/{name}"), width))


def test_shaken_pictures__are_blurred():
    moved = cv2.blur(shipped_picture(f"models/{MODELS[0]}"), (31, 1))

    assert "blurred" in codes(moved)


def test_noise__is_no_sharpness():
    soft = blurred(shipped_picture(f"models/{MODELS[0]}"), 6)
    noise = np.random.default_rng(3).normal(0, 8, soft.shape)

    assert "blurred" in refusals(np.clip(soft + noise, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("name", MODELS[:2])
def test_things_held_over_hips_and_hands__are_noticed(name):
    found = codes(with_block(shipped_picture(f"models/{name}")))

    assert found & {"body_hidden", "hands_hidden"}


def test_small_people__may_spoil_and_tiny_ones_are_refused():
    assert Finding("person_small", Severity.MAY_SPOIL) in check_person(person(height=0.4))
    assert "person_small" in refusals(person(height=0.2))


def test_people_who_lie__do_not_stand():
    assert refusals(np.ascontiguousarray(np.rot90(person()))) == {"seated"}


def test_portraits__are_incomplete_and_not_small():
    model = shipped_picture(f"models/{MODELS[0]}")
    bust = np.ascontiguousarray(model[: len(model) * 4 // 10])

    assert "incomplete" in refusals(bust)


def test_side_views__say_nothing_about_hands_and_arms():
    found = codes(draw_from_side(Person(Top(plain(TEAL)), Bottom(plain(BLUE)))))

    assert "side_view" in found
    assert not found & {"hands_hidden", "arms_crossed", "body_hidden"}


def test_several_faults__are_all_named():
    model = shipped_picture("refused/two-persons")

    assert "several_people" in codes(model)
    assert refusals(shipped_picture("refused/half-body-cut-off")) == {"incomplete"}


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 900, 3), (2000, 80, 3)])
def test_odd_shapes__never_raise(shape):
    found = check_person(np.full(shape, 128, np.uint8))

    assert {one.code for one in found} <= set(PERSON_CODES)


def test_unexpected_errors__are_raised_because_no_findings_mean_all_is_well(monkeypatch):
    def fail(image):
        raise IndexError("index 0 is out of bounds")

    monkeypatch.setattr(checks, "detect_person", fail)

    with pytest.raises(IndexError, match="out of bounds"):
        check_person(person())


def test_try_on__refuses_a_person_in_the_dark():
    shirt = shipped_picture("garments/tshirt-red")

    with pytest.raises(PersonRefused, match="badly lit"):
        try_on(darkened(person(), 0.1), top=shirt)


def test_other_arrays__are_no_pictures():
    with pytest.raises(ValueError, match="RGB uint8"):
        check_person(np.zeros((5, 5), np.uint8))


def with_wrists(left, right):
    """Return a detected person with wrists moved; torsos from the middle of the shoulders."""
    found = detect_person(shipped_picture(f"models/{MODELS[0]}"))
    points = found.body.points.copy()
    for joint, place in ((Joint.LEFT_WRIST, left), (Joint.RIGHT_WRIST, right)):
        points[joint] = found.body.shoulders + np.multiply(place, found.body.torso)
    return replace(found, body=replace(found.body, points=points))


@pytest.mark.parametrize(
    ("left", "right", "found"),
    [
        pytest.param((-0.3, 0.5), (0.3, 0.5), [Severity.REFUSES], id="crossed"),
        pytest.param((0.05, 0.6), (-0.05, 0.6), [Severity.MAY_SPOIL], id="folded"),
        pytest.param((0.5, 0.9), (-0.5, 0.9), [], id="hanging"),
        pytest.param((-0.1, 1.0), (0.1, 1.0), [], id="clasped low"),
    ],
)
def test_crossed_arms__are_graded_by_how_far_they_cross(left, right, found):
    assert [one.severity for one in check_arms(with_wrists(left, right))] == found
