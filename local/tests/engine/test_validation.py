"""Pictures that are refused: not exactly one complete person, standing, seen from the front."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from drawing import garments
from drawing.figures import Bottom, Person, Top, bricks, clutter, draw, plain
from drawing.people import BLUE, DARK, DENIM, RED, TEAL
from drawing.side_view import draw_from_side
from outfitanyone_local.engine import PersonRefusal, PersonRefused, parse_figure

REFUSED = Path(__file__).parents[3] / "example_project" / "pictures" / "refused"


def person(**more):
    return Person(Top(plain(TEAL)), Bottom(plain(DENIM)), **more)


def other(**more):
    return Person(Top(plain(RED)), Bottom(plain(BLUE)), skin=DARK, **more)


def cropped(top, bottom):
    """Rows of the picture, shares of its height."""
    image = draw(person()).image
    return np.ascontiguousarray(image[round(top * len(image)) : round(bottom * len(image))])


def empty(background):
    return background(960, 720)


def refusal(image):
    with pytest.raises(PersonRefused) as refused:
        parse_figure(image)
    assert str(refused.value) == refused.value.reason.value
    return refused.value.reason


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("two-persons", PersonRefusal.SEVERAL_PEOPLE),
        ("no-person-empty-studio", PersonRefusal.NO_PERSON),
        ("half-body-cut-off", PersonRefusal.INCOMPLETE),
        ("sitting-pose", PersonRefusal.SEATED),
    ],
)
def test_rendered_pictures__are_refused_for_the_right_reason(name, reason):
    assert refusal(cv2.imread(str(REFUSED / f"{name}.jpg"))[..., ::-1]) is reason


@pytest.mark.parametrize(
    "make",
    [
        lambda: np.concatenate([draw(person()).image, draw(other()).image], axis=1),
        lambda: np.concatenate(
            [draw(person()).image, draw(other(height=0.55, middle=(0.5, 0.65))).image], axis=1
        ),
        lambda: np.concatenate([draw(p).image[:, 190:530] for p in (other(), person())], axis=1),
    ],
    ids=["side by side", "one smaller", "close together"],
)
def test_several_people__are_refused(make):
    assert refusal(make()) is PersonRefusal.SEVERAL_PEOPLE


@pytest.mark.parametrize(
    "image",
    [empty(clutter()), empty(bricks()), empty(plain((230, 230, 230))), garments.picture("dress")],
    ids=["room", "wall", "paper", "dress"],
)
def test_nobody__is_refused(image):
    assert refusal(image) is PersonRefusal.NO_PERSON


@pytest.mark.parametrize(
    ("top", "bottom"),
    [(0, 0.55), (0, 0.75), (0, 0.86), (0.2, 1), (0.45, 1)],
    ids=["down to the hips", "to the knees", "to the ankles", "no head", "legs only"],
)
def test_incomplete_people__are_refused(top, bottom):
    assert refusal(cropped(top, bottom)) in {PersonRefusal.INCOMPLETE, PersonRefusal.NO_PERSON}


def test_people_cut_off_at_a_side__are_refused():
    image = draw(person(spread=24)).image

    assert refusal(np.ascontiguousarray(image[:, 330:])) is PersonRefusal.INCOMPLETE


@pytest.mark.parametrize("flip", [False, True], ids=["to the right", "to the left"])
def test_side_views__are_refused(flip):
    image = draw_from_side(Person(Top(plain(TEAL)), Bottom(plain((60, 70, 120)))))

    assert (
        refusal(np.ascontiguousarray(image[:, ::-1]) if flip else image) is PersonRefusal.SIDE_VIEW
    )


@pytest.mark.parametrize("height", [0.05, 0.1, 0.2])
def test_people_far_away__are_refused(height):
    assert refusal(draw(person(height=height)).image) in {
        PersonRefusal.TOO_SMALL,
        PersonRefusal.NO_PERSON,
    }


def test_small_people__are_refused_because_they_are_small():
    assert refusal(draw(person(height=0.2)).image) is PersonRefusal.TOO_SMALL
