"""Refusal of pictures without exactly one complete person, standing, seen from the front."""

from __future__ import annotations

import numpy as np
import pytest

from drawing import garments
from drawing.figures import Bottom, Person, Top, draw
from drawing.parsed import shipped_picture
from drawing.people import BLUE, DARK, DENIM, RED, TEAL
from drawing.side_view import draw_from_side
from drawing.textures import bricks, clutter, plain
from outfitanyone_local.engine import PersonRefusal, PersonRefused, parse_figure


def person(**more):
    return Person(Top(plain(TEAL)), Bottom(plain(DENIM)), **more)


def other(**more):
    return Person(Top(plain(RED)), Bottom(plain(BLUE)), skin=DARK, **more)


def cropped(top, bottom):
    """Return rows of the picture; shares of its height."""
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
def test_shipped_pictures__are_refused_for_the_right_reason(name, reason):
    assert refusal(shipped_picture(f"refused/{name}")) is reason


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(
            lambda: np.concatenate([draw(person()).image, draw(other()).image], axis=1),
            id="side by side",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            lambda: np.concatenate(
                [draw(person()).image, draw(other(height=0.55, middle=(0.5, 0.65))).image], axis=1
            ),
            id="one smaller",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            lambda: np.concatenate(
                [draw(p).image[:, 190:530] for p in (other(), person())], axis=1
            ),
            id="close together",
        ),
    ],
)
def test_several_people__are_refused(make):
    assert refusal(make()) is PersonRefusal.SEVERAL_PEOPLE


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(empty(clutter()), id="room"),
        pytest.param(empty(bricks()), id="wall", marks=pytest.mark.slow),
        pytest.param(empty(plain((230, 230, 230))), id="paper", marks=pytest.mark.slow),
        pytest.param(garments.picture("dress"), id="dress", marks=pytest.mark.slow),
    ],
)
def test_pictures_without_a_person__are_refused(image):
    assert refusal(image) is PersonRefusal.NO_PERSON


@pytest.mark.parametrize(
    ("top", "bottom"),
    [
        pytest.param(0, 0.55, id="down to the hips", marks=pytest.mark.slow),
        pytest.param(0, 0.75, id="to the knees", marks=pytest.mark.slow),
        pytest.param(0, 0.86, id="to the ankles"),
        pytest.param(0.2, 1, id="no head"),
        pytest.param(0.45, 1, id="legs only", marks=pytest.mark.slow),
    ],
)
def test_incomplete_people__are_refused(top, bottom):
    assert refusal(cropped(top, bottom)) in {PersonRefusal.INCOMPLETE, PersonRefusal.NO_PERSON}


def test_people_cut_off_at_a_side__are_refused():
    image = draw(person(spread=24)).image

    assert refusal(np.ascontiguousarray(image[:, 330:])) is PersonRefusal.INCOMPLETE


@pytest.mark.parametrize(
    "flip",
    [
        pytest.param(False, id="to the right"),
        pytest.param(True, id="to the left", marks=pytest.mark.slow),
    ],
)
def test_side_views__are_refused(flip):
    image = draw_from_side(Person(Top(plain(TEAL)), Bottom(plain((60, 70, 120)))))

    assert (
        refusal(np.ascontiguousarray(image[:, ::-1]) if flip else image) is PersonRefusal.SIDE_VIEW
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "height",
    [0.05, 0.1, 0.2],
)
def test_people_far_away__are_refused(height):
    assert refusal(draw(person(height=height)).image) in {
        PersonRefusal.TOO_SMALL,
        PersonRefusal.NO_PERSON,
    }


def test_small_people__are_refused_because_they_are_small():
    assert refusal(draw(person(height=0.2)).image) is PersonRefusal.TOO_SMALL
